package export

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"math/rand/v2"
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

// recorded makes recordings of two cameras, with a gap in the first; the last is open
// if wished.
func recorded(t *testing.T, open bool) []string {
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
		for _, room := range []string{"court-1", "court-3"} {
			src, err := recsource.New(room)
			if err != nil {
				t.Fatal(err)
			}
			if err := src.On(); err != nil {
				t.Fatal(err)
			}
			s, err := r.Start(recorder.Request{Source: room, Name: "第一法庭", From: src, Set: "h1"})
			if err != nil {
				t.Fatal(err)
			}
			sessions, sources, dirs = append(sessions, s), append(sources, src), append(dirs, s.Dir())
		}
		time.Sleep(12 * time.Second)
		sources[0].Off()
		time.Sleep(6 * time.Second)
		if err := sources[0].On(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(4 * time.Second)
		for i, s := range sessions {
			if open && i == 1 {
				continue
			}
			if err := s.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Annex(t.Context(), dirs[0], manifest.KindExplanation, manifest.Explanation{Gap: 1, Text: "=停电", By: manifest.Person{ID: "u1", Name: "李静"}}); err != nil {
			t.Fatal(err)
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

// files unpacks an archive; the checksums are held against it.
func files(t *testing.T, a *Archive) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(a, a.Size())
	if err != nil {
		t.Fatal(err)
	}
	unpacked := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if unpacked[f.Name], err = io.ReadAll(r); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	return unpacked
}

// TestACaseFile unpacks to exactly what is on disk, with unpackers of two makes.
func TestACaseFile(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, false)
	a, err := CaseFile(Case{Number: "（2026）黑11民初1号", Title: "买卖合同纠纷", Recordings: dirs})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	unpacked := files(t, a)
	for _, dir := range dirs {
		names, _ := filepath.Glob(filepath.Join(dir, "*[!k]")) // the lock is the hub's
		for _, name := range names {
			raw, _ := os.ReadFile(name)
			in := "（2026）黑11民初1号/" + filepath.Base(filepath.Dir(filepath.Dir(dir))) + "/" + filepath.Base(dir) + "/" + filepath.Base(name)
			if !bytes.Equal(unpacked[in], raw) {
				t.Errorf("%s is not what lies on disk", in)
			}
		}
	}
	list := string(unpacked["（2026）黑11民初1号/court-1/"+filepath.Base(dirs[0])+".m3u8"])
	if !strings.Contains(list, "\n"+filepath.Base(dirs[0])+"/000002.mp4\n") {
		t.Errorf("list for players: %s", list)
	}
	gaps := string(unpacked["（2026）黑11民初1号/gaps.csv"])
	if !strings.Contains(gaps, "source_offline") || !strings.Contains(gaps, "'=停电,李静") {
		t.Errorf("gap statement: %s", gaps)
	}
	page := string(unpacked["（2026）黑11民初1号/player.html"])
	if !strings.Contains(page, "（2026）黑11民初1号") || strings.Contains(page, "/*CASE*/") {
		t.Error("the page knows nothing of the case")
	}
	if strings.Count(page, "class SHA256") != 1 || strings.Count(page, "async function verify(") != 1 || strings.Contains(page, "/*SCRIPTS*/") || strings.Contains(page, "<script src") {
		t.Error("the page has not all of its scripts in it")
	}
	path := filepath.Join(t.TempDir(), "case.zip")
	whole := make([]byte, a.Size())
	if _, err := a.ReadAt(whole, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("unzip", "-tq", path).CombinedOutput(); err != nil {
		t.Errorf("unzip: %v: %s", err, out)
	}
}

// TestAnyPartOfIt is the same, from wherever it is read, so that a download goes on.
func TestAnyPartOfIt(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, false)
	layout := func() *Archive {
		a, err := CaseFile(Case{Number: "1", Recordings: dirs})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a, b := layout(), layout()
	defer func() { _, _ = a.Close(), b.Close() }()
	whole := make([]byte, a.Size())
	if _, err := a.ReadAt(whole, 0); err != nil {
		t.Fatal(err)
	}
	for range 300 {
		at := rand.Int64N(b.Size())
		part := make([]byte, 1+rand.Int64N(min(b.Size()-at, 50_000)))
		if _, err := b.ReadAt(part, at); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(part, whole[at:at+int64(len(part))]) {
			t.Fatalf("bytes from %d on are others the second time", at)
		}
	}
	if n, err := b.ReadAt(make([]byte, 10), b.Size()-3); n != 3 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
}

func TestWhatIsNotExported(t *testing.T) {
	t.Parallel()
	dirs := recorded(t, true)
	if _, err := CaseFile(Case{Recordings: dirs}); !errors.Is(err, ErrOpen) {
		t.Errorf("a recording that has not ended: %v", err)
	}
	if _, err := CaseFile(Case{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
	// What is damaged is evidence too, and is exported as it is.
	if err := os.Truncate(filepath.Join(dirs[0], "000001.mp4"), 100); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dirs[0], "000002.mp4")); err != nil {
		t.Fatal(err)
	}
	a, err := CaseFile(Case{Recordings: dirs[:1]})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	found := files(t, a)
	if n := len(found["case/court-1/"+filepath.Base(dirs[0])+"/000001.mp4"]); n != 100 {
		t.Errorf("of a file that was cut %d bytes are exported", n)
	}
	if _, ok := found["case/court-1/"+filepath.Base(dirs[0])+"/000002.mp4"]; ok {
		t.Error("a file that is not there is exported")
	}
	// One that is cut while it is being sent breaks off.
	if err := os.Truncate(filepath.Join(dirs[0], "000001.mp4"), 10); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ReadAt(make([]byte, a.Size()), 0); !errors.Is(err, ErrChanged) {
		t.Errorf("a file that was cut: %v", err)
	}
}

func TestNamesOfFolders(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"（2026）黑11民初1号": "（2026）黑11民初1号", "": "case", "..": "case", "a/../b": "a_.._b", `c:\x`: "c__x", "x\ny": "x_y",
	} {
		if got := FolderName(number); got != want {
			t.Errorf("%q becomes %q, want %q", number, got, want)
		}
	}
}
