package verify

import (
	"context"
	"flag"
	"slices"
	"testing"

	"avhub/recorder/ledger"
	"avhub/recorder/recordtest"
)

// lines of the manifest in TestALongManifest. make integration takes a million.
var lines = flag.Int("lines", 20_000, "how many lines the manifest of TestALongManifest has")

// TestALongManifest: one of days is read to its end, and one byte in its middle is
// found and named as in a short one.
func TestALongManifest(t *testing.T) {
	t.Parallel()
	r, err := recordtest.Big(t.TempDir(), recordtest.BigOptions{Lines: *lines})
	must(t, err)
	report := verified(t, r.Dir, Options{Key: r.Public, Head: &r.Head})
	if !report.Whole || report.Entries < uint64(*lines) || !report.Sealed {
		t.Fatalf("%d entries, sealed: %v, whole: %v: %v", report.Entries, report.Sealed, report.Whole, report.Findings[:min(len(report.Findings), 3)])
	}
	name := "manifest.jsonl"
	size := int64(len(read(t, at(r, name))))
	changeAt(t, at(r, name), size/2)
	report, err = Recording(context.Background(), r.Dir, Options{Key: r.Public, Head: &r.Head})
	must(t, err)
	named := func(f Finding) bool { return f.File == name && f.Line > 1000 && f.Problem != ledger.Missing }
	if report.Whole || !slices.ContainsFunc(report.Findings, named) {
		t.Errorf("whole: %v: %d findings: %v", report.Whole, len(report.Findings), report.Findings[:min(len(report.Findings), 3)])
	}
}
