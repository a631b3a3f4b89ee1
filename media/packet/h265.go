package packet

import "fmt"

// NAL unit types of H.265 (table 7-1) and of RFC 7798 (section 4.4).
const (
	h265BLA    = 16 // first of the random access types
	h265CRA    = 21 // last of them
	h265VPS    = 32
	h265SPS    = 33
	h265PPS    = 34
	h265AUD    = 35
	h265Filler = 38
	h265AP     = 48
	h265FU     = 49
	h265PACI   = 50
)

func h265Type(nalu []byte) byte { return nalu[0] >> 1 & 0x3f }

// collectH265 takes one payload of RFC 7798 without DONL fields.
func (u *Unpacker) collectH265(p []byte) error {
	if startCode(p) != 0 {
		return u.addNAL(clone(p))
	}
	if len(p) < 3 {
		return fmt.Errorf("%w: H265 payload of %d bytes", ErrMalformed, len(p))
	}
	switch t := h265Type(p); {
	case t == h265FU:
		if len(p) < 4 {
			return fmt.Errorf("%w: FU of %d bytes", ErrMalformed, len(p))
		}
		header := []byte{p[0]&0x81 | p[2]&0x3f<<1, p[1]}
		return u.pushFragment(p[2]&0x80 != 0, p[2]&0x40 != 0, header, p[3:])
	case t == h265AP:
		return u.collectAggregate(p[2:])
	case t < h265AP:
		return u.addNAL(clone(p))
	default:
		u.unit.damaged = true
		return fmt.Errorf("%w: H265 NAL unit type %d", ErrMalformed, t)
	}
}
