package pcm

// AppendALaw codes samples as G.711 A-law, an octet each, and puts them behind dst.
func AppendALaw(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = append(dst, alawOctet(s))
	}
	return dst
}

// AppendMuLaw codes samples as G.711 µ-law, an octet each, and puts them behind dst.
func AppendMuLaw(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = append(dst, mulawOctet(s))
	}
	return dst
}

// alawOctet finds the segment and the step in it (G.711, table 1).
func alawOctet(s int16) byte {
	sign := byte(0x80)
	v := int32(s)
	if v < 0 {
		sign, v = 0, -v-1
	}
	segment := byte(0)
	for limit := int32(0x100); segment < 7 && v >= limit; limit <<= 1 {
		segment++
	}
	step := byte(v >> max(4, 3+segment) & 15)
	return (sign | segment<<4 | step) ^ 0x55
}

// mulawOctet does the same by table 2; 0x84 is the bias that makes its segments whole.
func mulawOctet(s int16) byte {
	const most = 32635
	sign := byte(0)
	v := int32(s)
	if v < 0 {
		sign, v = 0x80, -v
	}
	v = min(v, most) + 0x84
	segment := byte(0)
	for limit := int32(0x100); segment < 7 && v >= limit; limit <<= 1 {
		segment++
	}
	return ^(sign | segment<<4 | byte(v>>(3+segment)&15))
}
