package verify

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

// file is one of a recording's, with when in it each byte lies.
type file struct {
	name string
	size int64
	when func(at int64) (from, until manifest.Micros, ok bool)
}

// filesOf are all files of a recording's folder.
func filesOf(t testing.TB, r *recordtest.Recording) []file {
	t.Helper()
	entries, err := os.ReadDir(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []file
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		f := file{name: e.Name(), size: info.Size(), when: func(int64) (manifest.Micros, manifest.Micros, bool) { return 0, 0, false }}
		for _, s := range r.Manifest.Segments {
			if s.File == f.name {
				f.when = func(at int64) (manifest.Micros, manifest.Micros, bool) { return whenInSegment(s, at) }
			}
		}
		if f.name == "manifest.jsonl" {
			raw, err := os.ReadFile(filepath.Join(r.Dir, f.name))
			if err != nil {
				t.Fatal(err)
			}
			f.when = func(at int64) (manifest.Micros, manifest.Micros, bool) { return whenInManifest(r.Manifest, raw, at) }
		}
		all = append(all, f)
	}
	return all
}

func whenInSegment(s *manifest.SegmentState, at int64) (from, until manifest.Micros, ok bool) {
	for _, p := range s.Parts {
		if at >= p.Offset && at < p.Offset+p.Size {
			return p.Start, p.Start + p.Duration, true
		}
	}
	return s.Start, s.Start, true // what describes the tracks
}

// whenInManifest is the time that the line of a byte is about.
func whenInManifest(rec *manifest.Recording, raw []byte, at int64) (from, until manifest.Micros, ok bool) {
	begin := bytes.LastIndexByte(raw[:at], '\n') + 1
	end := int(at) + bytes.IndexByte(raw[at:], '\n')
	e, err := ledger.ParseLine(raw[begin:end])
	if err != nil {
		return 0, 0, false
	}
	from, until, ok = timeOf(e)
	for _, g := range rec.Gaps { // that nothing lies in
		if e.Kind == manifest.KindGap && from == g.Start || e.Kind == manifest.KindGapEnd && from == g.End() {
			from, until = g.Start, g.End()
		}
	}
	return from, until, ok
}

// TestAThousandBytes changes one byte at random places of a recording, again and
// again: every change is found, and located to a second.
func TestAThousandBytes(t *testing.T) {
	t.Parallel()
	r := made(t, recordtest.Options{Room: "court-2", Small: true, Segments: 2, Length: 2 * time.Second, Gaps: []recordtest.Gap{{After: 1, Length: time.Second, Cause: manifest.CauseDisk}}})
	files := filesOf(t, r)
	var total int64
	for _, f := range files {
		total += f.size
	}
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for n := range 1000 {
		at := random.Int64N(total)
		f := files[0]
		for _, f = range files {
			if at < f.size {
				break
			}
			at -= f.size
		}
		if n%4 == 0 { // segments are most of it: let the other files have their share
			f = files[len(files)-1-n/4%(len(files))]
			at = random.Int64N(f.size)
		}
		mustFind(t, r, f, at)
	}
	if report := verified(t, r.Dir, Options{Key: r.Public}); !report.Whole {
		t.Fatalf("not restored: %v", report.Findings)
	}
}

// mustFind changes a byte, verifies, and changes it back.
func mustFind(t *testing.T, r *recordtest.Recording, f file, at int64) {
	t.Helper()
	path := filepath.Join(r.Dir, f.name)
	changeAt(t, path, at)
	defer changeAt(t, path, at)
	report := verified(t, r.Dir, Options{})
	if report.Whole {
		t.Errorf("%s: byte %d was changed, and it is whole", f.name, at)
		return
	}
	from, until, timed := f.when(at)
	if !timed {
		return
	}
	for _, found := range report.Findings {
		s := found.Span
		if s == nil || s.From > until || s.Until < from || s.Until-s.From > 1_000_000+until-from {
			continue
		}
		if found.File == f.name && (found.Line > 0 || found.Offset != nil && *found.Offset <= at && at < *found.Offset+found.Size) && s.UTC.Equal(r.Manifest.At(s.From)) {
			return
		}
	}
	t.Errorf("%s: the change of byte %d, at %v to %v, is not located: %v", f.name, at, from.Duration(), until.Duration(), report.Findings)
}
