package recorder

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/media/rtsp/camera"
	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
	"avhub/recorder/verify"
)

// kills of a program that records, in the test of it.
var kills = flag.Int("kills", 20, "how many times TestKilledAgainAndAgain kills the recorder")

const (
	childEnv   = "AVHUB_TEST_RECORDER"
	crashFirst = 100 * time.Millisecond // shortest life after the first parts
	crashRange = 600 * time.Millisecond
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := recordForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// recordForever records four cameras until it is killed, and says when all of them
// are being recorded.
func recordForever(dir string) error {
	r, err := New(Options{Dir: dir, Key: testKey(), Hub: "test", Segment: 5 * time.Second})
	if err != nil {
		return err
	}
	open := map[string]string{}
	for _, b := range r.Suspended() {
		open[b.Source] = b.ID
	}
	var sessions []*Session
	for _, room := range camera.Rooms {
		ch, err := camera.DemoChannel(room.ID)
		if err != nil {
			return err
		}
		src := recsource.Of(room.ID, ch.Sub)
		src.Aligned = true
		if err := src.On(); err != nil {
			return err
		}
		var s *Session
		if id := open[room.ID]; id != "" {
			s, err = r.Continue(id, src)
		} else {
			s, err = r.Start(Request{Source: room.ID, From: src})
		}
		if err != nil {
			return err
		}
		sessions = append(sessions, s)
	}
	for _, s := range sessions {
		for before := s.Status().Kept; s.Status().Kept == before; {
			time.Sleep(5 * time.Millisecond)
		}
	}
	fmt.Println("recording")
	select {}
}

// TestKilledAgainAndAgain kills a program that records four cameras, many times, and
// reads from the pictures that nothing but the promised half second is missing.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	pace := measureDisk(t, t.TempDir())
	var killed []time.Time
	for range *kills {
		killed = append(killed, recordAndKill(t, root, crashFirst+rand.N(crashRange)))
	}
	r := newRecorder(t, root, nil)
	if n := len(r.Suspended()); n != len(camera.Rooms) {
		t.Fatalf("%d recordings are open, want one of each camera", n)
	}
	for _, b := range r.Suspended() {
		dir := r.suspended[b.ID].dir
		if err := r.Finish(context.Background(), b.ID, time.Time{}); err != nil {
			t.Fatal(err)
		}
		rec := read(t, dir)
		whole(t, rec)
		verified(t, dir)
		checkLosses(t, rec, killed, pace)
		checkPictures(t, dir, rec)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// recordAndKill lets the program live for a while once it records, and returns when
// it was killed.
func recordAndKill(t *testing.T, root string, life time.Duration) time.Time {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"="+root)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "recording" {
		_ = cmd.Process.Kill()
		t.Fatalf("the program says %q: %v", line, err)
	}
	<-time.After(life) // the moment of the kill is what is random here
	at := time.Now()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return at
}

// verified has the recording verified by its key: files, manifest, account and seal.
func verified(t *testing.T, dir string) {
	t.Helper()
	report, err := verify.Recording(context.Background(), dir, verify.Options{Key: testKey().Public().(ed25519.PublicKey), Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Whole || !report.Sealed {
		t.Errorf("%s: sealed %v, %v", dir, report.Sealed, report.Findings)
	}
}

// checkLosses holds each restart's gap against the time of the kill: half a second,
// and what the disk took in that moment for a part's data and its entry, of four
// recordings.
func checkLosses(t *testing.T, rec *manifest.Recording, killed []time.Time, pace *diskPace) {
	t.Helper()
	n := 0
	for _, g := range rec.Gaps {
		if g.Cause != manifest.CauseHubRestart {
			t.Errorf("gap %d by %s, of %v", g.Gap.Gap, g.Cause, (g.End() - g.Start).Duration())
			continue
		}
		if lost := killed[n].Sub(rec.At(g.Start)); lost > 500*time.Millisecond+4*pace.slowest(killed[n]) {
			t.Errorf("%s: kill %d cost %v, while the disk took %v for a few bytes", rec.Source, n+1, lost, pace.slowest(killed[n]))
		}
		n++
	}
	if n != len(killed) {
		t.Errorf("%d gaps by restarts for %d kills", n, len(killed))
	}
}

// checkPictures reads the numbers burnt into the pictures: they go on within a
// segment and from one to the next, and jump at a gap by as much as it is long.
func checkPictures(t *testing.T, dir string, rec *manifest.Recording) {
	t.Helper()
	last, end := -1, manifest.Micros(0)
	for _, s := range rec.Segments {
		if s.Frames[1] == 0 {
			continue // sound only: it was killed before the first keyframe
		}
		shown := numbers(t, filepath.Join(dir, s.File), subWidth, subHeight, s.MidGroup)
		if len(shown) == 0 {
			t.Errorf("%s of %s: none of %d pictures shows a number", s.File, rec.Source, s.Frames[1])
			continue
		}
		if kept := int(s.Frames[1]); kept != len(shown) {
			t.Errorf("%s of %s holds %d pictures, and %d can be shown", s.File, rec.Source, kept, len(shown))
		}
		first := shown[0]
		if err := consecutive(shown); err != nil {
			t.Errorf("%s of %s: %v", s.File, rec.Source, err)
		}
		if last >= 0 {
			missing := (first - last - 1 + clipPictures) % clipPictures
			// Sound may begin and end within a picture's time of the picture.
			if gap := (pictureStart(s) - end).Duration(); (gap - time.Duration(missing)*clipPicture).Abs() > clipPicture+20*time.Millisecond {
				t.Errorf("%s of %s: %d pictures are missing in a gap of %v", s.File, rec.Source, missing, gap)
			}
		}
		last, end = shown[len(shown)-1], s.End()
	}
}

// pictureStart is where a segment's first picture stands: sound may have begun before.
func pictureStart(s *manifest.SegmentState) manifest.Micros {
	if i := slices.IndexFunc(s.Parts, func(p manifest.PartState) bool { return p.Keyframe }); i >= 0 && !s.MidGroup {
		return s.Parts[i].Start
	}
	return s.Start
}
