package packet

import (
	"encoding/binary"
	"fmt"
)

// NAL unit types of H.264 (table 7-1) and of RFC 6184 (table 1).
const (
	h264Slice  = 1
	h264IDR    = 5
	h264SEI    = 6
	h264SPS    = 7
	h264PPS    = 8
	h264AUD    = 9
	h264Filler = 12
	h264STAPA  = 24
	h264FUA    = 28
)

func h264Type(nalu []byte) byte { return nalu[0] & 0x1f }

// collectH264 takes one payload of RFC 6184, packetization modes 0 and 1.
func (u *Unpacker) collectH264(p []byte) error {
	if len(p) == 0 {
		return fmt.Errorf("%w: empty H264 payload", ErrMalformed)
	}
	if startCode(p) != 0 { // Annex B inside RTP
		return u.addNAL(clone(p))
	}
	switch t := h264Type(p); {
	case t == h264FUA:
		if len(p) < 3 {
			return fmt.Errorf("%w: FU-A of %d bytes", ErrMalformed, len(p))
		}
		header := []byte{p[0]&0xe0 | p[1]&0x1f}
		return u.pushFragment(p[1]&0x80 != 0, p[1]&0x40 != 0, header, p[2:])
	case t == h264STAPA:
		return u.collectAggregate(p[1:])
	case t > 0 && t < h264STAPA:
		return u.addNAL(clone(p))
	default:
		u.unit.damaged = true
		return fmt.Errorf("%w: H264 NAL unit type %d is not for packetization mode 0 or 1", ErrMalformed, t)
	}
}

// collectAggregate takes the sized NAL units of a STAP-A (RFC 6184 section
// 5.7.1) or AP (RFC 7798 section 4.4.2, without DONL).
func (u *Unpacker) collectAggregate(p []byte) error {
	for len(p) > 0 {
		if len(p) < 2 {
			return fmt.Errorf("%w: aggregation packet ends in the middle of a size", ErrMalformed)
		}
		size := int(binary.BigEndian.Uint16(p))
		p = p[2:]
		if size > len(p) {
			u.unit.damaged = true
			return fmt.Errorf("%w: aggregation packet has %d bytes left for a NAL unit of %d", ErrMalformed, len(p), size)
		}
		if size == 0 { // padding that some cameras put at the end
			continue
		}
		if err := u.addNAL(clone(p[:size])); err != nil {
			return err
		}
		p = p[size:]
	}
	return nil
}
