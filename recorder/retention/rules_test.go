package retention

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func TestJudge(t *testing.T) {
	t.Parallel()
	good := Piece{Ended: now.Add(-91 * day), Archived: true}
	for name, c := range map[string]struct {
		change func(*Piece)
		want   Verdict
	}{
		"expired, archived, unheld": {func(*Piece) {}, MayGo},
		"of the last day":           {func(p *Piece) { p.Ended = now.Add(-90 * day) }, MayGo},
		"a second too young":        {func(p *Piece) { p.Ended = now.Add(-90*day + time.Second) }, NotExpired},
		"from the future":           {func(p *Piece) { p.Ended = now.Add(day) }, NotExpired},
		"not archived":              {func(p *Piece) { p.Archived = false }, NotArchived},
		"held":                      {func(p *Piece) { p.Held = true }, Held},
		"held and not archived":     {func(p *Piece) { p.Held, p.Archived = true, false }, Held},
		"being written":             {func(p *Piece) { p.Ended = time.Time{} }, Open},
		"gone":                      {func(p *Piece) { p.Gone = true }, Gone},
		"not archived, ancient":     {func(p *Piece) { p.Archived, p.Ended = false, now.AddDate(-50, 0, 0) }, NotArchived},
	} {
		p := good
		c.change(&p)
		if got := (Rules{90 * day}).Judge(p, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestOldestGoesFirstAndNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	old := func(days int, bytes int64) Piece {
		return Piece{Dir: "r", File: fmt.Sprint(days), Ended: now.Add(-time.Duration(days) * day), Bytes: bytes, Archived: true}
	}
	held := old(400, 100)
	held.Held = true
	pieces := []Piece{old(100, 10), old(300, 10), held, old(5, 10), old(200, 10)}
	for need, want := range map[int64]string{0: "", 1: "300", 10: "300", 11: "300 200", 25: "300 200 100", 1000: "300 200 100"} {
		var got []string
		for _, p := range (Rules{90 * day}).Choose(pieces, need, now) {
			got = append(got, p.File)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("for %d bytes go %v, want %s", need, got, want)
		}
	}
}

func TestProjection(t *testing.T) {
	t.Parallel()
	var p Projection
	at := now
	free := int64(10_000)
	add := func(d time.Duration, bytes int64) {
		at, free = at.Add(d), free+bytes
		p.Add(at, free)
	}
	if _, known := p.Left(); known {
		t.Error("known without a sample")
	}
	add(0, 0)
	add(time.Second, -10)
	if _, known := p.Left(); known {
		t.Error("known after a second")
	}
	for range 60 {
		add(time.Second, -10)
	}
	if left, known := p.Left(); !known || left.Round(time.Second) != time.Duration(free/10)*time.Second {
		t.Errorf("%v, %v, %d bytes are left at 10 a second", left, known, free)
	}
	add(time.Second, 50_000) // room is made
	add(time.Second, -10)
	if rate := p.Rate(); rate < 9.5 || rate > 10.1 {
		t.Errorf("room that was made counts as written: %v bytes a second", rate)
	}
	for range 600 { // and now it is written to twice as fast
		add(time.Second, -20)
	}
	if rate := p.Rate(); rate < 19.9 || rate > 20.1 {
		t.Errorf("the rate is that of the last minutes: %v", rate)
	}
	for range 600 {
		add(time.Second, 0)
	}
	if left, known := p.Left(); known {
		t.Errorf("nothing is written and it is full in %v", left)
	}
	for range 10_000 { // memory is bounded
		add(time.Millisecond, -1)
	}
	if len(p.samples) > maxSamples+1 {
		t.Errorf("%d samples", len(p.samples))
	}
	p.Add(at.Add(-time.Hour), free) // the clock is set back
	if rate := p.Rate(); rate != 0 {
		t.Errorf("a clock that was set gives a rate of %v", rate)
	}
}
