package mix

// Figures of concealment, in samples.
const (
	minPeriod   = 120  // 400 Hz
	maxPeriod   = 720  // 67 Hz
	likeness    = 240  // what two places are compared over
	concealHold = 480  // 10 ms are repeated as loud as they were
	concealFade = 2880 // and after 60 ms all is silent
	seam        = 64   // what the step at the joint is spread over
)

// concealer goes on with a voice that has stopped: it repeats the last period of its
// pitch and fades it out. That is plain, and it is what a listener notices least for one
// or two packets; more cannot be guessed.
type concealer struct {
	period [maxPeriod]float32
	length int
	step   float32
}

// begin looks at the samples before position end of the ring.
func (c *concealer) begin(ring *[ringSize]float32, end int64) {
	at := func(i int64) float32 { return ring[i&ringMask] }
	c.length = bestPeriod(ring, end)
	n := int64(c.length)
	for i := range n {
		c.period[i] = at(end - n + i)
	}
	// The end of the period flows into its beginning: it turns into what came before that.
	blend := n / 4
	for i := range blend {
		w := float32(i+1) / float32(blend+1)
		c.period[n-blend+i] += w * (at(end-n-blend+i) - c.period[n-blend+i])
	}
	c.step = at(end-1) - at(end-n-1)
}

// sample is the k-th after the end.
func (c *concealer) sample(k int64) float32 {
	if k >= concealFade {
		return 0
	}
	s := c.period[int(k)%c.length]
	if k < seam {
		s += c.step * (1 - float32(k+1)/(seam+1))
	}
	if k > concealHold {
		s *= float32(concealFade-k) / (concealFade - concealHold)
	}
	return s
}

// bestPeriod finds the lag at which the voice looks most like itself.
func bestPeriod(ring *[ringSize]float32, end int64) int {
	const coarse = 4
	best, like := maxPeriod, float32(0)
	look := func(lag, stride int64) {
		var cross, energy float32
		for i := int64(1); i <= likeness; i += stride {
			x, y := ring[(end-i)&ringMask], ring[(end-i-lag)&ringMask]
			cross += x * y
			energy += y * y
		}
		if cross <= 0 || energy == 0 {
			return
		}
		if l := cross * cross / energy; l > like {
			best, like = int(lag), l
		}
	}
	for lag := int64(minPeriod); lag <= maxPeriod; lag += coarse {
		look(lag, 2)
	}
	middle := int64(best)
	like = 0
	for lag := max(minPeriod, middle-coarse); lag <= min(maxPeriod, middle+coarse); lag++ {
		look(lag, 1)
	}
	return best
}
