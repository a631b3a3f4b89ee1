package packet

import "fmt"

// collectOpaque keeps VP8, VP9 and AV1 payloads as they came: they go on to
// viewers in the same packets. Only the keyframe is looked for.
func (u *Unpacker) collectOpaque(p []byte) error {
	if len(p) == 0 {
		return fmt.Errorf("%w: empty %s payload", ErrMalformed, u.kind)
	}
	if len(u.unit.data) == 0 {
		switch u.kind {
		case VP8:
			u.unit.key = vp8Keyframe(p)
		case VP9:
			u.unit.key = vp9Keyframe(p)
		case AV1:
			u.unit.key = p[0]&0x08 != 0 // N: a new coded video sequence starts
		}
	}
	return u.add(clone(p))
}

// vp8Keyframe reads the payload descriptor (RFC 7741 section 4.2) up to the
// frame header's inverse key frame flag.
func vp8Keyframe(p []byte) bool {
	if p[0]&0x10 == 0 || p[0]&0x07 != 0 { // S and partition 0
		return false
	}
	i := 1
	if p[0]&0x80 != 0 { // X
		if len(p) < 2 {
			return false
		}
		ext := p[1]
		i = 2
		if ext&0x80 != 0 { // I: picture id of one or two bytes
			if i >= len(p) {
				return false
			}
			if p[i]&0x80 != 0 {
				i++
			}
			i++
		}
		if ext&0x40 != 0 { // L
			i++
		}
		if ext&0x30 != 0 { // T or K
			i++
		}
	}
	return i < len(p) && p[i]&0x01 == 0
}

// vp9Keyframe: not inter-predicted, beginning of a frame, and the base spatial
// layer if layers are said (RFC 9628 section 4.2).
func vp9Keyframe(p []byte) bool {
	if p[0]&0x40 != 0 || p[0]&0x08 == 0 { // P, B
		return false
	}
	i := 1
	if p[0]&0x80 != 0 { // I
		if i >= len(p) {
			return false
		}
		if p[i]&0x80 != 0 {
			i++
		}
		i++
	}
	if p[0]&0x20 != 0 { // L
		return i < len(p) && p[i]&0x0e == 0
	}
	return true
}
