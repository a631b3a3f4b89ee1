package mix

// Figures of keeping to the clock.
const (
	// chase is how long it takes to make an error of the delay good, in samples: a
	// clock that is 200 ppm wrong is then 0.4 ms behind.
	chase = 2 * Rate
	// maxBend is the most by which a voice is played faster or slower: 7 cents, which
	// nobody hears.
	maxBend   = 0.004
	quiet     = 0.003           // -50 dBFS: in what is softer, time may be left out or put in
	worthSkip = 5 * Rate / 1000 // an error from which that is done
	farOff    = Rate / 5        // one that is made good at once
)

// render works out the voice's part of the tick that begins at now; false: there is none.
func (v *Voice) render(now int64) bool {
	v.audible = false
	if v.idle {
		return false
	}
	if v.read >= float64(v.end+concealFade) {
		v.idle = true
		return false
	}
	astray := v.due(now) - v.read
	off := max(astray, -astray)
	if off > worthSkip && v.peak < quiet || off > farOff {
		v.jump(max(v.read+astray, float64(v.begin)-2*maxPeriod))
		astray = 0
	}
	step := 1 + min(max(astray/chase, -maxBend), maxBend)
	v.cover(int64(v.read+FrameSamples*step) + 3)
	v.copyFrom(v.frame[:], step)
	v.read += FrameSamples * step
	if v.tailed {
		for i, was := range v.tail[:] {
			w := float32(i+1) / (fade + 1)
			v.frame[i] = was + w*(v.frame[i]-was)
		}
		v.tailed = false
	}
	if v.leaving {
		for i := range v.frame[:] {
			v.frame[i] *= 1 - float32(i+1)/FrameSamples
		}
		v.left = true
	}
	v.peak = 0
	for _, s := range v.frame[:] {
		v.peak = max(v.peak, s, -s)
	}
	v.audible = true
	return true
}

// jump goes on reading elsewhere; the next frame begins with a fade from here to there.
func (v *Voice) jump(to float64) {
	if !v.tailed {
		v.cover(int64(v.read) + fade + 3)
		v.copyFrom(v.tail[:], 1)
		v.tailed = true
	}
	v.read = to
}

// copyFrom reads samples from the ring at read, a step apart, along a cubic through
// the four around each (Catmull and Rom).
func (v *Voice) copyFrom(dst []float32, step float64) {
	// The fraction counts in 2^-32 samples: whole numbers do not lose their way.
	at := int64(v.read)
	fraction := int64((v.read - float64(at)) * (1 << 32))
	advance := int64(step * (1 << 32))
	if fraction < 1<<12 && advance == 1<<32 {
		for i := range dst {
			dst[i] = v.ring[(at+int64(i))&ringMask]
		}
		return
	}
	for i := range dst {
		a, b := v.ring[(at-1)&ringMask], v.ring[at&ringMask]
		c, d := v.ring[(at+1)&ringMask], v.ring[(at+2)&ringMask]
		f := float32(fraction) * (1.0 / (1 << 32))
		dst[i] = b + 0.5*f*(c-a+f*(2*a-5*b+4*c-d+f*(3*(b-c)+d-a)))
		fraction += advance
		at += fraction >> 32
		fraction &= 1<<32 - 1
	}
}
