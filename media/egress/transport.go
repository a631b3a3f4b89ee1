package egress

import (
	"encoding/binary"
	"time"

	"avhub/media/egress/udpout"
	"avhub/media/packet"
)

// Transport is one viewer's way out: it seals packets and sends them, or puts
// them into a batch that its caller sends. It is told by one goroutine at a
// time, keeps nothing of what it is given, and must not block for long. If it has
// a method Hot(*prefetch.Set), it is asked once what sending needs of memory.
type Transport interface {
	// Send takes packets of one unit and returns how many of them it refused.
	Send(b *udpout.Batch, r *Run) (refused int)
	// Report takes a compound packet of RTCP. It may be called beside Send.
	Report(b *udpout.Batch, compound []byte) error
}

// Run is packets of one unit that follow each other, as one viewer gets them.
type Run struct {
	Payloads packet.Payloads
	From, To int // which of the payloads

	SSRC        uint32
	PayloadType uint8
	Seq         uint16 // of the packet From
	Stamp       uint32
	Marker      bool // on the last of the payloads
	Extensions  *Extensions

	// Again marks one packet that is sent once more under the retransmission's
	// SSRC and numbers (RFC 4588): Original is the number that it had.
	Again    bool
	Original uint16
}

// Count is how many packets the run holds.
func (r *Run) Count() int { return r.To - r.From }

// Marked tells whether payload i carries the marker bit.
func (r *Run) Marked(i int) bool { return r.Marker && i == r.Payloads.Len()-1 }

// Extensions are the RTP header extensions that a viewer has agreed to (RFC
// 8285, one-byte headers); 0 is none. Identifiers are 1 to 14.
type Extensions struct {
	AbsSendTime  uint8 // when a packet leaves; browsers estimate the bandwidth by it
	PlayoutDelay uint8 // how long the browser may hold pictures back
	MinDelay     uint16
	MaxDelay     uint16 // in 10 ms, up to 4095

	now uint32 // of AbsSendTime: seconds with 18 bits of fraction, modulo 64
}

// AppendHeader writes the RTP header of the i-th payload.
func (r *Run) AppendHeader(b []byte, i int) []byte {
	first, second := byte(2<<6), r.PayloadType
	if r.Extensions.size() > 0 {
		first |= 1 << 4
	}
	if r.Marked(i) {
		second |= 1 << 7
	}
	b = append(b, first, second)
	b = binary.BigEndian.AppendUint16(b, r.Seq+uint16(i-r.From))
	b = binary.BigEndian.AppendUint32(b, r.Stamp)
	b = binary.BigEndian.AppendUint32(b, r.SSRC)
	return r.Extensions.append(b)
}

// HeaderSize is the size of each packet's header in bytes.
func (r *Run) HeaderSize() int { return 12 + r.Extensions.size() }

// size of the extensions in bytes, their own header included.
func (x *Extensions) size() int {
	if x == nil {
		return 0
	}
	n := 0
	if x.AbsSendTime != 0 {
		n += 4
	}
	if x.PlayoutDelay != 0 {
		n += 4
	}
	if n > 0 {
		n += 4
	}
	return n
}

// append writes the extensions; each takes four bytes, so nothing is padded.
func (x *Extensions) append(b []byte) []byte {
	n := x.size()
	if n == 0 {
		return b
	}
	const oneByteHeaders, lengthOf3 = 0xbede, 3 - 1
	b = binary.BigEndian.AppendUint16(b, oneByteHeaders)
	b = binary.BigEndian.AppendUint16(b, uint16(n/4-1))
	if x.AbsSendTime != 0 {
		b = append(b, x.AbsSendTime<<4|lengthOf3, byte(x.now>>16), byte(x.now>>8), byte(x.now))
	}
	if x.PlayoutDelay != 0 {
		b = append(b, x.PlayoutDelay<<4|lengthOf3, byte(x.MinDelay>>4), byte(x.MinDelay<<4)|byte(x.MaxDelay>>8), byte(x.MaxDelay))
	}
	return b
}

// leave sets the time of sending.
func (x *Extensions) leave(now time.Time) {
	if x.AbsSendTime != 0 {
		micros := now.UnixMicro() % 64_000_000
		x.now = uint32(micros<<18/1_000_000) & 0xffffff
	}
}
