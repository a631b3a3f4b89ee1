package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"testing"
	"time"

	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

func made(t testing.TB, o recordtest.Options) *recordtest.Recording {
	t.Helper()
	r, err := recordtest.Make(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verified(t testing.TB, dir string, o Options) *Report {
	t.Helper()
	r, err := Recording(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// someGaps are a fault that is explained and an order.
var someGaps = []recordtest.Gap{
	{After: 1, Length: 2 * time.Second, Cause: manifest.CauseSourceOffline, Explanation: "网线松动", Clerk: manifest.Person{ID: "u2", Name: "李书记员"}, Judge: &manifest.Person{ID: "u1", Name: "王审判长"}},
	{After: 2, Length: 3 * time.Second, Cause: manifest.CauseAdjournment, By: &manifest.Person{ID: "u1", Name: "王审判长", Role: "judge"}},
}

var fixtures = map[string]recordtest.Options{
	"H.264 and AAC":     {Room: "court-2", Small: true, Gaps: someGaps},
	"H.264 and Opus":    {Room: "court-1", Small: true, SM3: true},
	"H.265 and AAC":     {Room: "court-4", Segments: 2, Length: time.Second},
	"FLAC alone":        {Room: "court-3", NoPicture: true},
	"open":              {Room: "court-2", Small: true, Open: true, Gaps: someGaps},
	"begins with a gap": {Room: "court-2", Small: true, Gaps: []recordtest.Gap{{Length: time.Second, Cause: manifest.CauseSourceOffline}}},
	"ends with a gap":   {Room: "court-2", Small: true, Gaps: []recordtest.Gap{{After: 3, Length: time.Second, Cause: manifest.CauseOperator}}},
}

func TestWholeRecordings(t *testing.T) {
	t.Parallel()
	for name, o := range fixtures {
		for _, thorough := range []bool{false, true} {
			r := made(t, o)
			report := verified(t, r.Dir, Options{Key: r.Public, Head: &r.Head, Thorough: thorough})
			if !report.Whole || len(report.Findings) > 0 {
				t.Errorf("%s: %v", name, report.Findings)
			}
			if report.Sealed == o.Open || report.Segments != len(r.Manifest.Segments) || len(report.Gaps) != len(o.Gaps) || !report.KeyGiven {
				t.Errorf("%s: %+v", name, report)
			}
			if report.Read != report.Bytes || report.Bytes == 0 {
				t.Errorf("%s: %d of %d bytes were read", name, report.Read, report.Bytes)
			}
			if !o.Open && (report.Value != r.Head.Hash || (report.SM3 != "") != o.SM3) {
				t.Errorf("%s: value %s %s", name, report.Value, report.SM3)
			}
		}
	}
}

// changeAt changes one byte of a file.
func changeAt(t testing.TB, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x10
	if _, err := f.WriteAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func has(r *Report, p Problem, file string) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Problem == p && f.File == file })
}

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
