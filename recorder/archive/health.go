package archive

import (
	"math/rand/v2"
	"time"
)

// health is how the store does: how long to leave it alone after failures.
type health struct {
	min, max time.Duration
	failures int // in a row
	until    time.Time
}

// failed sets the time before which the store is left alone: twice as long after each
// failure, anywhere between half of it and all of it, so that hubs that lost the store
// together do not come back together.
func (h *health) failed(now time.Time) {
	wait := h.max
	if h.failures < 30 {
		wait = min(h.max, h.min<<h.failures)
	}
	h.failures++
	h.until = now.Add(wait/2 + rand.N(wait/2+1))
}

func (h *health) good() { h.failures, h.until = 0, time.Time{} }
