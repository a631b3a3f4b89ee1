package playback

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// shelf makes recordings that hold nothing, for lists.
type shelf struct {
	t   *testing.T
	dir string
}

// put adds a recording that began at a time and lasts so long; sealed unless it is
// said to go on.
func (s *shelf) put(id, source string, begin time.Time, lasts time.Duration, goesOn bool, labels map[string]string) {
	s.t.Helper()
	dir := filepath.Join(s.dir, source, begin.Format(time.DateOnly), id)
	l, err := ledger.Open(dir, ledger.Options{Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Purpose: manifest.Purpose, Name: ledger.Manifest, NoSync: true, Unlocked: true, HeadEvery: -1})
	must1(s.t, err)
	add := func(kind string, body any) {
		if _, err := l.Append(s.t.Context(), kind, begin, body); err != nil {
			s.t.Fatal(err)
		}
	}
	add(manifest.KindBegin, manifest.Begin{Format: manifest.Format, ID: id, Source: source, Name: "名 " + source, Set: labels["set"], Labels: labels, Zero: begin})
	add(manifest.KindGap, manifest.Gap{Gap: 1, UTC: begin, Cause: manifest.CauseSourceOffline})
	end := manifest.MicrosOf(lasts)
	add(manifest.KindGapEnd, manifest.GapEnd{Gap: 1, End: end, UTC: begin.Add(lasts)})
	if !goesOn {
		seal := manifest.Seal{Ended: begin.Add(lasts), End: end, Gaps: end, GapCount: 1, Bytes: 1234}
		add(manifest.KindSeal, seal)
		head, err := l.Sign(s.t.Context())
		must1(s.t, err)
		raw, err := json.Marshal(manifest.SealFile{Format: manifest.SealFormat, Recording: id, Source: source, Labels: labels, Value: head.Hash, Seal: seal, Head: head})
		must1(s.t, err)
		must1(s.t, os.WriteFile(filepath.Join(dir, manifest.SealFileName), raw, 0o600))
	}
	must1(s.t, l.Close())
}

func ids(p Page) []string {
	all := []string{}
	for _, s := range p.Items {
		all = append(all, s.ID)
	}
	return all
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := &shelf{t, t.TempDir()}
	day := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	at := func(days, hours int) time.Time { return day.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour) }
	s.put("a", "court-1", at(0, 0), time.Hour, false, map[string]string{"case": "c1", "hearing": "h1", "set": "s1"})
	s.put("b", "court-2", at(0, 0), time.Hour, false, map[string]string{"case": "c1", "hearing": "h1", "set": "s1"})
	s.put("c", "court-1", at(1, 3), 2*time.Hour, false, map[string]string{"case": "c2", "hearing": "h2"})
	s.put("d", "court-2", at(3, 0), 30*time.Hour, true, nil) // goes over midnight, and on
	s.put("e", "court-1", at(4, 2), time.Minute, false, map[string]string{"case": "c1", "hearing": "h3"})
	l := New(Options{Dir: s.dir})
	label := func(k, v string) map[string]string { return map[string]string{k: v} }
	for name, c := range map[string]struct {
		q    Query
		want []string
	}{
		"all":                     {Query{}, []string{"e", "d", "c", "a", "b"}},
		"of a source":             {Query{Source: "court-1"}, []string{"e", "c", "a"}},
		"of a source that is not": {Query{Source: "court-9"}, []string{}},
		"of a case":               {Query{Labels: label("case", "c1")}, []string{"e", "a", "b"}},
		"of a hearing":            {Query{Labels: label("hearing", "h1")}, []string{"a", "b"}},
		"of a case and a hearing": {Query{Labels: map[string]string{"case": "c1", "hearing": "h3"}}, []string{"e"}},
		"of a set":                {Query{Set: "s1"}, []string{"a", "b"}},
		"from a time on":          {Query{From: at(1, 4)}, []string{"e", "d", "c"}},
		"after one has ended":     {Query{From: at(1, 6)}, []string{"e", "d"}},
		"before a time":           {Query{To: at(1, 3)}, []string{"a", "b"}},
		"that reach into an hour": {Query{From: at(4, 1), To: at(4, 2)}, []string{"d"}},
		"that are kept":           {Query{Keep: func(s *Summary) bool { return s.ID > "b" }}, []string{"e", "d", "c"}},
		"of a time without any":   {Query{From: at(2, 0), To: at(2, 1)}, []string{}},
	} {
		page, err := l.List(t.Context(), c.q)
		if err != nil || !slices.Equal(ids(page), c.want) || page.Next != "" {
			t.Errorf("%s: %v %v, want %v", name, err, ids(page), c.want)
		}
	}
	for limit := 1; limit <= 6; limit++ {
		var all []string
		q := Query{Limit: limit}
		for {
			page, err := l.List(t.Context(), q)
			if err != nil || len(page.Items) > limit {
				t.Fatalf("%v: a page of %d", err, len(page.Items))
			}
			all = append(all, ids(page)...)
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
		if !slices.Equal(all, []string{"e", "d", "c", "a", "b"}) {
			t.Errorf("in pages of %d: %v", limit, all)
		}
	}
	for _, after := range []string{"?", "eHg", "MTIz", "%%"} {
		if _, err := l.List(t.Context(), Query{After: after}); !errors.Is(err, ErrCursor) {
			t.Errorf("after %q: %v", after, err)
		}
	}
}

// What a list says of a recording is what its manifest says.
func TestSummaries(t *testing.T) {
	t.Parallel()
	l, _ := session(t, "court-1")
	page, err := l.List(t.Context(), Query{})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%v %v", err, page)
	}
	got := page.Items[0]
	only(t, l).View(func(r *manifest.Recording) {
		var bytes int64
		for _, s := range r.Segments {
			bytes += s.Bytes()
		}
		want := Summary{
			ID: r.Begin.ID, Source: "court-1", Name: "court-1", Labels: r.Labels, Begin: r.Zero, Length: r.Seal.End, Gaps: r.Seal.Gaps,
			GapCount: 2, Segments: len(r.Segments), Bytes: bytes, Sealed: true, Value: got.Value,
		}
		if len(got.Value) != 64 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("\n%+v, want\n%+v", got, want)
		}
	})
}

// A recording that is being written is listed as far as it has got, with its gaps,
// and becomes sealed.
func TestASummaryGrows(t *testing.T) {
	t.Parallel()
	l := record(t, func(s *studio) {
		l := New(Options{Dir: s.dir})
		summary := func() Summary {
			page, err := l.List(s.t.Context(), Query{})
			if err != nil || len(page.Items) != 1 {
				s.t.Fatalf("%v %v", err, page)
			}
			return page.Items[0]
		}
		src := s.on("court-2")
		rec := s.start(src, "court-2", nil)
		last := Summary{}
		for n := range 6 {
			time.Sleep(15 * time.Second)
			if n == 2 {
				src.Off()
				time.Sleep(8 * time.Second)
				if err := src.On(); err != nil {
					s.t.Fatal(err)
				}
				time.Sleep(5 * time.Second)
			}
			got := summary()
			if got.Sealed || got.Length-last.Length < 14*second || got.Bytes <= last.Bytes || got.GapCount != n/2-n/4 && n < 4 {
				s.t.Errorf("after %d steps: %+v", n, got)
			}
			last = got
		}
		s.stop(rec)
		src.Off()
		if got := summary(); !got.Sealed || got.GapCount != 1 || got.Bytes < last.Bytes {
			s.t.Errorf("sealed: %+v", got)
		}
	})
	before := only(t, l)
	if before.Open() {
		t.Error("it is sealed")
	}
}

// Recordings come and go on the disk: lists follow.
func TestListsFollowTheDisk(t *testing.T) {
	t.Parallel()
	s := &shelf{t, t.TempDir()}
	l := New(Options{Dir: s.dir})
	list := func() []string {
		page, err := l.List(t.Context(), Query{})
		must1(t, err)
		return ids(page)
	}
	if got := list(); len(got) != 0 {
		t.Errorf("in an empty folder: %v", got)
	}
	now := time.Now().UTC()
	s.put("a", "court-1", now.Add(-time.Hour), time.Minute, false, nil)
	if got := list(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("%v", got)
	}
	s.put("b", "court-1", now, time.Minute, false, nil)
	s.put("c", "court-2", now.Add(time.Second), time.Minute, true, nil)
	if got := list(); !slices.Equal(got, []string{"c", "b", "a"}) {
		t.Errorf("%v", got)
	}
	s.put("old", "court-3", now.AddDate(-1, 0, 0), time.Minute, false, nil)
	if r, err := l.Open("old"); err != nil || r.ID() != "old" {
		t.Errorf("an old one that has just come: %v", err)
	}
	must1(t, os.RemoveAll(filepath.Join(s.dir, "court-1")))
	if _, err := l.Open("a"); !errors.Is(err, ErrUnknown) {
		t.Errorf("one that is gone: %v", err)
	}
	if got := list(); !slices.Equal(got, []string{"c", "old"}) {
		t.Errorf("%v", got)
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := cache[int, int]{most: 10}
	for i := range 100 {
		c.put(i, i*i, 3)
		c.get(0)
	}
	if c.sum > 10 || c.used.Len() != 3 || len(c.by) != 3 {
		t.Errorf("%d in %d", c.sum, c.used.Len())
	}
	if v, ok := c.get(0); !ok || v != 0 {
		t.Error("what is used all the time was dropped")
	}
	if v, ok := c.get(99); !ok || v != 99*99 {
		t.Error("what came last was dropped")
	}
	c.put(5, 1, 1000)
	if v, ok := c.get(5); !ok || v != 1 || c.used.Len() != 1 {
		t.Error("what costs more than all may is kept alone")
	}
	c.put(5, 2, 1)
	c.remove(5)
	c.remove(6)
	if c.sum != 0 || c.used.Len() != 0 {
		t.Errorf("%d in %d", c.sum, c.used.Len())
	}
}
