package mix

import (
	"math"
	"sync"
)

// Low-pass filters for whole ratios of rates, as sinc under Kaiser's window: 70 dB
// down where the lower rate would fold it back into what is heard.
var (
	lowpass3k4 = sync.OnceValue(func() []float32 { return kaiser(4000, 174) }) // 8 kHz: flat to 3.4, down from 4.6
	lowpass7k  = sync.OnceValue(func() []float32 { return kaiser(8000, 108) }) // 16 kHz: flat to 7, down from 9
	lowpass11k = sync.OnceValue(func() []float32 { return kaiser(12000, 108) })
)

// filterFor is the filter between 48 kHz and a ratio-th of it.
func filterFor(ratio int) []float32 {
	switch ratio {
	case 6:
		return lowpass3k4()
	case 3:
		return lowpass7k()
	case 2:
		return lowpass11k()
	}
	return []float32{1}
}

// kaiser makes a low-pass of n taps at 48 kHz that is 6 dB down at cut, in Hz.
func kaiser(cut float64, n int) []float32 {
	const beta = 6.76 // 70 dB
	taps := make([]float32, n)
	middle := float64(n-1) / 2
	var sum float64
	values := make([]float64, n)
	for i := range values {
		x := float64(i) - middle
		sinc := 2 * cut / Rate
		if x != 0 {
			sinc = math.Sin(2*math.Pi*cut/Rate*x) / (math.Pi * x)
		}
		r := x / middle
		values[i] = sinc * bessel(beta*math.Sqrt(max(0, 1-r*r))) / bessel(beta)
		sum += values[i]
	}
	for i, v := range values {
		taps[i] = float32(v / sum)
	}
	return taps
}

// bessel is the modified Bessel function of the first kind, order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-12; k++ {
		term *= x / 2 / k * (x / 2 / k)
		sum += term
	}
	return sum
}

// decimator takes 48 kHz to a ratio-th of it.
type decimator struct {
	ratio int
	taps  []float32
	buf   []float32 // what the filter still needs, then a frame
}

func newDecimator(ratio int) *decimator {
	taps := filterFor(ratio)
	return &decimator{ratio: ratio, taps: taps, buf: make([]float32, len(taps)-1+FrameSamples)}
}

// next filters one frame; dst has a ratio-th of its length.
func (d *decimator) next(dst, src []float32) {
	history := len(d.taps) - 1
	copy(d.buf[history:], src)
	for i := range dst {
		dst[i] = dot(d.taps, d.buf[i*d.ratio:])
	}
	copy(d.buf, d.buf[len(src):])
}

// dot multiplies taps, which are symmetric, with as many samples.
func dot(taps, x []float32) float32 {
	x = x[:len(taps)]
	var a, b float32
	i := 0
	for ; i+1 < len(taps); i += 2 {
		a += taps[i] * x[i]
		b += taps[i+1] * x[i+1]
	}
	if i < len(taps) {
		a += taps[i] * x[i]
	}
	return a + b
}

// interpolator takes a ratio-th of 48 kHz to 48 kHz.
type interpolator struct {
	phases  [][]float32 // each reversed, so that it runs along the samples
	history []float32
}

func newInterpolator(ratio int) *interpolator {
	taps := filterFor(ratio)
	p := &interpolator{phases: make([][]float32, ratio)}
	each := (len(taps) + ratio - 1) / ratio
	for phase := range p.phases {
		p.phases[phase] = make([]float32, each)
		for k := range each {
			if i := k*ratio + phase; i < len(taps) {
				p.phases[phase][each-1-k] = taps[i] * float32(ratio)
			}
		}
	}
	p.history = make([]float32, each-1, each-1+FrameSamples)
	return p
}

// append puts what src becomes behind dst.
func (p *interpolator) append(dst, src []float32) []float32 {
	each := len(p.phases[0])
	p.history = append(p.history, src...)
	for i := range src {
		x := p.history[i : i+each]
		for _, taps := range p.phases {
			dst = append(dst, dot(taps, x))
		}
	}
	kept := copy(p.history, p.history[len(src):])
	p.history = p.history[:kept]
	return dst
}
