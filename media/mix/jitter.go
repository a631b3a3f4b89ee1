package mix

import "time"

// Bounds of how long after its capture a voice is heard. The least has room for one
// tick, one packet and a busy machine; the most is what a conversation bears: who comes
// later than that is lost, and concealed.
const (
	MinDelay = 60 * time.Millisecond
	MaxDelay = 200 * time.Millisecond
)

const (
	tickTime    = FrameTime            // a frame may come just after a tick
	jitterSpare = FrameTime            // the machine may be late itself
	jitterDecay = 5 * time.Millisecond // what the worst lateness is believed less, a second
)

// jitter decides a voice's delay: the worst lateness of late, and some room.
type jitter struct {
	worst time.Duration
	last  time.Duration // arrival
	delay time.Duration
}

func (j *jitter) reset() { j.delay = MinDelay }

// saw takes a packet that was captured at one time and arrived at another.
func (j *jitter) saw(at, arrived time.Duration) {
	if passed := arrived - j.last; passed > 0 && passed < time.Minute {
		j.worst -= time.Duration(passed.Seconds() * float64(jitterDecay))
	}
	j.last = arrived
	j.worst = max(j.worst, 0, min(arrived-at, MaxDelay))
	j.delay = min(max(tickTime+j.worst+jitterSpare, MinDelay), MaxDelay)
}
