package sources

import (
	"math/rand/v2"
	"time"
)

// Backoff says how long to wait between tries. After a source that was live is
// lost, tries stay quick for a while, so that a camera that restarts is back at
// once; one that stays away is asked less and less.
type Backoff struct {
	Min      time.Duration // first wait; default 0.5 s
	Max      time.Duration // default 30 s
	Quick    time.Duration // longest wait in the quick phase; default 1 s
	QuickFor time.Duration // how long after the loss it lasts; default 2 min: cameras restart in one
	Healthy  time.Duration // a session that lived so long starts anew at Min; default 10 s
}

func (b *Backoff) setDefaults() {
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&b.Min, 500 * time.Millisecond}, {&b.Max, 30 * time.Second}, {&b.Quick, time.Second}, {&b.QuickFor, 2 * time.Minute}, {&b.Healthy, 10 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
}

// tries is where a line stands.
type tries struct {
	Backoff
	wait time.Duration
	lost time.Time // when it was last live
}

// failed takes the end of a session that had been live for a time (0: never)
// and returns how long to wait for the next, up to a quarter more or less.
func (t *tries) failed(now time.Time, live time.Duration) time.Duration {
	if live >= t.Healthy {
		t.wait = 0
	}
	if live > 0 {
		t.lost = now
	}
	most := t.Max
	if t.quick(now) {
		most = t.Quick
	}
	t.wait = min(max(t.Min, 2*t.wait), most)
	return time.Duration(float64(t.wait) * (0.75 + rand.Float64()/2))
}

// quick tells whether a source that was live has been lost just now.
func (t *tries) quick(now time.Time) bool {
	return !t.lost.IsZero() && now.Sub(t.lost) < t.QuickFor
}

func (t *tries) reset() { t.wait, t.lost = 0, time.Time{} }

// patience is how long a session with sound and no picture is kept, the more
// of them came in a row.
func patience(soundOnly int, stall time.Duration) time.Duration {
	if soundOnly == 0 {
		return 0
	}
	return min(3*stall<<min(soundOnly-1, 10), 60*stall)
}
