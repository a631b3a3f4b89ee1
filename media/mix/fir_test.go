package mix

import (
	"math"
	"testing"
)

// What the lower rate cannot carry is taken away, not folded down; what it can stays.
func TestDecimation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ratio int
		pass  []float64
		stop  []float64
	}{
		{6, []float64{300, 1000, 3300}, []float64{4700, 5500, 7900, 12300, 20000}},
		{3, []float64{300, 1000, 3300, 6900}, []float64{9100, 11000, 15700, 20000}},
	} {
		through := func(hz float64) []float32 {
			d := newDecimator(c.ratio)
			s := &speaker{hz: hz, loud: 0.5}
			var out []float32
			for range 50 {
				dst := make([]float32, FrameSamples/c.ratio)
				d.next(dst, s.samples(FrameSamples))
				s.pos += FrameSamples
				out = append(out, dst...)
			}
			return out[len(out)/5:]
		}
		rate := Rate / c.ratio
		for _, hz := range c.pass {
			if db := 20 * math.Log10(level(through(hz), hz, rate)/0.5); math.Abs(db) > 0.5 {
				t.Errorf("1/%d: %v Hz comes through at %.1f dB", c.ratio, hz, db)
			}
		}
		for _, hz := range c.stop {
			folded := math.Abs(hz - math.Round(hz/float64(rate))*float64(rate))
			if db := 20 * math.Log10(level(through(hz), folded, rate)/0.5); db > -65 {
				t.Errorf("1/%d: %v Hz is heard as %v Hz at %.1f dB", c.ratio, hz, folded, db)
			}
		}
	}
}

// The way up adds nothing above what the lower rate had.
func TestInterpolation(t *testing.T) {
	t.Parallel()
	for _, ratio := range []int{1, 2, 3, 6} {
		p := newInterpolator(ratio)
		rate := Rate / ratio
		hz := 0.35 * float64(rate)
		var out []float32
		for n := range 50 {
			src := make([]float32, FrameSamples/ratio)
			for i := range src {
				src[i] = float32(0.5 * math.Sin(2*math.Pi*hz*float64(n*len(src)+i)/float64(rate)))
			}
			out = p.append(out, src)
		}
		if len(out) != 50*FrameSamples {
			t.Fatalf("%d samples", len(out))
		}
		out = out[Rate/10:]
		if l := level(out, hz, Rate); math.Abs(l-0.5) > 0.01 {
			t.Errorf("x%d: the tone is at %.3f", ratio, l)
		}
		for k := 1; k < ratio; k++ {
			image := float64(k*rate) - hz
			if image < Rate/2 && level(out, image, Rate) > 0.5*math.Pow(10, -60.0/20) {
				t.Errorf("x%d: an image at %.0f Hz of %.5f", ratio, image, level(out, image, Rate))
			}
		}
	}
}

func TestToInt16HoldsAtFullScale(t *testing.T) {
	t.Parallel()
	in := []float32{0, 1, -1, 1.5, -1.5, 0.5, float32(math.Inf(1)), float32(math.Inf(-1))}
	want := []int16{0, 32767, -32767, 32767, -32768, 16384, 32767, -32768}
	for i, v := range ToInt16(nil, in) {
		if v != want[i] {
			t.Errorf("%v becomes %d, not %d", in[i], v, want[i])
		}
	}
}
