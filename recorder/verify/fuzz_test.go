package verify

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"avhub/recorder/recordtest"
)

// fuzzFile puts bytes in a file's place: nothing panics, and only what was there is
// whole.
func fuzzFile(f *testing.F, name string, more ...[]byte) {
	r := made(f, recordtest.Options{Room: "court-3", NoPicture: true, Segments: 2, Length: 500 * time.Millisecond})
	was := read(f, at(r, name))
	f.Add(was)
	f.Add(was[:len(was)/2])
	f.Add([]byte{})
	f.Add(bytes.ToUpper(was))
	for _, b := range more {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		entries, err := os.ReadDir(r.Dir)
		must(t, err)
		for _, e := range entries {
			if e.Name() != name {
				must(t, os.Link(at(r, e.Name()), filepath.Join(dir, e.Name())))
			}
		}
		write(t, filepath.Join(dir, name), b)
		report, err := Recording(context.Background(), dir, Options{Thorough: len(b)%2 == 0})
		if err == nil && report.Whole != bytes.Equal(b, was) {
			t.Errorf("whole: %v: %v", report.Whole, report.Findings)
		}
	})
}

func FuzzManifestFile(f *testing.F) { fuzzFile(f, "manifest.jsonl") }

func FuzzSegmentFile(f *testing.F) {
	fuzzFile(f, "000002.mp4", []byte("\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff"))
}

func FuzzSealFile(f *testing.F) {
	fuzzFile(f, "seal.json", []byte(`{"format":"avhub-seal/1","head":{"n":1e99}}`))
}
