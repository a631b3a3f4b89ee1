package mix

import (
	"math"
	"time"
)

// Bounds of how long after its most punctual packets a voice is heard. The least has
// room for one tick, one packet and a busy machine; the most is what a conversation
// bears: what comes later than that is lost, and concealed.
const (
	MinDelay = 60 * time.Millisecond
	MaxDelay = 200 * time.Millisecond
)

const (
	tickTime    = FrameTime              // a frame may come just after a tick
	jitterSpare = FrameTime              // the machine may be late itself
	jitterDecay = 5 * time.Millisecond   // what the worst lateness is believed less, a second
	baseWindow  = 400 * time.Millisecond // in one or two of these the most punctual packet is sought
	baseStep    = 20 * time.Millisecond  // a smaller change of it is left to the delay
)

// jitter decides a voice's delay: by how much later than the most punctual packets the
// late ones are, and some room.
//
// As a rule the most punctual packet comes when it was captured, as the hub's clock has
// it. But a sender may stand still for a while without its timestamps saying so, or the
// way to it become longer for good: then all packets are late, and it is heard that much
// later.
type jitter struct {
	base    time.Duration // lateness of the most punctual packets
	lowest  time.Duration // in this window
	before  time.Duration // and in the one before
	until   time.Duration // the end of this window
	started bool
	worst   time.Duration // lateness of the late ones, beyond base
	last    time.Duration // arrival
	delay   time.Duration // beyond base
}

func (j *jitter) reset() { j.delay = MinDelay }

// saw takes a packet that was captured at one time and arrived at another.
func (j *jitter) saw(at, arrived time.Duration) {
	late := arrived - at
	j.window(late, arrived)
	if passed := arrived - j.last; passed > 0 && passed < time.Minute {
		j.worst -= time.Duration(passed.Seconds() * float64(jitterDecay))
	}
	j.last = arrived
	j.worst = max(j.worst, 0, min(late-j.base, MaxDelay))
	j.delay = min(max(tickTime+j.worst+jitterSpare, MinDelay), MaxDelay)
}

// window looks for the most punctual packet of late.
func (j *jitter) window(late, arrived time.Duration) {
	if !j.started || arrived > j.until {
		if j.before = j.lowest; !j.started || arrived > j.until+baseWindow {
			j.before = math.MaxInt64 // nothing came for so long
		}
		j.started, j.lowest, j.until = true, late, arrived+baseWindow
	}
	j.lowest = min(j.lowest, late)
	base := max(min(j.lowest, j.before), -MaxDelay)
	switch {
	case base > j.base+baseStep:
		j.worst = max(j.worst-(base-j.base), 0) // what was late for them is so for all
		j.base = base
	case base < j.base-baseStep:
		j.base = base
	case base <= baseStep && base >= -baseStep:
		j.base = 0 // as the hub's clock has it
	}
}

// total is how long after its capture a voice is heard.
func (j *jitter) total() time.Duration { return j.base + j.delay }
