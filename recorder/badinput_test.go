package recorder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avhub/media/packet"
	"avhub/recorder/manifest"
)

func TestSoundAlone(t *testing.T) {
	t.Parallel()
	for kind, end := range map[packet.Kind]string{packet.Opus: "end at 24.99s", packet.PCMA: "end at 25s"} { // the bench's Opus is 10 ms long
		b := newBench(t, kind)
		for until := b.at + 25*time.Second; b.at < until; b.at += 20 * time.Millisecond {
			b.sound(0)
			b.c.tick(b.at)
		}
		b.stop()
		b.expect("segment 1 at 0s", "end at 10s", "segment 2 at 10s", "end at 20s", "segment 3 at 20s", end)
	}
}

func TestAPictureASecond(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.fps, b.gop = 1, 5
	b.play(35 * time.Second)
	b.stop()
	for _, line := range b.paper.lines {
		if strings.HasPrefix(line, "gap") && !strings.HasPrefix(line, "gap ends") && b.c.seal().GapCount > 1 {
			t.Errorf("gaps: %q", b.paper.lines)
			break
		}
	}
	if tr := b.c.seal().Tracks[0]; tr.Kept != 35 {
		t.Errorf("%d pictures of 35 are kept", tr.Kept)
	}
	if end := b.c.seal().End.Duration(); (end - 35*time.Second).Abs() > time.Second {
		t.Errorf("it ends at %v", end)
	}
}

// TestNamesWithAnything: what becomes the name of a folder is looked at; what is only
// written down may be anything, and is read back as it was.
func TestNamesWithAnything(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, root, nil)
		src := newSource(t, "court-3")
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"", ".", "..", "../x", "a/b", "a\\b", "a b", "Court", "法庭", "a\x00b", "-a", "a\n", strings.Repeat("a", 64), "a%2f", ".open"} {
			if _, err := r.Start(Request{Source: id, From: src}); !errors.Is(err, errSource) {
				t.Errorf("source %q: %v", id, err)
			}
		}
		if _, err := r.Start(Request{Source: "court-1", Name: strings.Repeat("名", 2_000_000), From: src}); err == nil {
			t.Error("a name that no entry of a manifest can hold was taken")
		}
		names := []string{"", "../../etc/passwd", "第一法庭 <script>\"'&", "line\nline\r\t\x00\x1b[31m", "\u202eright to left", strings.Repeat("long ", 5000), "{\"kind\":\"seal\"}"}
		for _, name := range names {
			s, err := r.Start(Request{Source: "court-1", Name: name, Set: name, From: src, Labels: map[string]string{"case": name, name: "key"}})
			if err != nil {
				t.Errorf("name %.30q: %v", name, err)
				continue
			}
			time.Sleep(time.Second)
			s.Mark("m1", name, &manifest.Person{ID: "u1", Name: name})
			if err := s.Pause(manifest.CauseOperator, name, &manifest.Person{ID: "u1", Name: name}); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
			rec := stop(t, s)
			if rec.Name != name || rec.Set != name || rec.Labels["case"] != name || rec.Labels[name] == "" || rec.Gaps[0].Detail != name || rec.Marks[0].Text != name {
				t.Errorf("name %.30q is read back as %.30q", name, rec.Name)
			}
			whole(t, rec)
			verified(t, s.Dir())
		}
		src.Off()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		open, err := os.ReadDir(filepath.Join(root, openDir))
		if err != nil || len(open) > 0 {
			t.Errorf("marked as open: %v, %v", open, err)
		}
		entries, err := os.ReadDir(root)
		for _, e := range entries {
			if name := e.Name(); name != "court-1" && name != openDir && name != ".lock" && name != reserveFile {
				t.Errorf("%q is among the recordings", name)
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
}
