package egress

import (
	"time"

	"avhub/media"
)

// spansKept bounds how far back a viewer's numbers can be told: each picture
// left out and each catch-up begins a span.
const spansKept = 48

// numbers give one track's packets the sequence numbers and timestamps that a
// viewer sees: without a gap and rising, whatever is left out for this viewer,
// sent to it in quick succession, or taken from another stream. A span of
// numbers is the stream's own with a shift.
type numbers struct {
	spans []span // oldest first, at most spansKept
	next  uint16 // the next sequence number
	last  uint32 // the last timestamp
	begun bool
	room  [2]span // for the first ones, beside the rest
}

// span is numbers that follow each other with one shift.
type span struct {
	first      uint16 // sequence number it begins with
	shift      uint16 // add to the stream's sequence numbers
	stampShift uint32 // add to the stream's timestamps
	stream     *media.Stream
	track      int
	burst      *burst // has its own timestamps
}

// burst is pictures of the past that were sent in quick succession.
type burst struct {
	units []*media.Unit
	end   uint64 // index of the last one
	first uint32 // timestamp
	step  uint32
	at    time.Time
}

// stamp is the timestamp of a unit of the span.
func (s *span) stamp(u *media.Unit) uint32 {
	if s.burst != nil && u.Index <= s.burst.end {
		for i, b := range s.burst.units {
			if b == u {
				return s.burst.first + uint32(i)*s.burst.step
			}
		}
	}
	return u.Stamp + s.stampShift
}

// begin starts a span with the unit u, which comes next. Everything before the
// first packet of all starts under 2¹⁵ (see seal.Rollover).
func (n *numbers) begin(s span, u *media.Unit) {
	if !n.begun {
		n.begun, n.next = true, u.Seq&0x7fff
	}
	s.first, s.shift = n.next, n.next-u.Seq
	n.add(s)
}

// follow begins a span whose first unit is not there yet.
func (n *numbers) follow(s span) {
	s.first = n.next
	n.add(s)
}

func (n *numbers) add(s span) {
	if n.spans == nil {
		n.spans = n.room[:0]
	}
	if len(n.spans) == spansKept {
		n.spans = append(n.spans[:0], n.spans[1:]...)
	}
	n.spans = append(n.spans, s)
}

// current is the span that goes on, or nil.
func (n *numbers) current() *span {
	if len(n.spans) == 0 {
		return nil
	}
	return &n.spans[len(n.spans)-1]
}

// take numbers a unit that is sent now, and returns its first sequence number
// and its timestamp. The numbers go on without a gap: where units were left
// out, a new span begins.
func (n *numbers) take(u *media.Unit) (seq uint16, stamp uint32) {
	s := n.current()
	if u.Seq+s.shift != n.next {
		again := *s
		again.burst = nil
		n.begin(again, u)
		s = n.current()
	}
	seq, stamp = n.next, s.stamp(u)
	n.next += uint16(u.Packets.Len())
	n.last = stamp
	return seq, stamp
}

// find tells which packet of which unit left under a sequence number, with the
// timestamp that it had; nil if it is not known any more or never left.
func (n *numbers) find(seq uint16) (u *media.Unit, i int, stamp uint32) {
	if int16(seq-n.next) >= 0 {
		return nil, 0, 0
	}
	for k := len(n.spans) - 1; k >= 0; k-- {
		s := &n.spans[k]
		if int16(seq-s.first) < 0 {
			continue
		}
		own := seq - s.shift
		if u = s.stream.Find(s.track, own); u == nil {
			return nil, 0, 0
		}
		return u, int(own - u.Seq), s.stamp(u)
	}
	return nil, 0, 0
}

// forget lets go of the units of bursts that are too old to be asked for.
func (n *numbers) forget(now time.Time) {
	for i := range n.spans {
		if b := n.spans[i].burst; b != nil && now.Sub(b.at) > burstKept {
			b.units = nil
		}
	}
}
