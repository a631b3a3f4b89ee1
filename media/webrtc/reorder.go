package webrtc

import (
	"time"

	"github.com/pion/rtp"
)

// How long a publisher's packet is waited for: a retransmission takes a round
// trip, and sound must not wait long for it.
const (
	reorderPackets = 256
	reorderWait    = 150 * time.Millisecond
)

// reorder puts a publisher's packets into order, drops what came twice, and
// tells how many are missing when it stops to wait for them.
type reorder struct {
	started bool
	next    uint16
	held    map[uint16]arrival
}

type arrival struct {
	packet *rtp.Packet
	at     time.Time
}

// ordered is a packet in its turn.
type ordered struct {
	*rtp.Packet
	Arrived time.Time
	Lost    int // packets missing right before it
}

// push takes a packet as it came and returns those whose turn it is.
func (r *reorder) push(p *rtp.Packet, now time.Time) []ordered {
	if !r.started {
		r.started, r.next = true, p.SequenceNumber
		r.held = map[uint16]arrival{}
	}
	if int16(p.SequenceNumber-r.next) < 0 {
		// Long past: the publisher began to count anew, or it came twice.
		if int16(p.SequenceNumber-r.next) > -reorderPackets*4 {
			return nil
		}
		r.next = p.SequenceNumber
		clear(r.held)
	}
	r.held[p.SequenceNumber] = arrival{p, now}
	return r.release(now)
}

func (r *reorder) release(now time.Time) []ordered {
	var out []ordered
	for len(r.held) > 0 {
		a, ok := r.held[r.next]
		lost := 0
		if !ok {
			first, oldest := r.oldest()
			if len(r.held) < reorderPackets && now.Sub(oldest.at) < reorderWait {
				break
			}
			lost = int(first - r.next)
			r.next, a = first, oldest
		}
		delete(r.held, r.next)
		out = append(out, ordered{a.packet, a.at, lost})
		r.next++
	}
	return out
}

// oldest is the held packet nearest to the one that is missing.
func (r *reorder) oldest() (seq uint16, a arrival) {
	best := -1
	for s, held := range r.held {
		if d := int(s - r.next); best < 0 || d < best {
			best, seq, a = d, s, held
		}
	}
	return seq, a
}
