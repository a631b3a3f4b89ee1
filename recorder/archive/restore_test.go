package archive

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

func TestACaseComesBack(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	const number = "（2021）黑11民初23号"
	labels := map[string]string{LabelCase: "c1", LabelNumber: number, LabelKind: "courtroom"}
	var dirs []string
	a := start(t, o, f, t.TempDir())
	for _, id := range []string{"r1", "r2"} {
		dir, _ := f.recording(t, id, labels, true, 6_000_000, 3000)
		dirs = append(dirs, dir)
		a.Sealed(dir)
	}
	other, _ := f.recording(t, "r3", map[string]string{LabelCase: "c2"}, true, 10)
	a.Sealed(other)
	a.drained(t, time.Minute)
	a.stop()

	// Somebody deletes a segment and the index as far as the store lets them.
	for _, key := range []string{"recordings/court-1/2026-03-02/r1/000001.mp4", "index/case/c1/r1"} {
		if err := s.Client.RemoveObject(t.Context(), s.Bucket, key, minio.RemoveObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	store, to := openStore(t, o), t.TempDir()
	for _, name := range []string{"c1", number} {
		found, err := store.Find(t.Context(), "nothing", name)
		if err != nil || len(found) != 2 || found[0].ID != "r1" {
			t.Fatalf("%s: %v, %v", name, found, err)
		}
	}
	found, _ := store.Find(t.Context(), "c1")
	for i, r := range found {
		got, err := store.Restore(t.Context(), r, to)
		if err != nil || !got.Whole() || got.Files != 7 || !got.Sealed {
			t.Fatalf("%+v, %v", got, err)
		}
		if i == 0 && strings.Join(got.Covered, " ") != "000001.mp4" {
			t.Errorf("delete markers on %v", got.Covered)
		}
		same(t, dirs[i], got.Dir)
		report, err := ledger.Verify(got.Dir, ledger.VerifyOptions{})
		if err != nil || !report.Whole() {
			t.Errorf("%+v, %v", report, err)
		}
	}
	// Once more: nothing is fetched again; a file that is another one is not written over.
	path := filepath.Join(to, "court-1/2026-03-02/r1/000002.mp4")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := store.Restore(t.Context(), found[0], to)
	if err != nil || again.Here != 6 || again.Whole() || !strings.Contains(again.Problems[0], "another file of this name") {
		t.Errorf("%+v, %v", again, err)
	}
	if raw, _ := os.ReadFile(path); string(raw) != "mine" {
		t.Error("a file that was here was written over")
	}
	if _, err := store.Find(t.Context(), "c9"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

// same compares all files of two folders but those that only the hub needs.
func same(t *testing.T, a, b string) {
	t.Helper()
	entries, err := os.ReadDir(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		x, err1 := os.ReadFile(filepath.Join(a, e.Name()))
		y, err2 := os.ReadFile(filepath.Join(b, e.Name()))
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(x, y) {
			t.Errorf("%s is not the same: %v", e.Name(), err)
		}
	}
}

// TestMissingSegmentIsSaid: a restore that is not all there must not look like one that is.
func TestMissingSegmentIsSaid(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	dir, ends := f.recording(t, "r1", nil, true, 3000, 4000)
	a := start(t, o, f, t.TempDir())
	a.Sealed(dir)
	a.drained(t, time.Minute)
	a.stop()
	key := "recordings/court-1/2026-03-02/r1/000002.mp4"
	for _, v := range versions(t, s, key)[key] {
		if err := s.Client.RemoveObject(t.Context(), s.Bucket, key, minio.RemoveObjectOptions{VersionID: v.VersionID, GovernanceBypass: true}); err != nil {
			t.Fatal(err)
		}
	}
	// And somebody puts other bytes in place of the first: the version that was recorded
	// is still there, and comes back.
	first := "recordings/court-1/2026-03-02/r1/" + manifest.SegmentFile(ends[0].Segment)
	store := openStore(t, o)
	c, _ := bytesContent(noise(77, 3000), o.PartSize)
	if _, err := store.put(t.Context(), placement{key: first, typ: "video/mp4"}, c); err != nil {
		t.Fatal(err)
	}
	if _, err := store.put(t.Context(), placement{key: "recordings/court-1/2026-03-02/r1/evil.sh"}, c); err != nil {
		t.Fatal(err)
	}
	found, err := store.Find(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := store.Restore(t.Context(), found[0], t.TempDir())
	all := strings.Join(got.Problems, "\n")
	if err != nil || got.Whole() || !strings.Contains(all, "000002.mp4 is not in the archive") ||
		strings.Contains(all, "000001.mp4") || !strings.Contains(all, `"evil.sh" is no file of a recording`) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(got.Dir, "evil.sh")); err == nil {
		t.Error("a foreign file was written")
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"format":"avhub-archive-index/1","id":"r1","source":"court-1","date":"2026-03-02"}`))
	f.Add([]byte(`{"format":"avhub-archive-index/1","id":"../../etc","source":"..","date":"2026-03-02"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := parseIndex(raw)
		if err == nil && !filepath.IsLocal(filepath.FromSlash(r.folder())) {
			t.Errorf("it leads to %q", r.folder())
		}
	})
}

func TestLabelsMakeKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, value := range []string{"a", "A", "a/b", "a~2Fb", "..", ".", "a b", "（2021）黑11民初23号", "(2021)黑11民初23号", strings.Repeat("黑", 1000)} {
		key := indexFolder(LabelCase, value)
		if other, ok := seen[key]; ok {
			t.Errorf("%q and %q have the key %s", value, other, key)
		}
		seen[key] = value
		if strings.Count(key, "/") != 3 || len(key) > 700 || strings.Contains(key, "..") {
			t.Errorf("%q has the key %q", value, key)
		}
	}
}
