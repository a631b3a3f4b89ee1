package compose

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avhub/recorder"
	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
)

// recorded makes 12 s of several cameras, with an adjournment from 4 to 7 s; the last
// is away from 9.5 s on.
func recorded(t *testing.T, rooms ...string) []string {
	t.Helper()
	root := t.TempDir()
	var dirs []string
	synctest.Test(t, func(t *testing.T) {
		r, err := recorder.New(recorder.Options{Dir: root, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Sync: recorder.SyncNever, Segment: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		var sessions []*recorder.Session
		var sources []*recsource.Source
		for _, room := range rooms {
			src, err := recsource.New(room)
			if err != nil {
				t.Fatal(err)
			}
			if err := src.On(); err != nil {
				t.Fatal(err)
			}
			s, err := r.Start(recorder.Request{Source: room, Name: "法庭 " + room, From: src, Set: "h1"})
			if err != nil {
				t.Fatal(err)
			}
			sessions, sources, dirs = append(sessions, s), append(sources, src), append(dirs, s.Dir())
		}
		time.Sleep(4 * time.Second)
		for _, s := range sessions {
			if err := s.Pause(manifest.CauseAdjournment, "休息", nil); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(3 * time.Second)
		for _, s := range sessions {
			s.Resume()
		}
		time.Sleep(2500 * time.Millisecond)
		sources[len(sources)-1].Off()
		time.Sleep(2500 * time.Millisecond)
		for _, s := range sessions {
			if err := s.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		for _, src := range sources {
			src.Off()
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
	return dirs
}

func composer(t *testing.T) *Composer {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal("the tests need ffmpeg: make setup-test installs it")
	}
	c, err := New(Options{Dir: t.TempDir(), FFmpeg: ffmpeg})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *Composer) await(t *testing.T, id string) Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if j, _ := c.Job(id); j.State == Done || j.State == Failed {
			return j
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("waited in vain for the picture")
		}
	}
}

// picture is the one at a second.
func picture(t *testing.T, file string, at float64) image.Image {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-ss", fmt.Sprint(at), "-i", file, "-frames:v", "1", "-q:v", "2", "-f", "mjpeg", "pipe:1").Output()
	if err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("SHOTS"); keep != "" {
		_ = os.WriteFile(filepath.Join(keep, fmt.Sprintf("%s-%v.jpg", t.Name(), at)), out, 0o600)
	}
	m, _, err := image.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// lit is the share of pixels in a place that are not black.
func lit(m image.Image, x, y, w, h int) float64 {
	n := 0
	for j := y; j < y+h; j += 2 {
		for i := x; i < x+w; i += 2 {
			if r, g, b, _ := m.At(i, j).RGBA(); r+g+b > 3*24<<8 {
				n++
			}
		}
	}
	return float64(n) * 4 / float64(w*h)
}

func probe(t *testing.T, file, entries string, more ...string) string {
	t.Helper()
	out, err := exec.Command("ffprobe", append(append([]string{"-v", "error"}, more...), "-show_entries", entries, "-of", "csv=p=0", file)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// Four cameras of four codings, in a grid: each has its picture in its place, a gap is
// black, and number and time stand below.
func TestAGrid(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, "court-1", "court-2", "court-3", "court-4")
	c := composer(t)
	o := Order{For: "h1", Recordings: dirs, Layout: Grid, Number: "（2026）黑11民初1号 ':%{pts}"}
	j, err := c.Make(o)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Make(o); err != nil || again.ID != j.ID || len(c.Jobs("h1")) != 1 {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	if j = c.await(t, j.ID); j.State != Done {
		t.Fatalf("%+v", j)
	}
	file := c.File(j.ID)
	if length := probe(t, file, "format=duration"); !strings.HasPrefix(length, "12.") && !strings.HasPrefix(length, "11.9") {
		t.Errorf("it lasts %s s", length)
	}
	if got := probe(t, file, "stream=codec_name"); got != "h264\naac" {
		t.Errorf("streams %q", got)
	}
	if got := probe(t, file, "stream=nb_read_packets", "-count_packets", "-select_streams", "v"); got < "290" || len(got) != 3 {
		t.Errorf("%s pictures in 12 s", got)
	}
	const w, h = 640, 338
	for at, want := range map[float64][4]bool{2: {true, true, true, true}, 6: {}, 9: {true, true, true, true}, 11: {true, true, true, false}} {
		m := picture(t, file, at)
		for i, p := range []image.Point{{}, {w, 0}, {0, h}, {w, h}} {
			// The middle is looked at: name and reason are written elsewhere.
			if got := lit(m, p.X+40, p.Y+60, w-80, h/2-90); got > 0.5 != want[i] {
				t.Errorf("camera %d at %v s is lit by %.2f", i+1, at, got)
			}
		}
	}
	m := picture(t, file, 6)
	if lit(m, 10, 720-bar+4, 400, bar-8) < 0.02 || lit(m, 900, 720-bar+4, 370, bar-8) < 0.02 {
		t.Error("number or time is not burnt in")
	}
	if lit(m, 40, h/2-15, w-80, 30) < 0.005 {
		t.Error("a gap does not say why")
	}
	if lit(m, 900, 720-bar+4, 370, bar-8) == lit(picture(t, file, 11), 900, 720-bar+4, 370, bar-8) {
		t.Error("the time stands still")
	}
	// It is there after a restart, and what a crash has left is not.
	if err := os.Mkdir(filepath.Join(c.o.Dir, "making-x"), 0o700); err != nil {
		t.Fatal(err)
	}
	next, err := New(c.o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = next.Close() }()
	if k, ok := next.Job(j.ID); !ok || k.State != Done || k.SHA256 != j.SHA256 || j.SHA256 == "" || k.CRC != j.CRC {
		t.Errorf("after a restart: %+v, %v", k, ok)
	}
	if _, err := os.Stat(filepath.Join(c.o.Dir, "making-x")); err == nil {
		t.Error("what a crash has left is still there")
	}
}

// One large, the others small in it, and a name over all of it.
func TestAPictureInPictureWithAWatermark(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, "court-2", "court-3")
	c := composer(t)
	plain, err := c.Make(Order{For: "h1", Recordings: dirs, Layout: PIP, Main: "court-3", Number: "1"})
	if err != nil {
		t.Fatal(err)
	}
	marked, err := c.Make(Order{For: "h1", Recordings: dirs, Layout: PIP, Main: "court-3", Number: "1", Watermark: "张三 2026-03-02 仅供阅卷"})
	if err != nil || marked.ID == plain.ID {
		t.Fatal(err, "the watermark makes no other picture")
	}
	for _, id := range []string{plain.ID, marked.ID} {
		if j := c.await(t, id); j.State != Done {
			t.Fatalf("%+v", j)
		}
	}
	a, b := picture(t, c.File(plain.ID), 6), picture(t, c.File(marked.ID), 6)
	if lit(a, 40, 60, 500, 150) > 0.05 || lit(b, 0, 60, 1280, 500) <= lit(a, 0, 60, 1280, 500)+0.001 {
		t.Errorf("in the gap %.4f without a watermark, %.4f with one", lit(a, 0, 60, 1280, 500), lit(b, 0, 60, 1280, 500))
	}
	if got := lit(picture(t, c.File(plain.ID), 2), 1040, 540, 200, 100); got < 0.5 {
		t.Errorf("the small picture is lit by %.2f", got)
	}
}

func TestWhatIsNotComposed(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, "court-3")
	c := composer(t)
	for name, x := range map[string]struct {
		o    Order
		want error
	}{
		"nothing": {Order{Layout: Grid}, ErrNothing}, "no such folder": {Order{Layout: Grid, Recordings: []string{"/nowhere"}}, os.ErrNotExist},
	} {
		if _, err := c.Make(x.o); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Make(Order{Layout: "spiral", Recordings: dirs}); err == nil {
		t.Error("a spiral is made")
	}
	files, _ := filepath.Glob(filepath.Join(dirs[0], "*.mp4"))
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Make(Order{Layout: Grid, Recordings: dirs}); !errors.Is(err, ErrNothing) {
		t.Errorf("without its files: %v", err)
	}
	none, err := New(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = none.Close() }()
	if _, err := none.Make(Order{Layout: Grid, Recordings: dirs}); !errors.Is(err, ErrNoFFmpeg) {
		t.Errorf("without ffmpeg: %v", err)
	}
}

// A hub that stops ends its ffmpeg, and leaves nothing half made.
func TestClosingEndsWhatIsBeingMade(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, "court-1", "court-2")
	c := composer(t)
	j, err := c.Make(Order{For: "h1", Recordings: dirs, Layout: Grid, Number: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(c.o.Dir)
	if err != nil || len(left) > 0 {
		if k, _ := c.Job(j.ID); k.State != Done {
			t.Errorf("%v are left, %v", left, err)
		}
	}
}
