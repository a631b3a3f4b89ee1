package recorder

import (
	"time"

	"avhub/recorder/manifest"
)

// wallTime is one reading of both clocks.
type wallTime struct {
	utc    time.Time
	steady time.Duration // of the stream's timeline
}

// clockWatch relates the recording's timeline to the wall clock, and sees when that
// is set.
type clockWatch struct {
	zero  time.Time     // UTC at the recording's beginning
	moved time.Duration // by settings since
	base  time.Duration // utc - steady at the last look; valid if seen
	seen  bool
}

// clockStep is a difference that is noted: the clock was set, not disciplined.
const clockStep = time.Second

// at is the hub's UTC at a place of the timeline.
func (w *clockWatch) at(m manifest.Micros) time.Time {
	return w.zero.Add(m.Duration() + w.moved).UTC()
}

// since is the place of a UTC.
func (w *clockWatch) since(t time.Time) manifest.Micros {
	return manifest.MicrosOf(t.Sub(w.zero) - w.moved)
}

// look returns by how much the clock was set since the last look.
func (w *clockWatch) look(now wallTime) time.Duration {
	base := time.Duration(now.utc.UnixNano()) - now.steady
	if !w.seen {
		w.seen, w.base = true, base
		return 0
	}
	step := base - w.base
	if step > -clockStep && step < clockStep {
		return 0
	}
	w.base = base
	w.moved += step
	return step
}

// noteClock notes a setting of the hub's clock.
func (c *cutter) noteClock(at manifest.Micros) {
	if step := c.clock.look(c.wall()); step != 0 {
		c.out.note(manifest.KindClock, manifest.Clock{At: at, UTC: c.clock.at(at), StepMS: step.Milliseconds()})
	}
}
