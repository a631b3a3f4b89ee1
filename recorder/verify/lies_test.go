package verify

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

// retold writes the manifest anew with the hub's own key, with other bodies: chain and
// signatures are good then, and only what is said is wrong. change returns the bodies
// that stand in an entry's place, with their kinds.
func retold(change func(kind string, body map[string]any) []said) func(testing.TB, *recordtest.Recording) {
	return func(t testing.TB, r *recordtest.Recording) {
		t.Helper()
		ctx := context.Background()
		var entries []ledger.Entry
		must(t, ledger.Entries(r.Dir, 1, func(e ledger.Entry) error { entries = append(entries, e); return nil }))
		for _, name := range []string{"manifest.jsonl", "head.json"} {
			must(t, os.Remove(at(r, name)))
		}
		l, err := ledger.Open(r.Dir, ledger.Options{
			Key: recordtest.TestKey(), Purpose: manifest.Purpose, Name: ledger.Manifest, Unlocked: true, NoSync: true, HeadEvery: -1,
			Now: func() time.Time { return r.Manifest.Zero },
		})
		must(t, err)
		var head ledger.Head
		var seal *manifest.Seal
		for _, e := range entries {
			switch e.Kind {
			case ledger.KindHeader:
				continue
			case ledger.KindHead:
				if head, err = l.Sign(ctx); err != nil {
					t.Fatal(err)
				}
				continue
			}
			var body map[string]any
			d := json.NewDecoder(strings.NewReader(string(e.Body)))
			d.UseNumber()
			must(t, d.Decode(&body))
			for _, s := range change(e.Kind, body) {
				var typed any = s.body
				if s.kind == manifest.KindSeal { // its members in their order, for seal.json
					raw, _ := json.Marshal(s.body)
					seal = &manifest.Seal{}
					must(t, json.Unmarshal(raw, seal))
					typed = seal
				}
				_, err := l.Append(ctx, s.kind, e.Time, typed)
				must(t, err)
			}
		}
		must(t, l.Close())
		if seal != nil {
			reseal(t, r, func(s *manifest.SealFile) { s.Seal, s.Head, s.Value = *seal, head, head.Hash })
		}
	}
}

// said is a kind and a body.
type said struct {
	kind string
	body map[string]any
}

// instead changes the nth body of a kind, from 0.
func instead(kind string, n int, change func(body map[string]any)) func(testing.TB, *recordtest.Recording) {
	return func(t testing.TB, r *recordtest.Recording) {
		n := n
		retold(func(k string, body map[string]any) []said {
			if k == kind {
				if n == 0 {
					change(body)
				}
				n--
			}
			return []said{{k, body}}
		})(t, r)
	}
}

// less leaves the nth of a kind out.
func less(kind string, n int) func(testing.TB, *recordtest.Recording) {
	return func(t testing.TB, r *recordtest.Recording) {
		n := n
		retold(func(k string, body map[string]any) []said {
			if k == kind {
				if n--; n == -1 {
					return nil
				}
			}
			return []said{{k, body}}
		})(t, r)
	}
}

func plus(member string, n int64) func(map[string]any) {
	return func(body map[string]any) {
		was, _ := body[member].(json.Number).Int64()
		body[member] = was + n
	}
}

// of changes a member of the nth of a list.
func of(list string, n int, change func(map[string]any)) func(map[string]any) {
	return func(body map[string]any) { change(body[list].([]any)[n].(map[string]any)) }
}

// lies are told by who has the key.
var lies = map[string]corruption{
	"nothing":                              {retold(func(k string, b map[string]any) []said { return []said{{k, b}} }), "", "", nil},
	"a frame more came in":                 {instead("seal", 0, of("tracks", 0, plus("in", 1))), Account, "", nil},
	"a frame more was kept":                {instead("seal", 0, of("tracks", 1, plus("kept", 1))), Account, "", nil},
	"in and kept fit each other only":      {instead("seal", 0, of("tracks", 0, func(b map[string]any) { plus("in", 5)(b); plus("kept", 5)(b) })), Account, "", nil},
	"more was gapped":                      {instead("seal", 0, of("tracks", 0, func(b map[string]any) { plus("in", 5)(b); plus("gapped", 5)(b) })), Account, "", nil},
	"a track less":                         {instead("seal", 0, func(b map[string]any) { b["tracks"] = b["tracks"].([]any)[:1] }), Account, "", nil},
	"the seal ends later":                  {instead("seal", 0, plus("end", 500_000)), Account, "", nil},
	"more media":                           {instead("seal", 0, plus("media", 41_000)), Account, "", nil},
	"media and gaps changed by the same":   {instead("seal", 0, func(b map[string]any) { plus("media", 1e6)(b); plus("gaps", -1e6)(b) }), Account, "", nil},
	"a gap less by the seal":               {instead("seal", 0, plus("gap_count", -1)), Account, "", nil},
	"more bytes":                           {instead("seal", 0, plus("bytes", 1)), Account, "", nil},
	"another hash in the seal":             {instead("seal", 0, of("files", 1, func(b map[string]any) { b["sha256"] = strings.Repeat("ab", 32) })), Account, "", nil},
	"a file less in the seal":              {instead("seal", 0, func(b map[string]any) { b["files"] = b["files"].([]any)[:2] }), Account, "", nil},
	"another end by the wall clock":        {instead("seal", 0, func(b map[string]any) { b["ended"] = "2026-03-02T03:00:00Z" }), Account, "", nil},
	"a restart that nobody saw":            {instead("seal", 0, plus("restarts", 1)), Account, "", nil},
	"a gap is left out":                    {retold(withoutGap), Account, "", seconds(2, 4)},
	"a gap is shorter":                     {instead("gap_end", 0, plus("end", -1_000_000)), Account, "", nil},
	"a gap's frames":                       {instead("gap_end", 1, of("tracks", 0, plus("frames", 3))), Account, "", nil},
	"a gap begins before the segment ends": {instead("gap", 0, plus("start", -500_000)), Account, "", nil},
	"a segment's frames":                   {instead("segment_end", 0, of("tracks", 0, plus("frames", -1))), Account, "000001.mp4", nil},
	"a segment's end":                      {instead("segment_end", 0, plus("end", 3_000_000)), Structure, "manifest.jsonl", nil},
	"a part's frames":                      {instead("part", 2, of("tracks", 0, plus("frames", 1))), Frames, "000001.mp4", seconds(1, 1.6)},
	"a part's track":                       {instead("part", 2, of("tracks", 0, plus("id", 4))), Frames, "000001.mp4", nil},
	"a part has a track less":              {instead("part", 2, func(b map[string]any) { b["tracks"] = b["tracks"].([]any)[:1] }), Frames, "000001.mp4", nil},
	"a part's wall clock":                  {instead("part", 1, func(b map[string]any) { b["utc"] = "2026-03-02T01:30:00Z" }), Frames, "000001.mp4", seconds(0.3, 1.1)},
	"a part's time":                        {instead("part", 5, plus("start", 30_000_000)), Account, "000002.mp4", nil},
	"a segment's place on the timeline":    {instead("segment", 0, of("tracks", 0, plus("base", 90000*3600))), Frames, "000001.mp4", nil},
	"a part's size and the next's offset":  {retold(shifted), Frames, "000001.mp4", nil},
	"a part's number":                      {instead("part", 2, plus("part", 1)), Structure, "manifest.jsonl", nil},
	"another part's hash":                  {instead("part", 2, func(b map[string]any) { b["sha256"] = strings.Repeat("ab", 32) }), "", "", nil}, // by -thorough alone
	"a file's hash":                        {instead("segment_end", 1, func(b map[string]any) { b["sha256"] = strings.Repeat("ab", 32) }), Account, "000002.mp4", nil},
	"a file's hash that is none":           {instead("segment_end", 1, func(b map[string]any) { b["sha256"] = "?" }), Account, "000002.mp4", nil},
	"a file's size":                        {instead("segment_end", 1, plus("size", 1)), Structure, "manifest.jsonl", nil},
	"a part of more bytes than there are":  {retold(enormous), Cut, "000003.mp4", nil},
	"a file in another folder":             {instead("segment", 1, func(b map[string]any) { b["file"] = "../000002.mp4" }), Structure, "manifest.jsonl", nil},
	"an unknown kind":                      {instead2("mark", "remark"), Structure, "manifest.jsonl", nil},
	"an unknown member":                    {instead("gap", 0, func(b map[string]any) { b["colour"] = "blue" }), Structure, "manifest.jsonl", nil},
	"a cause that is none":                 {instead("gap", 0, func(b map[string]any) { b["cause"] = "lunch" }), Structure, "manifest.jsonl", nil},
	"no beginning":                         {less("recording", 0), Structure, "manifest.jsonl", nil},
	"another format":                       {instead("recording", 0, func(b map[string]any) { b["format"] = "avhub-recording/9" }), Structure, "manifest.jsonl", nil},
	"a part after the seal":                {retold(afterSeal), Structure, "manifest.jsonl", nil},
	"two seals":                            {retold(sealedTwice), Structure, "manifest.jsonl", nil},
}

// instead2 gives a kind another name.
func instead2(kind, name string) func(testing.TB, *recordtest.Recording) {
	return retold(func(k string, b map[string]any) []said {
		if k == kind {
			k = name
		}
		return []said{{k, b}}
	})
}

func withoutGap(k string, b map[string]any) []said {
	n, _ := json.Number("1").Int64()
	if gap, ok := b["gap"].(json.Number); ok && (k == "gap" || k == "gap_end" || k == "explanation" || k == "countersign") {
		g, _ := gap.Int64()
		if g == n {
			return nil
		}
		if k == "gap" || k == "gap_end" {
			b["gap"] = g - 1
		}
	}
	return []said{{k, b}}
}

// shifted moves the border between two parts.
func shifted(k string, b map[string]any) []said {
	if k == "part" && b["segment"].(json.Number) == "1" {
		switch b["part"].(json.Number) {
		case "2":
			plus("size", 10)(b)
		case "3":
			plus("offset", 10)(b)
			plus("size", -10)(b)
		}
	}
	return []said{{k, b}}
}

// enormous gives the last part 4 EiB.
func enormous(k string, b map[string]any) []said {
	switch {
	case k == "part" && b["segment"].(json.Number) == "3" && b["part"].(json.Number) == "4", k == "segment_end" && b["segment"].(json.Number) == "3":
		plus("size", 1<<62)(b)
	case k == "seal":
		plus("bytes", 1<<62)(b)
		of("files", 2, plus("size", 1<<62))(b)
	}
	return []said{{k, b}}
}

func afterSeal(k string, b map[string]any) []said {
	if k == "seal" {
		return []said{{k, b}, {"track_gap", map[string]any{"id": 1, "start": 0, "end": 1, "cause": "network_loss"}}}
	}
	return []said{{k, b}}
}

func sealedTwice(k string, b map[string]any) []said {
	if k == "seal" {
		return []said{{k, b}, {k, b}}
	}
	return []said{{k, b}}
}

func TestWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	o := corruptible
	o.Marks = []manifest.Mark{{ID: "m1", At: 1_000_000, Text: "证人入庭"}}
	for name, x := range lies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := made(t, o)
			x.do(t, r)
			report := verified(t, r.Dir, Options{Key: recordtest.TestKey().Public().(ed25519.PublicKey)})
			if report.Whole != (x.want == "") {
				t.Fatalf("whole is %v: %v", report.Whole, report.Findings)
			}
			found := slices.ContainsFunc(report.Findings, func(f Finding) bool {
				return f.Problem == x.want && f.File == x.file && (x.span == nil || f.Span != nil && f.Span.From >= x.span.From && f.Span.Until <= x.span.Until)
			})
			if x.want != "" && !found {
				t.Errorf("no %s of %q among %v", x.want, x.file, report.Findings)
			}
		})
	}
}

// TestThoroughly checks what is said twice.
func TestThoroughly(t *testing.T) {
	t.Parallel()
	for _, o := range []recordtest.Options{corruptible, {Room: "court-2", Small: true, SM3: true, Segments: 2, Length: time.Second}} {
		r := made(t, o)
		if report := verified(t, r.Dir, Options{Thorough: true}); !report.Whole {
			t.Errorf("%v", report.Findings)
		}
	}
	for name, lie := range map[string]func(testing.TB, *recordtest.Recording){
		"a part's hash": lies["another part's hash"].do,
		"a header's":    instead("segment", 1, func(b map[string]any) { b["sha256"] = strings.Repeat("ab", 32) }),
		"a checksum":    instead("segment_end", 1, func(b map[string]any) { b["crc32"] = "00000000" }),
	} {
		r := made(t, corruptible)
		lie(t, r)
		if report := verified(t, r.Dir, Options{Thorough: true}); report.Whole {
			t.Errorf("%s: whole", name)
		}
	}
}
