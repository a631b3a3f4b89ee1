package pcm

// g722 is the decoder of ITU-T G.722 at 64 kbit/s: two sub-bands of ADPCM, and a
// quadrature mirror filter that joins them.
type g722 struct {
	low, high band
	history   [24]int32
}

func newG722() *g722 {
	g := &g722{}
	g.low.det, g.high.det = 32, 8
	return g
}

// band is the state of one sub-band's predictor (clause 3.6).
type band struct {
	nb, det int32    // logarithmic and linear quantizer scale factor
	s       int32    // signal estimate
	sz      int32    // the zero section's part of it
	r       [3]int32 // reconstructed signal, newest first
	a       [3]int32 // pole coefficients, from 1
	p       [3]int32 // partially reconstructed signal
	d       [7]int32 // quantized difference signal
	b       [7]int32 // zero coefficients, from 1
}

// Tables of the recommendation: quantizer outputs (tables 16, 18, 19 and their
// likes), scale factor multipliers, the scale's antilogarithm (table 15).
var (
	qm6 = [64]int32{
		-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
		-7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
		24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
		4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
	}
	qm4 = [16]int32{0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0}
	qm2 = [4]int32{-7408, -1616, 7408, 1616}
	wl  = [8]int32{-60, -30, 58, 172, 334, 538, 1198, 3042}
	rl  = [16]int32{0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0}
	wh  = [3]int32{0, -214, 798}
	rh  = [4]int32{2, 1, 2, 1}
	ilb = [32]int32{
		2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
		2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
	}
	qmf = [12]int32{3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11}
)

// decode returns the two samples that an octet stands for.
func (g *g722) decode(octet byte) (first, second int16) {
	code6, code2 := octet&0x3f, octet>>6
	code4 := code6 >> 2

	// The lower band: the output by six bits, the adaptation by four (clause 4.2).
	low := clamp(g.low.s+g.low.det*qm6[code6]>>15, -16384, 16383)
	difference := g.low.det * qm4[code4] >> 15
	g.low.nb = clamp(g.low.nb*127>>7+wl[rl[code4]], 0, 18432)
	g.low.det = scale(g.low.nb, 8)
	g.low.adapt(difference)

	// The higher band.
	difference = g.high.det * qm2[code2] >> 15
	high := clamp(difference+g.high.s, -16384, 16383)
	g.high.nb = clamp(g.high.nb*127>>7+wh[rh[code2]], 0, 22528)
	g.high.det = scale(g.high.nb, 10)
	g.high.adapt(difference)

	return g.join(low, high)
}

// scale is the linear scale factor for a logarithmic one.
func scale(nb, shift int32) int32 {
	fraction, exponent := nb>>6&31, shift-nb>>11
	if exponent < 0 {
		return ilb[fraction] << -exponent << 2
	}
	return ilb[fraction] >> exponent << 2
}

// join is the receiving quadrature mirror filter (clause 4.4).
func (g *g722) join(low, high int32) (first, second int16) {
	copy(g.history[:], g.history[2:])
	g.history[22], g.history[23] = low+high, low-high
	var odd, even int32
	for i := range 12 {
		even += g.history[2*i] * qmf[i]
		odd += g.history[2*i+1] * qmf[11-i]
	}
	return saturate(odd >> 11), saturate(even >> 11)
}

// adapt takes a quantized difference and predicts the next value (clauses 3.6.3 and
// 3.6.4, block 4).
func (b *band) adapt(d int32) {
	b.d[0] = d
	b.r[0] = int32(saturate(b.s + d))
	b.p[0] = int32(saturate(b.sz + d))

	a2, a1 := b.poles()
	b.zeros(d)
	for i := 6; i > 0; i-- {
		b.d[i] = b.d[i-1]
	}
	b.r[2], b.r[1] = b.r[1], b.r[0]
	b.p[2], b.p[1] = b.p[1], b.p[0]
	b.a[1], b.a[2] = a1, a2

	sp := int32(saturate(b.a[1]*int32(saturate(2*b.r[1]))>>15 + b.a[2]*int32(saturate(2*b.r[2]))>>15))
	b.sz = 0
	for i := 6; i > 0; i-- {
		b.sz += b.b[i] * int32(saturate(2*b.d[i])) >> 15
	}
	b.sz = int32(saturate(b.sz))
	b.s = int32(saturate(sp + b.sz))
}

// poles adapts the second-order section.
func (b *band) poles() (a2, a1 int32) {
	sign0, sign1, sign2 := b.p[0]>>15, b.p[1]>>15, b.p[2]>>15
	w := int32(saturate(4 * b.a[1]))
	if sign0 == sign1 {
		w = min(-w, 32767)
	}
	w >>= 7
	if sign0 == sign2 {
		w += 128
	} else {
		w -= 128
	}
	a2 = clamp(w+b.a[2]*32512>>15, -12288, 12288)

	a1 = int32(saturate(b.a[1] * 32640 >> 15))
	if sign0 == sign1 {
		a1 += 192
	} else {
		a1 -= 192
	}
	limit := int32(saturate(15360 - a2))
	return a2, clamp(int32(saturate(a1)), -limit, limit)
}

// zeros adapts the sixth-order section.
func (b *band) zeros(d int32) {
	step := int32(128)
	if d == 0 {
		step = 0
	}
	for i := 1; i <= 6; i++ {
		v := b.b[i] * 32640 >> 15
		if d>>15 == b.d[i]>>15 {
			v += step
		} else {
			v -= step
		}
		b.b[i] = int32(saturate(v))
	}
}

func clamp(v, low, high int32) int32 { return min(max(v, low), high) }

func saturate(v int32) int16 { return int16(clamp(v, -32768, 32767)) }
