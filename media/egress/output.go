package egress

import (
	"math/rand/v2"
	"time"

	"avhub/media"
	"avhub/media/egress/udpout"
	"avhub/media/packet"
)

// Output says how a track of a stream leaves for a viewer.
type Output struct {
	Track       int // of the stream
	SSRC        uint32
	PayloadType uint8
	ClockRate   int
	// Retransmissions leave under these (RFC 4588); payload type 0: they leave
	// as they were.
	RTXSSRC        uint32
	RTXPayloadType uint8
	// REDPayloadType, if not 0, is what the frames of a sound leave under, each with the one
	// before it (RFC 2198); the frames themselves are of PayloadType.
	REDPayloadType uint8
	// Extensions must not have AbsSendTime without RTX: what is sent again as it
	// was must have the bytes that it had.
	Extensions Extensions

	// What follows is guarded by Viewer.mu.
	home    *Fanout // whose units it takes
	from    uint64  // the first unit of home that it may have
	next    uint64  // the first unit of home that was not dealt with
	waiting bool    // for a keyframe
	busy    bool    // it is being caught up: live units wait
	coming  *coming // takes over at its next keyframe; nil mostly

	numbers numbers
	current *media.Unit // whose packets are being sent, in parts
	run     Run
	seq     uint16 // of the current unit's first packet
	reports reports
	red     packet.Payloads // of the last packet with redundancy

	// From here on it is what retransmissions need, see Viewer.hot.
	again  Run
	rtxSeq uint16
}

// coming is another stream that takes over at a keyframe.
type coming struct {
	fanout *Fanout
	track  int
	next   uint64
	moved  func()
}

// payloads are a unit's as they leave, and under which payload type: the same whenever it
// is asked, for a number must not carry two different packets.
func (o *Output) payloads(u *media.Unit) (packet.Payloads, uint8) {
	if o.REDPayloadType == 0 {
		return u.Packets, o.PayloadType
	}
	before, frame := u.Before.Data, u.Packets.At(0)
	if u.Before.Index < o.from || len(before)+len(frame)+redHeaders > media.MaxPayload {
		before = nil // it was not for this viewer, or would not fit
	}
	o.red.Buf = packet.AppendRED(o.red.Buf[:0], o.PayloadType, before, u.Before.Ticks, frame)
	o.red.Ends = append(o.red.Ends[:0], len(o.red.Buf))
	return o.red, o.REDPayloadType
}

// redHeaders are the octets that RFC 2198 adds to two frames.
const redHeaders = 5

// Again is an output that goes on on the same way out with another track, of another
// stream perhaps: its numbers go on from those of one whose viewer was detached.
func (o *Output) Again(track int, payloadType uint8, clockRate int) *Output {
	next := &Output{
		Track: track, SSRC: o.SSRC, PayloadType: payloadType, ClockRate: clockRate, RTXSSRC: o.RTXSSRC, RTXPayloadType: o.RTXPayloadType, Extensions: o.Extensions,
		rtxSeq: o.rtxSeq,
	}
	next.numbers.next, next.numbers.last, next.numbers.begun = o.numbers.next, o.numbers.last, o.numbers.begun
	return next
}

// settle makes the output take a stream's units from the given index on.
func (o *Output) settle(f *Fanout, next uint64) {
	o.home, o.from, o.next = f, next, next
	if o.rtxSeq == 0 {
		o.rtxSeq = uint16(1 + rand.N(1<<14))
	}
}

// open numbers a unit for sending.
func (o *Output) open(u *media.Unit, video bool) {
	if o.numbers.current() == nil {
		o.numbers.begin(span{stream: o.home.stream, track: o.Track, stampShift: o.stampShift(o.home, o.Track)}, u)
	}
	var stamp uint32
	o.seq, stamp = o.numbers.take(u)
	o.current = u
	if o.Extensions.AbsSendTime != 0 {
		o.Extensions.leave(time.Now())
	}
	payloads, pt := o.payloads(u)
	o.run = Run{
		Payloads: payloads, SSRC: o.SSRC, PayloadType: pt, Stamp: stamp,
		Marker: video, Extensions: &o.Extensions,
	}
}

// part sends the payloads from to to of the unit that was opened.
func (o *Output) part(t Transport, b *udpout.Batch, from, to int) (sent, size, refused int) {
	r := &o.run
	r.From, r.To, r.Seq = from, min(to, r.Payloads.Len()), o.seq+uint16(from)
	if r.From >= r.To {
		return 0, 0, 0
	}
	size = r.Payloads.Ends[r.To-1]
	if r.From > 0 {
		size -= r.Payloads.Ends[r.From-1]
	}
	return r.Count(), size, t.Send(b, r)
}
