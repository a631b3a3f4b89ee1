package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

// caseFile is a folder with two recordings below it, as an export has them.
func caseFile(t *testing.T) (dir string, first, second *recordtest.Recording) {
	t.Helper()
	dir = t.TempDir()
	write := func(name string, o recordtest.Options) *recordtest.Recording {
		o.Small, o.Segments, o.Length, o.ID = true, 2, time.Second, "r-"+name
		r, err := recordtest.Make(filepath.Join(dir, "case", name, o.ID), o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first = write("court-2", recordtest.Options{Room: "court-2", Name: "提讯室", Gaps: []recordtest.Gap{{
		After: 1, Length: 2 * time.Second, Cause: manifest.CauseAdjournment, By: &manifest.Person{ID: "u1", Name: "王审判长"},
	}}})
	second = write("court-1", recordtest.Options{Room: "court-1"})
	if err := os.WriteFile(filepath.Join(dir, "case", "index.html"), []byte("<p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "case"), first, second
}

func TestVerifyRecordings(t *testing.T) {
	t.Parallel()
	dir, first, second := caseFile(t)
	key, kept := filepath.Join(first.Dir, "ledger.pub"), filepath.Join(t.TempDir(), "seal.json")
	raw, err := os.ReadFile(filepath.Join(first.Dir, "seal.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := told(t, "verify", dir, "--key", key, "--head", kept)
	for _, want := range []string{
		"r-court-2: whole: recording r-court-2 of court-2 提讯室, sealed", "2 segments of 8 parts", "media 4s + gaps 2s = 6s; 1 gap, 0 restarts of the hub",
		"track 1 (video): 90 frames came in = 60 kept + 30 in gaps", "gap 1: 0:00:02.000–0:00:04.000 (2026-03-02T01:00:02.000Z), 2s, adjournment, by 王审判长",
		"完整性校验值 (SHA-256): " + first.Head.Hash, "2 recordings and logs: whole",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if code != exitGood || t.Failed() {
		t.Errorf("%d %s", code, said)
	}

	segment := filepath.Join(second.Dir, "000002.mp4")
	media, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	media[len(media)-100] ^= 1
	if err := os.WriteFile(segment, media, 0o600); err != nil {
		t.Fatal(err)
	}
	code, said = told(t, "verify", dir)
	for _, want := range []string{
		"r-court-1: NOT WHOLE", "changed: 000002.mp4 at 0:00:03.600–0:00:04.000 (2026-03-02T01:00:03.600Z): part 4 is not as it was recorded", "2 recordings and logs: NOT WHOLE",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if code != exitFailed || t.Failed() {
		t.Errorf("%d %s", code, said)
	}
	code, said = told(t, "verify", "--json", dir)
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if code != exitFailed || len(lines) != 2 {
		t.Fatalf("%d %s", code, said)
	}
	var r struct {
		Kind, Path string
		Whole      bool
		Findings   []struct {
			Problem, File string
			Part          int
			Span          struct {
				From int64
				UTC  time.Time
			}
		}
	}
	if err := json.Unmarshal([]byte(lines[0]), &r); err != nil {
		t.Fatal(err)
	}
	if r.Kind != "recording" || r.Whole || len(r.Findings) != 1 || r.Findings[0].File != "000002.mp4" || r.Findings[0].Part != 4 || r.Findings[0].Span.UTC.IsZero() {
		t.Errorf("%s", lines[0])
	}
}

func TestVerifyAnswersByItsExitCode(t *testing.T) {
	t.Parallel()
	dir, first, second := caseFile(t)
	other, err := recordtest.Make(t.TempDir(), recordtest.Options{Small: true, Segments: 1, Length: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		want int
		args []string
	}{
		"one":                            {exitGood, []string{first.Dir}},
		"several":                        {exitGood, []string{first.Dir, second.Dir}},
		"thorough, one at a time":        {exitGood, []string{dir, "--thorough", "--jobs", "1"}},
		"the head of one of them":        {exitGood, []string{dir, "--head", filepath.Join(second.Dir, "head.json")}},
		"the head of none":               {exitFailed, []string{dir, "--head", filepath.Join(other.Dir, "seal.json")}},
		"nothing there":                  {exitWrongUse, []string{filepath.Join(dir, "none")}},
		"nothing of it there":            {exitWrongUse, []string{t.TempDir()}},
		"one of two is not there":        {exitWrongUse, []string{dir, filepath.Join(dir, "none")}},
		"no SM2 key":                     {exitWrongUse, []string{dir, "--sm2-key", garbage}},
		"no head":                        {exitWrongUse, []string{dir, "--head", garbage}},
		"no certificates":                {exitWrongUse, []string{dir, "--tsa-ca", garbage}},
		"a flag that is not there":       {exitWrongUse, []string{dir, "--colour"}},
		"nothing is there, said in JSON": {exitWrongUse, []string{"--json", filepath.Join(dir, "none")}},
	} {
		if code, said := told(t, append([]string{"verify"}, x.args...)...); code != x.want {
			t.Errorf("%s: exit code %d, want %d: %s", name, code, x.want, said)
		}
	}
}
