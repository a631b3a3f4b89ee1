package flac

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// bitReader reads bits, highest first.
type bitReader struct {
	buf []byte
	at  int
}

func (r *bitReader) read(n int) (v uint64) {
	for range n {
		if r.at >= len(r.buf)*8 {
			panic("the frame ends too soon")
		}
		v = v<<1 | uint64(r.buf[r.at/8]>>(7-r.at%8)&1)
		r.at++
	}
	return v
}

func (r *bitReader) signed(n int) int64 { return int64(r.read(n)<<(64-n)) >> (64 - n) }

// decodeFrame is a decoder of what RFC 9639 says of frames, as far as this package
// may write them: an independent reading of the text, for the tests.
func decodeFrame(b []byte) (first uint64, rate, channels int, pcm []int16, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	r := &bitReader{buf: b}
	if r.read(15) != 0b111111111111100 || r.read(1) != 1 {
		return 0, 0, 0, nil, errors.New("no frame of blocks of any size")
	}
	size, code, assignment, depth := r.read(4), r.read(4), r.read(4), r.read(3)
	if r.read(1) != 0 || size != 7 || depth != 4 || assignment > 7 {
		return 0, 0, 0, nil, errors.New("header")
	}
	channels = int(assignment) + 1
	rate = map[uint64]int{4: 8000, 5: 16000, 6: 22050, 7: 24000, 8: 32000, 9: 44100, 10: 48000}[code]
	lead := r.read(8) // a number as UTF-8 codes it
	more := 0
	for mask := uint64(0x80); lead&mask != 0; mask >>= 1 {
		more++
		lead &^= mask
	}
	first = lead
	for range max(0, more-1) {
		if c := r.read(8); c>>6 == 0b10 {
			first = first<<6 | c&0x3f
		} else {
			return 0, 0, 0, nil, errors.New("number")
		}
	}
	n := int(r.read(16)) + 1
	if c := crc(b[:r.at/8], 8, 0x07); uint64(c) != r.read(8) {
		return 0, 0, 0, nil, errors.New("checksum of the header")
	}
	pcm = make([]int16, n*channels)
	for c := range channels {
		for i, v := range subframe(r, n) {
			if v != int64(int16(v)) {
				return 0, 0, 0, nil, errors.New("a sample of more than 16 bits")
			}
			pcm[i*channels+c] = int16(v)
		}
	}
	r.at = (r.at + 7) / 8 * 8
	if c := crc(b[:r.at/8], 16, 0x8005); uint64(c) != r.read(16) || r.at != len(b)*8 {
		return 0, 0, 0, nil, errors.New("checksum of the frame")
	}
	return first, rate, channels, pcm, nil
}

func subframe(r *bitReader, n int) []int64 {
	x := make([]int64, n)
	kind := r.read(8)
	order := int(kind>>1) & 7
	switch {
	case kind == 0: // constant
		v := r.signed(16)
		for i := range x {
			x[i] = v
		}
		return x
	case kind == 1<<1: // verbatim
		for i := range x {
			x[i] = r.signed(16)
		}
		return x
	case kind>>4 != 1 || kind&1 != 0 || order > 4:
		panic("subframe of a kind that is not written")
	}
	for i := range order {
		x[i] = r.signed(16)
	}
	if r.read(2) != 0 || r.read(4) != 0 {
		panic("residual of a kind that is not written")
	}
	param := int(r.read(4))
	if param == 15 {
		panic("escape")
	}
	for i := order; i < n; i++ {
		q := uint64(0)
		for r.read(1) == 0 {
			q++
		}
		folded := q<<param | r.read(param)
		v := int64(folded>>1) ^ -int64(folded&1)
		switch order {
		case 1:
			v += x[i-1]
		case 2:
			v += 2*x[i-1] - x[i-2]
		case 3:
			v += 3*x[i-1] - 3*x[i-2] + x[i-3]
		case 4:
			v += 4*x[i-1] - 6*x[i-2] + 4*x[i-3] - x[i-4]
		}
		x[i] = v
	}
	return x
}

// crc is a checksum bit by bit.
func crc(b []byte, width int, polynomial uint32) uint32 {
	var c uint32
	for _, v := range b {
		c ^= uint32(v) << (width - 8)
		for range 8 {
			high := c >> (width - 1) & 1
			c = c << 1 & (1<<width - 1)
			if high == 1 {
				c ^= polynomial
			}
		}
	}
	return c
}

// file is a FLAC file of frames.
func file(rate, channels int, frames []byte) []byte {
	b := append([]byte("fLaC"), 0x80, 0, 0, 34)
	b = append(b, StreamInfo(rate, channels)...)
	return append(b, frames...)
}

func samplesOf(b []byte) []int16 {
	pcm := make([]int16, len(b)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return pcm
}
