package packet

import (
	"encoding/binary"
	"fmt"
)

// aacUnpacker takes RFC 3640 payloads, also fragmented and with ADTS inside.
type aacUnpacker struct {
	config AACConfig
	ts     uint32
	part   []byte // of a frame that is spread over packets
	size   int    // that it is to have
}

const maxAAC = 1 << 13 // of one frame: the size field has 13 bits

func (a *aacUnpacker) push(ts uint32, marker bool, lost int, p []byte) ([]Frame, error) {
	if lost > 0 {
		a.part, a.size = nil, 0
	}
	sizes, body, err := a.headers(p)
	if err != nil {
		a.part = nil
		return nil, err
	}
	if len(sizes) == 1 && (sizes[0] > len(body) || a.part != nil) {
		return a.fragment(ts, marker, sizes[0], body)
	}
	a.part = nil
	var frames []Frame
	for i, size := range sizes {
		if size > len(body) {
			return frames, fmt.Errorf("%w: AAC frame of %d bytes, %d left", ErrMalformed, size, len(body))
		}
		if size > 0 {
			frames = append(frames, Frame{
				RTP:      ts + uint32(i*a.config.FrameSamples),
				Data:     [][]byte{clone(stripADTS(body[:size]))},
				Keyframe: true, Damaged: lost > 0,
			})
		}
		body = body[size:]
	}
	return frames, nil
}

// headers reads the AU header section (RFC 3640 section 3.2.1): the frames'
// sizes, and where they begin.
func (a *aacUnpacker) headers(p []byte) (sizes []int, body []byte, err error) {
	if len(p) < 2 {
		return nil, nil, fmt.Errorf("%w: AAC payload of %d bytes", ErrMalformed, len(p))
	}
	bits := int(binary.BigEndian.Uint16(p))
	p = p[2:]
	bytes := (bits + 7) / 8
	first := a.config.SizeLength + a.config.IndexLength
	if bits < first || bytes > len(p) {
		return nil, nil, fmt.Errorf("%w: AU header section of %d bits in %d bytes", ErrMalformed, bits, len(p))
	}
	section := p[:bytes]
	const most = 64
	for at, n := 0, first; at+n <= bits && len(sizes) < most; n = a.config.SizeLength + a.config.IndexDeltaLength {
		sizes = append(sizes, readBits(section, at, a.config.SizeLength))
		at += n
	}
	return sizes, p[bytes:], nil
}

func readBits(data []byte, at, n int) int {
	v := 0
	for i := at; i < at+n; i++ {
		v = v<<1 | int(data[i/8]>>(7-i%8)&1)
	}
	return v
}

// fragment collects a frame that is spread over packets: each repeats the
// whole frame's size, the last has the marker.
func (a *aacUnpacker) fragment(ts uint32, marker bool, size int, body []byte) ([]Frame, error) {
	if size == 0 || size > maxAAC {
		a.part = nil
		return nil, fmt.Errorf("%w: AAC frame of %d bytes", ErrMalformed, size)
	}
	if a.part == nil || a.ts != ts || a.size != size {
		a.part, a.ts, a.size = make([]byte, 0, size), ts, size
	}
	a.part = append(a.part, body[:min(len(body), size-len(a.part))]...)
	switch {
	case len(a.part) == size:
		data := a.part
		a.part = nil
		return []Frame{{RTP: ts, Data: [][]byte{stripADTS(data)}, Keyframe: true}}, nil
	case marker:
		got := len(a.part)
		a.part = nil
		return nil, fmt.Errorf("%w: AAC frame ends after %d of %d bytes", ErrMalformed, got, size)
	}
	return nil, nil
}

// stripADTS takes off an ADTS header (ISO/IEC 13818-7 section 6.2) that a
// camera left on the frame.
func stripADTS(p []byte) []byte {
	if len(p) < 7 || p[0] != 0xff || p[1]&0xf6 != 0xf0 {
		return p
	}
	if size := int(p[3]&3)<<11 | int(p[4])<<3 | int(p[5])>>5; size != len(p) {
		return p
	}
	if p[1]&1 == 0 && len(p) >= 9 { // with a checksum
		return p[9:]
	}
	return p[7:]
}
