package recorder

import (
	"avhub/media/packet"
)

// opusDuration is how many samples at 48 kHz an Opus packet stands for (RFC 6716
// section 3.1); 0 if it says nothing sensible.
func opusDuration(p []byte) int64 {
	if len(p) == 0 {
		return 0
	}
	config := p[0] >> 3
	var frame int64
	switch {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		frame = [...]int64{480, 960, 1920, 2880}[config&3]
	case config < 16: // hybrid: 10, 20 ms
		frame = [...]int64{480, 960}[config&1]
	default: // CELT: 2.5, 5, 10, 20 ms
		frame = [...]int64{120, 240, 480, 960}[config&3]
	}
	switch p[0] & 3 {
	case 0:
		return frame
	case 1, 2:
		return 2 * frame
	}
	if len(p) < 2 {
		return 0
	}
	return frame * int64(p[1]&0x3f)
}

// vp8Frame joins a frame's RTP payloads without their descriptors (RFC 7741
// section 4.2).
func vp8Frame(payloads [][]byte) []byte {
	var frame []byte
	for _, p := range payloads {
		if n := vp8Descriptor(p); n < len(p) {
			frame = append(frame, p[n:]...)
		}
	}
	return frame
}

func vp8Descriptor(p []byte) int {
	if len(p) == 0 || p[0]&0x80 == 0 {
		return 1
	}
	if len(p) < 2 {
		return len(p)
	}
	n := 2
	if p[1]&0x80 != 0 {
		if n < len(p) && p[n]&0x80 != 0 {
			n++
		}
		n++
	}
	if p[1]&0x40 != 0 {
		n++
	}
	if p[1]&0x30 != 0 {
		n++
	}
	return n
}

// vp8Size reads the size from a keyframe (RFC 6386 section 9.1).
func vp8Size(frame []byte) (width, height int, ok bool) {
	if len(frame) < 10 || frame[0]&1 != 0 || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a {
		return 0, 0, false
	}
	return int(frame[6]) | int(frame[7])&0x3f<<8, int(frame[8]) | int(frame[9])&0x3f<<8, true
}

// notEmpty leaves out NAL units of no bytes.
func notEmpty(nalus [][]byte) [][]byte {
	for i, n := range nalus {
		if len(n) == 0 {
			kept := append([][]byte(nil), nalus[:i]...)
			for _, n := range nalus[i:] {
				if len(n) > 0 {
					kept = append(kept, n)
				}
			}
			return kept
		}
	}
	return nalus
}

func hasNALUs(k packet.Kind) bool { return k == packet.H264 || k == packet.H265 }
