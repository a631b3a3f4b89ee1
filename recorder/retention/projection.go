package retention

import "time"

// Projection tells from the room that was left at times when none will be. The zero
// value is ready.
type Projection struct {
	samples []sample
}

type sample struct {
	at   time.Time
	free int64
}

const (
	window      = 5 * time.Minute // that the rate is measured over
	leastWindow = 4 * time.Second // before which nothing is said
	maxSamples  = 1024
)

// Add notes how many bytes are free.
func (p *Projection) Add(at time.Time, free int64) {
	if n := len(p.samples); n > 0 && !at.After(p.samples[n-1].at) {
		p.samples = p.samples[:0] // the clock was set: begin anew
	}
	p.samples = append(p.samples, sample{at, free})
	drop := 0
	for drop < len(p.samples)-2 && (at.Sub(p.samples[drop].at) > window || len(p.samples)-drop > maxSamples) {
		drop++
	}
	p.samples = append(p.samples[:0], p.samples[drop:]...)
}

// Rate is bytes a second that were written lately; room that was made in between does
// not count against it.
func (p *Projection) Rate() float64 {
	n := len(p.samples)
	if n < 2 {
		return 0
	}
	took := p.samples[n-1].at.Sub(p.samples[0].at)
	if took < leastWindow {
		return 0
	}
	var written int64
	for i := 1; i < n; i++ {
		written += max(0, p.samples[i-1].free-p.samples[i].free)
	}
	return float64(written) / took.Seconds()
}

// horizon bounds what is said: beyond it a projection is of no use.
const horizon = 365 * 24 * time.Hour

// Left is how long the room lasts at that rate; false: longer than a year, or it is not
// known yet.
func (p *Projection) Left() (time.Duration, bool) {
	rate := p.Rate()
	if rate <= 0 {
		return 0, false
	}
	seconds := float64(p.samples[len(p.samples)-1].free) / rate
	if seconds > horizon.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}
