package mix

// Figures of the limiter.
const (
	ceiling      = 0.89 // -1 dBFS: no sum is louder
	limiterBlock = 120  // samples: 2.5 ms of looking ahead, which is its delay
	release      = 0.02 // of what is missing to full gain, a block: 90 % are back after 290 ms
)

// limiter turns a sum that is too loud down, softly: it looks a block ahead, so that
// the gain has come down, along a curve without corners, before the peak is there. The
// gain within a block lies between those of its ends, and both are low enough for the
// block: nothing passes the ceiling, and nothing is cut off.
type limiter struct {
	held [limiterBlock]float32 // the block that goes out next
	need float32               // the gain that it needs
	gain float32               // at its beginning
}

// curve goes from 0 to 1 and is level at both ends.
var curve = func() (c [limiterBlock]float32) {
	for i := range c {
		t := float32(i) / limiterBlock
		c[i] = t * t * (3 - 2*t)
	}
	return c
}()

func newLimiter() limiter { return limiter{need: 1, gain: 1} }

// limit takes a frame in and gives it back, 2.5 ms later, in place.
func (l *limiter) limit(frame []float32) {
	for len(frame) >= limiterBlock {
		l.block((*[limiterBlock]float32)(frame))
		frame = frame[limiterBlock:]
	}
}

func (l *limiter) block(in *[limiterBlock]float32) {
	need := gainFor(in)
	end := min(l.need, need, l.gain+(1-l.gain)*release)
	if l.gain == 1 && end == 1 {
		l.held, *in = *in, l.held
		l.need = need
		return
	}
	way := end - l.gain
	for i := range in {
		out := l.held[i] * (l.gain + way*curve[i])
		l.held[i], in[i] = in[i], out
	}
	if end > 0.9999 {
		end = min(l.need, need, 1)
	}
	l.need, l.gain = need, end
}

// gainFor is the gain that keeps a block under the ceiling.
func gainFor(b *[limiterBlock]float32) float32 {
	var peak float32
	for _, s := range b {
		peak = max(peak, s, -s)
	}
	if peak <= ceiling {
		return 1
	}
	return ceiling / peak
}
