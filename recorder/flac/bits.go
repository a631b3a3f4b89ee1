package flac

// bitWriter writes bits, highest first.
type bitWriter struct {
	buf  []byte
	acc  uint64
	held int // bits in acc
}

// write writes the lowest n bits of v, up to 32.
func (w *bitWriter) write(v uint64, n int) {
	w.acc = w.acc<<n | v&(1<<n-1)
	for w.held += n; w.held >= 8; w.held -= 8 {
		w.buf = append(w.buf, byte(w.acc>>(w.held-8)))
	}
}

// rice writes v as so many zeros as v/2^param, a one, and the rest.
func (w *bitWriter) rice(v uint32, param int) {
	for q := v >> param; q > 0; {
		n := min(q, 32)
		w.write(0, int(n))
		q -= n
	}
	w.write(1, 1)
	w.write(uint64(v), param)
}

// align fills the last byte with zeros.
func (w *bitWriter) align() {
	if w.held > 0 {
		w.write(0, 8-w.held)
	}
}

var crc8Table, crc16Table = makeTables()

func makeTables() (t8 [256]byte, t16 [256]uint16) {
	for i := range 256 {
		c8, c16 := byte(i), uint16(i)<<8
		for range 8 {
			high8, high16 := c8&0x80 != 0, c16&0x8000 != 0
			c8, c16 = c8<<1, c16<<1
			if high8 {
				c8 ^= 0x07
			}
			if high16 {
				c16 ^= 0x8005
			}
		}
		t8[i], t16[i] = c8, c16
	}
	return t8, t16
}

// crc8 is the checksum of a frame's header (section 9.1.8).
func crc8(b []byte) (c byte) {
	for _, v := range b {
		c = crc8Table[c^v]
	}
	return c
}

// crc16 is the checksum of a frame (section 9.3).
func crc16(b []byte) (c uint16) {
	for _, v := range b {
		c = c<<8 ^ crc16Table[byte(c>>8)^v]
	}
	return c
}
