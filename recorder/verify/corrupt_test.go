package verify

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

// corruption is done to a recording of [corruptible], with what must be found of it.
type corruption struct {
	do   func(t testing.TB, r *recordtest.Recording)
	want Problem
	file string
	span *Span // the finding lies in it; nil: anywhere
}

// corruptible has three segments of two seconds, with gaps.
var corruptible = recordtest.Options{Room: "court-2", Small: true, Length: 2 * time.Second, Gaps: someGaps, Labels: map[string]string{"case": "（2026）黑11民初1号"}}

func at(r *recordtest.Recording, name string) string { return filepath.Join(r.Dir, name) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	must(t, err)
	return raw
}

func write(t testing.TB, path string, raw []byte) {
	t.Helper()
	must(t, os.WriteFile(path, raw, 0o600))
}

// edit changes the manifest's lines.
func edit(f func(lines []string) []string) func(testing.TB, *recordtest.Recording) {
	return func(t testing.TB, r *recordtest.Recording) {
		path := at(r, "manifest.jsonl")
		lines := strings.SplitAfter(string(read(t, path)), "\n")
		write(t, path, []byte(strings.Join(f(lines), "")))
	}
}

// line is the index of the nth line of a kind, from 0.
func line(lines []string, kind string, n int) int {
	for i, l := range lines {
		if strings.Contains(l, `"kind":"`+kind+`"`) {
			if n--; n < 0 {
				return i
			}
		}
	}
	panic("no line of kind " + kind)
}

func remove(kind string, n int) func(testing.TB, *recordtest.Recording) {
	return edit(func(lines []string) []string {
		i := line(lines, kind, n)
		return slices.Delete(lines, i, i+1)
	})
}

func swap(t testing.TB, a, b string) {
	t.Helper()
	must(t, os.Rename(a, a+".swap"))
	must(t, os.Rename(b, a))
	must(t, os.Rename(a+".swap", b))
}

func truncate(name string, size func(r *recordtest.Recording) int64) func(testing.TB, *recordtest.Recording) {
	return func(t testing.TB, r *recordtest.Recording) { must(t, os.Truncate(at(r, name), size(r))) }
}

func fixed(n int64) func(*recordtest.Recording) int64 {
	return func(*recordtest.Recording) int64 { return n }
}

func seconds(from, until float64) *Span {
	return &Span{From: manifest.Micros(from * 1e6), Until: manifest.Micros(until * 1e6)}
}

// corruptions need no key.
var corruptions = map[string]corruption{
	"a segment is gone":        {func(t testing.TB, r *recordtest.Recording) { must(t, os.Remove(at(r, "000002.mp4"))) }, ledger.Missing, "000002.mp4", seconds(4, 6)},
	"the last segment is gone": {func(t testing.TB, r *recordtest.Recording) { must(t, os.Remove(at(r, "000003.mp4"))) }, ledger.Missing, "000003.mp4", nil},
	"a segment is added": {func(t testing.TB, r *recordtest.Recording) {
		write(t, at(r, "000004.mp4"), read(t, at(r, "000001.mp4")))
	}, ledger.Foreign, "000004.mp4", nil},
	"two segments are exchanged": {func(t testing.TB, r *recordtest.Recording) { swap(t, at(r, "000001.mp4"), at(r, "000003.mp4")) }, Swapped, "000003.mp4", nil},
	"a segment twice": {func(t testing.TB, r *recordtest.Recording) {
		write(t, at(r, "000002.mp4"), read(t, at(r, "000001.mp4")))
	}, Swapped, "000002.mp4", seconds(4, 6)},
	"another's segment": {func(t testing.TB, r *recordtest.Recording) {
		other := made(t, recordtest.Options{Room: "court-3", Small: true, Length: 2 * time.Second})
		write(t, at(r, "000002.mp4"), read(t, at(other, "000002.mp4")))
	}, ledger.Changed, "000002.mp4", seconds(4, 6)},
	"a file of somebody's": {func(t testing.TB, r *recordtest.Recording) { write(t, at(r, "notes.txt"), []byte("?")) }, ledger.Foreign, "notes.txt", nil},
	"a folder":             {func(t testing.TB, r *recordtest.Recording) { must(t, os.Mkdir(at(r, "more"), 0o700)) }, ledger.Foreign, "more", nil},
	"a link in a file's place": {func(t testing.TB, r *recordtest.Recording) {
		elsewhere := filepath.Join(t.TempDir(), "x.mp4")
		must(t, os.Rename(at(r, "000001.mp4"), elsewhere))
		must(t, os.Symlink(elsewhere, at(r, "000001.mp4")))
	}, ledger.Foreign, "000001.mp4", nil},
	"a segment is cut":                   {truncate("000001.mp4", func(r *recordtest.Recording) int64 { return r.Manifest.Segments[0].Parts[2].Offset + 5 }), Cut, "000001.mp4", seconds(1, 2)},
	"a segment is cut within its header": {truncate("000001.mp4", fixed(20)), Cut, "000001.mp4", seconds(0, 2)},
	"a segment is empty":                 {truncate("000003.mp4", fixed(0)), Cut, "000003.mp4", nil},
	"bytes behind the end": {func(t testing.TB, r *recordtest.Recording) {
		write(t, at(r, "000001.mp4"), append(read(t, at(r, "000001.mp4")), "more"...))
	}, Longer, "000001.mp4", seconds(2, 2)},
	"4 GiB of nothing": {truncate("000001.mp4", fixed(4<<30)), Longer, "000001.mp4", nil},
	"nothing but 4 GiB of zeros": {func(t testing.TB, r *recordtest.Recording) {
		must(t, os.Truncate(at(r, "000001.mp4"), 0))
		must(t, os.Truncate(at(r, "000001.mp4"), 4<<30))
	}, ledger.Changed, "000001.mp4", seconds(0, 2)},
	"a byte of the media": {func(t testing.TB, r *recordtest.Recording) {
		changeAt(t, at(r, "000002.mp4"), r.Manifest.Segments[1].Parts[1].Offset+300)
	}, ledger.Changed, "000002.mp4", seconds(4.4, 5.1)},
	"a byte of the header": {func(t testing.TB, r *recordtest.Recording) { changeAt(t, at(r, "000002.mp4"), 30) }, ledger.Changed, "000002.mp4", seconds(4, 4)},
	"all of a segment": {func(t testing.TB, r *recordtest.Recording) {
		write(t, at(r, "000002.mp4"), bytes.Repeat([]byte{7}, len(read(t, at(r, "000002.mp4")))))
	}, ledger.Changed, "000002.mp4", seconds(4, 6)},

	"seal.json is gone":    {func(t testing.TB, r *recordtest.Recording) { must(t, os.Remove(at(r, "seal.json"))) }, ledger.Missing, "seal.json", nil},
	"head.json is gone":    {func(t testing.TB, r *recordtest.Recording) { must(t, os.Remove(at(r, "head.json"))) }, ledger.Missing, "head.json", nil},
	"ledger.pub is gone":   {func(t testing.TB, r *recordtest.Recording) { must(t, os.Remove(at(r, "ledger.pub"))) }, ledger.Missing, "ledger.pub", nil},
	"seal.json is no JSON": {func(t testing.TB, r *recordtest.Recording) { write(t, at(r, "seal.json"), []byte("{")) }, ledger.Unreadable, "seal.json", nil},
	"seal.json of another recording": {func(t testing.TB, r *recordtest.Recording) {
		other := made(t, recordtest.Options{Room: "court-3", Small: true, Length: time.Second})
		write(t, at(r, "seal.json"), read(t, at(other, "seal.json")))
	}, BadSeal, "seal.json", nil},
	"another account in seal.json": {func(t testing.TB, r *recordtest.Recording) {
		reseal(t, r, func(s *manifest.SealFile) { s.Seal.Tracks[0].In--; s.Seal.Tracks[0].Kept-- })
	}, BadSeal, "seal.json", nil},
	"another case in seal.json": {func(t testing.TB, r *recordtest.Recording) {
		reseal(t, r, func(s *manifest.SealFile) { s.Labels["case"] = "（2026）黑11民初2号" })
	}, BadSeal, "seal.json", nil},
	"another value in seal.json": {func(t testing.TB, r *recordtest.Recording) {
		reseal(t, r, func(s *manifest.SealFile) { s.Value = strings.Repeat("ab", 32) })
	}, BadSeal, "seal.json", nil},
	"an older head in seal.json": {func(t testing.TB, r *recordtest.Recording) {
		reseal(t, r, func(s *manifest.SealFile) {
			h := headOver(t, r, 1)
			s.Head, s.Value = h, h.Hash
		})
	}, BadSeal, "seal.json", nil},

	"a part's entry is gone":    {remove("part", 5), ledger.Removed, "", seconds(4, 6)},
	"a segment's entry is gone": {remove("segment", 1), ledger.Removed, "", seconds(4, 4.5)},
	"a segment's end is gone":   {remove("segment_end", 1), ledger.Removed, "", seconds(5.5, 6)},
	"a gap's entry is gone":     {remove("gap", 0), ledger.Removed, "", seconds(1.5, 4)},
	"a head is gone":            {remove("head", 1), ledger.Removed, "", nil},
	"the seal's entry is gone":  {remove("seal", 0), ledger.Removed, "", nil},
	"the first entry is gone":   {remove("recording", 0), ledger.Removed, "", nil},
	"a part's entry twice": {edit(func(lines []string) []string {
		i := line(lines, "part", 2)
		return slices.Insert(lines, i, lines[i])
	}), ledger.Inserted, "manifest.jsonl", seconds(0.5, 2)},
	"two entries exchanged": {edit(func(lines []string) []string {
		i := line(lines, "part", 1)
		lines[i], lines[i+1] = lines[i+1], lines[i]
		return lines
	}), ledger.Reordered, "manifest.jsonl", seconds(0, 2)},
	"another segment's entries first": {edit(func(lines []string) []string {
		a, b, end := line(lines, "segment", 1), line(lines, "segment", 2), line(lines, "seal", 0)
		return slices.Concat(lines[:a], lines[b:end], lines[a:b], lines[end:])
	}), ledger.Reordered, "manifest.jsonl", nil},
	"a gap's cause is another": {edit(func(lines []string) []string {
		i := line(lines, "gap", 0)
		lines[i] = strings.Replace(lines[i], "source_offline", "adjournment", 1)
		return lines
	}), ledger.Changed, "manifest.jsonl", seconds(1.5, 4)},
	"the clerk's explanation is another": {edit(func(lines []string) []string {
		i := line(lines, "explanation", 0)
		lines[i] = strings.Replace(lines[i], "网线松动", "停电", 1)
		return lines
	}), ledger.Changed, "manifest.jsonl", nil},
	"all entries after one are rechained": {edit(func(lines []string) []string {
		i := line(lines, "gap", 1)
		lines[i] = strings.Replace(lines[i], "adjournment", "mediation", 1)
		return rechained(lines, i+1)
	}), ledger.BadSignature, "manifest.jsonl", nil},
	"the tail is cut": {edit(func(lines []string) []string { return lines[:len(lines)-4] }), ledger.TailCut, "", nil},
	"the tail is cut within a line": {func(t testing.TB, r *recordtest.Recording) {
		path := at(r, "manifest.jsonl")
		must(t, os.Truncate(path, int64(len(read(t, path))-30)))
	}, ledger.TailCut, "", nil},
	"a manifest's file of nobody's": {func(t testing.TB, r *recordtest.Recording) {
		write(t, at(r, "manifest-000002.jsonl"), []byte(`{"n":99}`+"\n"))
	}, ledger.Unreadable, "manifest-000002.jsonl", nil},
	"the manifest is empty": {truncate("manifest.jsonl", fixed(0)), ledger.TailCut, "", nil},
	"the manifest is gone":  {func(t testing.TB, r *recordtest.Recording) { must(t, os.Remove(at(r, "manifest.jsonl"))) }, ledger.Missing, "manifest.jsonl", nil},
	"another recording's manifest": {func(t testing.TB, r *recordtest.Recording) {
		o := corruptible
		o.Room, o.Gaps, o.ID = "court-3", nil, "r-other"
		other := made(t, o)
		for _, name := range []string{"manifest.jsonl", "head.json", "seal.json"} {
			write(t, at(r, name), read(t, at(other, name)))
		}
	}, ledger.Changed, "000001.mp4", seconds(0, 2)},
	"all is made anew with another key": {func(t testing.TB, r *recordtest.Recording) {
		o := corruptible
		o.Key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
		must(t, os.RemoveAll(r.Dir))
		_, err := recordtest.Make(r.Dir, o)
		must(t, err)
	}, ledger.OtherKey, "ledger.pub", nil},
}

// rechained gives lines from one on the hash of the line before.
func rechained(lines []string, from int) []string {
	for i := from; i < len(lines); i++ {
		e, err := ledger.ParseLine([]byte(strings.TrimSuffix(lines[i], "\n")))
		if err != nil {
			break
		}
		e.Prev = sha256Of(strings.TrimSuffix(lines[i-1], "\n"))
		raw, _ := json.Marshal(e)
		lines[i] = string(raw) + "\n"
	}
	return lines
}

func reseal(t testing.TB, r *recordtest.Recording, change func(*manifest.SealFile)) {
	t.Helper()
	s, err := manifest.ReadSealFile(r.Dir)
	must(t, err)
	change(s)
	raw, err := s.Marshal()
	must(t, err)
	write(t, at(r, "seal.json"), raw)
}

// headOver is the nth head among the entries, as one that was kept.
func headOver(t testing.TB, r *recordtest.Recording, n int) ledger.Head {
	t.Helper()
	lines := strings.SplitAfter(string(read(t, at(r, "manifest.jsonl"))), "\n")
	e, err := ledger.ParseLine([]byte(strings.TrimSuffix(lines[line(lines, "head", n)], "\n")))
	must(t, err)
	var s ledger.Signature
	must(t, json.Unmarshal(e.Body, &s))
	header, err := ledger.HeaderOf(r.Dir)
	must(t, err)
	return ledger.Head{ID: header.ID, N: e.N - 1, Hash: e.Prev, HashSM3: e.PrevSM3, Signature: s.Signature, SM2: s.SM2}
}

func TestEveryCorruptionIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	for name, x := range corruptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := made(t, corruptible)
			x.do(t, r)
			report := verified(t, r.Dir, Options{Key: r.Public})
			if report.Whole {
				t.Fatal("whole")
			}
			found := slices.ContainsFunc(report.Findings, func(f Finding) bool {
				if f.Problem != x.want || f.File != x.file {
					return false
				}
				return x.span == nil || f.Span != nil && f.Span.From >= x.span.From && f.Span.Until <= x.span.Until && !f.Span.UTC.IsZero()
			})
			if !found {
				t.Errorf("no %s of %q at %v among %v", x.want, x.file, x.span, report.Findings)
			}
			if len(report.Findings) > 12 {
				t.Errorf("%d findings for one change: %v", len(report.Findings), report.Findings)
			}
		})
	}
}

// TestAHeadKeptElsewhere cuts the tail so that the folder fits itself.
func TestAHeadKeptElsewhere(t *testing.T) {
	t.Parallel()
	r := made(t, corruptible)
	early := headOver(t, r, 1)
	lines := strings.SplitAfter(string(read(t, at(r, "manifest.jsonl"))), "\n")
	cut := lines[:line(lines, "head", 0)+1]
	write(t, at(r, "manifest.jsonl"), []byte(strings.Join(cut, "")))
	for _, name := range []string{"seal.json", "000002.mp4", "000003.mp4"} {
		must(t, os.Remove(at(r, name)))
	}
	last, err := ledger.ParseLine([]byte(strings.TrimSuffix(cut[len(cut)-1], "\n")))
	must(t, err)
	_ = last
	must(t, os.Remove(at(r, "head.json")))
	if report := verified(t, r.Dir, Options{Key: r.Public}); !report.Whole {
		t.Fatalf("by itself it is not whole: %v", report.Findings)
	}
	report := verified(t, r.Dir, Options{Key: r.Public, Head: &early})
	if !has(report, ledger.TailCut, "") {
		t.Errorf("%v", report.Findings)
	}
	for _, f := range report.Findings {
		if f.Problem == ledger.TailCut && (f.Span == nil || f.Span.From != 2_000_000) {
			t.Errorf("the cut is placed at %v", f.Span)
		}
	}
}

// TestRewrittenByWhoHasTheKey makes all anew with the hub's own key: only a head that
// was kept elsewhere shows it.
func TestRewrittenByWhoHasTheKey(t *testing.T) {
	t.Parallel()
	r := made(t, corruptible)
	kept := r.Head
	must(t, os.RemoveAll(r.Dir))
	o := corruptible
	o.Gaps = o.Gaps[:1]
	again, err := recordtest.Make(r.Dir, o)
	must(t, err)
	if report := verified(t, r.Dir, Options{Key: again.Public}); !report.Whole {
		t.Fatalf("%v", report.Findings)
	}
	if report := verified(t, r.Dir, Options{Key: again.Public, Head: &kept}); report.Whole {
		t.Error("whole, with another's head")
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := made(t, recordtest.Options{Small: true, Segments: 1, Length: time.Second})
	for name, dir := range map[string]string{"nothing of it": t.TempDir(), "no folder": filepath.Join(r.Dir, "none"), "a file": at(r, "000001.mp4")} {
		if report, err := Recording(context.Background(), dir, Options{}); err == nil {
			t.Errorf("%s: %+v", name, report)
		}
	}
	if os.Getuid() != 0 { // to root all files are open
		r := made(t, recordtest.Options{Small: true, Segments: 1, Length: time.Second})
		must(t, os.Chmod(at(r, "000001.mp4"), 0))
		if _, err := Recording(context.Background(), r.Dir, Options{}); err == nil {
			t.Error("a file that nobody may read was verified")
		}
	}
}
