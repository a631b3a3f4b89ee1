package party

import (
	"sync"
	"time"

	"avhub/media"
)

// How long the whole layer is waited for before the small one stands in for it: less
// where it has not come at all, for then nobody has a picture yet.
const (
	standInFirst = 400 * time.Millisecond
	standInAfter = 1500 * time.Millisecond
)

// pictureRate is RTP's for every picture.
const pictureRate = 90_000

// standIn puts a camera's small layer in the place of the whole one while that does not
// come. A browser leaves the larger layer out where its processor or its network does not
// carry both, and begins with the small one; whoever receives the whole picture, and the
// record above all, must not be without any.
//
// The layers have clocks of their own: what goes on in the other's place goes on in time.
type standIn struct {
	mu       sync.Mutex
	whole    *media.Feed // nil: none is open
	track    int         // of the picture
	waits    time.Time   // when the small layer first came
	came     time.Time   // when the whole one last did
	stands   bool
	edge     bool   // the small layer's last packet was the last of a picture
	offset   uint32 // from the clock of the layer in use to what was said so far
	last     uint32 // what was said last
	lastAt   time.Time
	keyframe map[string]func() // asks the sender for one, by layer
}

// open begins anew with a feed for the whole layer.
func (s *standIn) open(f *media.Feed, track int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole, s.track, s.stands, s.edge, s.offset = f, track, false, true, 0
	if track < 0 {
		s.whole = nil // there is no picture
	}
	s.waits, s.came, s.lastAt = time.Time{}, time.Time{}, time.Time{}
}

// takeWhole takes a packet of the whole layer, which ends the small one's standing in.
func (s *standIn) takeWhole(p media.Packet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.whole == nil {
		return nil
	}
	s.came = p.Arrived
	if s.stands {
		s.stands = false
		s.turn(&p)
	}
	return s.hand(p)
}

// takeSmall takes a packet of the small layer, which has gone its own way already.
func (s *standIn) takeSmall(p media.Packet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waits.IsZero() {
		s.waits = p.Arrived
	}
	edge := s.edge
	s.edge = p.Marker
	if s.whole == nil {
		return nil
	}
	if !s.stands {
		since, patience := s.came, standInAfter
		if s.came.IsZero() {
			since, patience = s.waits, standInFirst
		}
		if !edge || p.Arrived.Sub(since) < patience {
			return nil
		}
		s.stands = true
		s.turn(&p)
		s.want(small)
	}
	return s.hand(p)
}

// turn makes a packet the first of the other layer, whose clock goes on where the last
// one's was. s.mu is held.
func (s *standIn) turn(p *media.Packet) {
	p.Anew = true
	if s.lastAt.IsZero() {
		return
	}
	s.offset = s.last + uint32(p.Arrived.Sub(s.lastAt).Seconds()*pictureRate) - p.RTP
}

// hand gives the stream of the whole layer a packet. s.mu is held.
func (s *standIn) hand(p media.Packet) error {
	p.RTP += s.offset
	s.last, s.lastAt = p.RTP, p.Arrived
	return s.whole.Packet(s.track, p)
}

// askBy says how to ask a layer's sender for a keyframe.
func (s *standIn) askBy(layer string, ask func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keyframe == nil {
		s.keyframe = map[string]func(){}
	}
	s.keyframe[layer] = ask
}

// wantKeyframe asks for one of a layer, and of what stands in for it.
func (s *standIn) wantKeyframe(layer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.want(layer)
	if layer == whole && s.stands {
		s.want(small)
	}
}

// want is called with s.mu held. Asking does not wait.
func (s *standIn) want(layer string) {
	if ask := s.keyframe[layer]; ask != nil {
		ask()
	}
}
