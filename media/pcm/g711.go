package pcm

var alaw, mulaw = g711Tables()

// g711Tables holds what each octet stands for, on a scale of 16 bits (G.711, tables
// 1a to 2b).
func g711Tables() (a, mu [256]int16) {
	for i := range 256 {
		a[i], mu[i] = alawSample(byte(i)), mulawSample(byte(i))
	}
	return a, mu
}

func alawSample(b byte) int16 {
	b ^= 0x55 // even bits are inverted on the line
	segment, step := b>>4&7, int16(b&15)
	v := step<<4 + 8
	if segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return -v
	}
	return v
}

func mulawSample(b byte) int16 {
	b = ^b
	segment, step := b>>4&7, int16(b&15)
	v := (step<<3+0x84)<<segment - 0x84
	if b&0x80 != 0 {
		return -v
	}
	return v
}
