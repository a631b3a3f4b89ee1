package mix

import "slices"

// Combination is the sum of all voices but some.
type Combination struct {
	mixer   *Mixer
	without []string
	out     []*Voice // those of them that have joined
	users   int

	limiter limiter
	made    int64 // the tick that samples are of
	samples [FrameSamples]float32

	down8, down16 *decimator
	made8, made16 int64
	at8           [FrameSamples / 6]float32
	at16          [FrameSamples / 3]float32
}

// Without names the voices left out, in order.
func (c *Combination) Without() []string { return slices.Clone(c.without) }

// make works the frame of a tick out from the sum of all.
func (c *Combination) make(tick int64, total *[FrameSamples]float32) {
	c.samples = *total
	for _, v := range c.out {
		if !v.audible {
			continue
		}
		for i, s := range v.frame[:] {
			c.samples[i] -= s
		}
	}
	c.limiter.limit(c.samples[:])
	c.made = tick
}

// Samples are the last tick's at 48 kHz. They hold until the next tick.
func (c *Combination) Samples() []float32 { return c.samples[:] }

// Samples16 are the same at 16 kHz: 320 of them, worked out when first asked for.
func (c *Combination) Samples16() []float32 {
	if c.made16 != c.made {
		c.down16.next(c.at16[:], c.samples[:])
		c.made16 = c.made
	}
	return c.at16[:]
}

// Samples8 are the same at 8 kHz: 160 of them, worked out when first asked for.
func (c *Combination) Samples8() []float32 {
	if c.made8 != c.made {
		c.down8.next(c.at8[:], c.samples[:])
		c.made8 = c.made
	}
	return c.at8[:]
}

// Release gives the combination back. The last one ends it.
func (c *Combination) Release() {
	if c.users--; c.users > 0 {
		return
	}
	c.mixer.combos = slices.DeleteFunc(c.mixer.combos, func(other *Combination) bool { return other == c })
}

// ToInt16 puts samples of full scale 1 behind dst, as 16 bits. What is beyond full
// scale is held there.
func ToInt16(dst []int16, samples []float32) []int16 {
	for _, s := range samples {
		v := s * 32767
		switch {
		case v >= 32767:
			dst = append(dst, 32767)
		case v <= -32768:
			dst = append(dst, -32768)
		case v >= 0:
			dst = append(dst, int16(v+0.5))
		default:
			dst = append(dst, int16(v-0.5))
		}
	}
	return dst
}
