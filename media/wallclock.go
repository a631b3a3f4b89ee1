package media

import "time"

// wallClock relates the sender's NTP clock to the hub's UTC. All tracks of a
// source share one: sound and picture then keep the relation that the sender's
// RTCP states, whatever their delays on the way.
type wallClock struct {
	known  bool
	offset time.Duration // hub UTC minus sender NTP, by the most punctual unit
	jumps  int
}

const (
	wallJump = 5 * time.Second // a sender's clock that is off by more was set
	wallLeak = 1000            // the offset follows drift by 1/wallLeak of each unit's excess
)

// utc is the hub's estimate of when a unit was captured. lateness is how long
// after its place on the hub's timeline the unit arrived.
func (w *wallClock) utc(ntp, arrived time.Time, lateness time.Duration) time.Time {
	arrived = arrived.Round(0)
	if ntp.IsZero() {
		return arrived.Add(-lateness)
	}
	delta := arrived.Sub(ntp)
	excess := delta - w.offset
	switch {
	case !w.known:
		w.known, w.offset = true, delta
	case excess > wallJump || excess < -wallJump:
		w.jumps++
		w.offset = delta
	case excess < 0:
		w.offset = delta
	default:
		w.offset += excess / wallLeak
	}
	return ntp.Add(w.offset)
}
