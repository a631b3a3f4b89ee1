// Package flac packs 16-bit sound into FLAC (RFC 9639), frame by frame and
// without loss: how recordings keep sound whose own codec no player takes from an
// MP4 file (G.711, G.722). Each frame stands alone, so a file may begin and end at
// any of them.
//
//	header := flac.StreamInfo(8000, 1)
//	frame := flac.AppendFrame(nil, first, 8000, 1, samples)
package flac

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Bounds of samples (a channel) in one frame.
const (
	MinBlock = 16
	MaxBlock = 4608
)

const sampleBits = 16

// StreamInfo is the metadata block STREAMINFO (section 8.2), without its header,
// of sound whose length is not known.
func StreamInfo(rate, channels int) []byte {
	b := make([]byte, 34)
	binary.BigEndian.PutUint16(b[0:], MinBlock)
	binary.BigEndian.PutUint16(b[2:], MaxBlock)
	// 20 bits of rate, 3 of channels less one, 5 of bits a sample less one, 36 of
	// the number of samples.
	binary.BigEndian.PutUint64(b[10:], uint64(rate)<<44|uint64(channels-1)<<41|uint64(sampleBits-1)<<36)
	return b
}

// rateCodes are the sampling rates that a frame can name (section 9.1.2).
var rateCodes = map[int]byte{8000: 4, 16000: 5, 22050: 6, 24000: 7, 32000: 8, 44100: 9, 48000: 10}

// AppendFrame writes a frame of interleaved samples behind buf. first is the
// number of its first sample (a channel). It panics if there are no samples or
// more than MaxBlock a channel, or if the rate is none of FLAC's own.
func AppendFrame(buf []byte, first uint64, rate, channels int, pcm []int16) []byte {
	n := len(pcm) / channels
	code, ok := rateCodes[rate]
	if !ok || n == 0 || n > MaxBlock {
		panic(fmt.Sprintf("flac: %d samples at %d Hz", n, rate))
	}
	start := len(buf)
	buf = append(buf, 0xff, 0xf9, 7<<4|code, byte(channels-1)<<4|4<<1) // blocks of any size, 16 bits
	buf = appendNumber(buf, first)
	buf = binary.BigEndian.AppendUint16(buf, uint16(n-1))
	buf = append(buf, crc8(buf[start:]))
	w := bitWriter{buf: buf}
	channel := make([]int32, n)
	for c := range channels {
		for i := range channel {
			channel[i] = int32(pcm[i*channels+c])
		}
		w.subframe(channel)
	}
	w.align()
	return binary.BigEndian.AppendUint16(w.buf, crc16(w.buf[start:]))
}

// appendNumber writes up to 36 bits as UTF-8 would, were it so long (section 9.1.5).
func appendNumber(buf []byte, v uint64) []byte {
	if v < 0x80 {
		return append(buf, byte(v))
	}
	more := (bits.Len64(v) - 2) / 5 // bytes behind the first
	buf = append(buf, ^byte(0)<<(7-more)|byte(v>>(6*more)))
	for i := more - 1; i >= 0; i-- {
		buf = append(buf, 0x80|byte(v>>(6*i))&0x3f)
	}
	return buf
}

// subframe writes one channel with the fixed predictor (section 9.2.5) that leaves
// least.
func (w *bitWriter) subframe(x []int32) {
	if constant(x) {
		w.write(0, 8)
		w.write(uint64(uint16(x[0])), sampleBits)
		return
	}
	order, param, size := 0, 0, -1
	rest := make([]int32, len(x))
	copy(rest, x)
	for k := 0; k <= min(4, len(x)-1); k++ {
		if k > 0 { // the next difference
			for i := len(x) - 1; i >= k; i-- {
				rest[i] -= rest[i-1]
			}
		}
		p, s := riceSize(rest[k:])
		if s += k*sampleBits + residualHeader; size < 0 || s < size {
			order, param, size = k, p, s
		}
	}
	if size >= len(x)*sampleBits {
		w.write(1<<1, 8) // verbatim
		for _, v := range x {
			w.write(uint64(uint16(v)), sampleBits)
		}
		return
	}
	w.write(uint64(8|order)<<1, 8)
	copy(rest, x)
	for k := 1; k <= order; k++ {
		for i := len(x) - 1; i >= k; i-- {
			rest[i] -= rest[i-1]
		}
	}
	for _, v := range x[:order] {
		w.write(uint64(uint16(v)), sampleBits)
	}
	w.write(uint64(param), residualHeader) // Rice codes with parameters of four bits, one partition
	for _, v := range rest[order:] {
		w.rice(zigzag(v), param)
	}
}

// residualHeader is how many bits stand before a residual: how it is coded, in how
// many partitions, and the parameter.
const residualHeader = 2 + 4 + 4

func constant(x []int32) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}

func zigzag(v int32) uint32 { return uint32(v<<1) ^ uint32(v>>31) }

// riceSize is the best parameter for a residual, and how many bits it takes.
func riceSize(rest []int32) (param, size int) {
	size = -1
	for p := range 15 {
		s := len(rest) * (p + 1)
		for _, v := range rest {
			s += int(zigzag(v) >> p)
		}
		if size < 0 || s < size {
			param, size = p, s
		}
	}
	return param, size
}
