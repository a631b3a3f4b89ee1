package packet

import (
	"encoding/binary"
	"fmt"
)

// Payloads are the RTP payloads of one frame, in one buffer.
type Payloads struct {
	Buf  []byte
	Ends []int // where each ends
}

// Len is the number of payloads.
func (p Payloads) Len() int { return len(p.Ends) }

// At is the i-th payload; it shares the buffer.
func (p Payloads) At(i int) []byte {
	start := 0
	if i > 0 {
		start = p.Ends[i-1]
	}
	return p.Buf[start:p.Ends[i]:p.Ends[i]]
}

func (p *Payloads) end() { p.Ends = append(p.Ends, len(p.Buf)) }

// Pack splits a frame into RTP payloads of at most max bytes.
func Pack(k Kind, data [][]byte, max int) (Payloads, error) {
	const least = 64
	if max < least {
		return Payloads{}, fmt.Errorf("pack %s: payloads of %d bytes are too small: at least %d", k, max, least)
	}
	if len(data) == 0 {
		return Payloads{}, fmt.Errorf("%w: nothing to pack", ErrMalformed)
	}
	switch k {
	case H264:
		return packNAL(data, max, 1)
	case H265:
		return packNAL(data, max, 2)
	case AAC:
		return packAAC(data[0], max)
	case VP8, VP9, AV1:
		return packAsIs(data, 1500)
	default:
		return packAsIs(data[:1], 1500)
	}
}

// packAsIs copies payloads that are packed already.
func packAsIs(data [][]byte, max int) (Payloads, error) {
	size := 0
	for _, d := range data {
		if len(d) > max {
			return Payloads{}, fmt.Errorf("%w: a payload of %d bytes does not fit a packet", ErrMalformed, len(d))
		}
		size += len(d)
	}
	p := Payloads{Buf: make([]byte, 0, size), Ends: make([]int, 0, len(data))}
	for _, d := range data {
		p.Buf = append(p.Buf, d...)
		p.end()
	}
	return p, nil
}

// packAAC packs one frame as AAC-hbr (RFC 3640 section 3.3.6).
func packAAC(frame []byte, max int) (Payloads, error) {
	if len(frame) >= maxAAC {
		return Payloads{}, fmt.Errorf("%w: AAC frame of %d bytes", ErrMalformed, len(frame))
	}
	const header = 4
	room := max - header
	n := (len(frame) + room - 1) / room
	p := Payloads{Buf: make([]byte, 0, len(frame)+n*header), Ends: make([]int, 0, n)}
	for rest := frame; len(rest) > 0; {
		part := rest[:min(len(rest), room)]
		rest = rest[len(part):]
		p.Buf = append(p.Buf, 0, 16)
		p.Buf = binary.BigEndian.AppendUint16(p.Buf, uint16(len(frame)<<3))
		p.Buf = append(p.Buf, part...)
		p.end()
	}
	return p, nil
}

// packNAL packs NAL units with a header of one byte (H.264) or two (H.265):
// small ones that follow each other together, large ones in fragments.
func packNAL(nalus [][]byte, max, header int) (Payloads, error) {
	size, count := 0, 0
	for _, n := range nalus {
		if len(n) < header {
			return Payloads{}, fmt.Errorf("%w: NAL unit of %d bytes", ErrMalformed, len(n))
		}
		size += len(n)
		count += 1 + len(n)/(max-header-1)
	}
	p := Payloads{Buf: make([]byte, 0, size+count*(header+3)), Ends: make([]int, 0, count+1)}
	for i := 0; i < len(nalus); {
		n := aggregated(nalus[i:], max, header)
		switch {
		case n > 1:
			p.aggregate(nalus[i:i+n], header)
			i += n
		case len(nalus[i]) <= max:
			p.Buf = append(p.Buf, nalus[i]...)
			p.end()
			i++
		default:
			p.split(nalus[i], max, header)
			i++
		}
	}
	return p, nil
}

// aggregated is how many of the first NAL units fit one aggregation packet.
func aggregated(nalus [][]byte, max, header int) int {
	total := header
	for i, n := range nalus {
		if total += 2 + len(n); total > max {
			return i
		}
	}
	return len(nalus)
}

// aggregate writes a STAP-A (RFC 6184 section 5.7.1) or AP (RFC 7798 section 4.4.2).
func (p *Payloads) aggregate(nalus [][]byte, header int) {
	if header == 1 {
		var nri, f byte
		for _, n := range nalus {
			nri, f = max(nri, n[0]&0x60), f|n[0]&0x80
		}
		p.Buf = append(p.Buf, f|nri|h264STAPA)
	} else {
		layer, tid := byte(0xff), byte(7)
		for _, n := range nalus {
			layer, tid = min(layer, n[0]&1<<5|n[1]>>3), min(tid, n[1]&7)
		}
		p.Buf = append(p.Buf, h265AP<<1|layer>>5, layer<<3|tid)
	}
	for _, n := range nalus {
		p.Buf = binary.BigEndian.AppendUint16(p.Buf, uint16(len(n)))
		p.Buf = append(p.Buf, n...)
	}
	p.end()
}

// split writes a NAL unit as FU-A (RFC 6184 section 5.8) or FU (RFC 7798
// section 4.4.3). All but the last have the same size: so they can leave in one
// message that the kernel cuts.
func (p *Payloads) split(nalu []byte, max, header int) {
	room := max - header - 1
	rest := nalu[header:]
	n := (len(rest) + room - 1) / room
	for i := range n {
		part := rest[:min(room, len(rest))]
		rest = rest[len(part):]
		var flags byte
		if i == 0 {
			flags |= 0x80
		}
		if i == n-1 {
			flags |= 0x40
		}
		if header == 1 {
			p.Buf = append(p.Buf, nalu[0]&0xe0|h264FUA, flags|h264Type(nalu))
		} else {
			p.Buf = append(p.Buf, nalu[0]&0x81|h265FU<<1, nalu[1], flags|h265Type(nalu))
		}
		p.Buf = append(p.Buf, part...)
		p.end()
	}
}
