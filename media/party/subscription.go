package party

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/packet"
	"avhub/media/webrtc"
)

// subscription is a stream's sound or picture on its way to a member, by one m-line.
type subscription struct {
	party  *Party
	member string
	stream string
	video  bool
	viewer *egress.Viewer
	fanout *egress.Fanout
	from   *media.Stream
	ctx    context.Context
	stop   context.CancelFunc
	undo   []func()
	wg     sync.WaitGroup

	lowerStream func() (*media.Stream, func(), error) // nil: there is none

	mu    sync.Mutex // held while the picture moves between the layers
	low   *egress.Fanout
	lowUn []func()
	// attached: the fan-out has taken the viewer. Before that the picture is moved nowhere:
	// the fan-out would take it back to the whole one, which may not be sent at all.
	attached bool
	quality  Quality
	pinned   bool // low because the page wants it so
	poor     bool // low because the way carries no more
	closed   bool
	isLow    atomic.Bool
	down     atomic.Bool // low is what is wished for, or all that the way carries
	none     atomic.Bool
}

var errNoLower = errors.New("there is no smaller picture")

// attachAll makes what is received what is wished for. m.mu is held.
func (m *Member) attachAll() {
	for mid, s := range m.subs {
		if w := m.wishes[mid]; w.Stream != s.stream {
			s.end()
			delete(m.subs, mid)
		}
	}
	for mid := range m.wishes {
		m.attach(mid)
	}
}

// attach begins to send what is wished for on an m-line, if it is there and allowed.
// m.mu is held.
func (m *Member) attach(mid string) {
	w, out := m.wishes[mid], m.outs[mid]
	if s := m.subs[mid]; s != nil {
		s.want(w.Quality)
		return
	}
	if w.Stream == "" || out == nil || m.peer == nil || !m.party.o.Allow(m.id, w.Stream, out.Video()) {
		return
	}
	s, err := m.party.subscribe(m, out, w)
	if err != nil {
		return // it is tried again (see Party.listen); what is the matter stands with the stream
	}
	m.subs[mid] = s
	m.party.o.Changed()
}

// Want changes what m-lines shall carry, without a negotiation.
func (m *Member) Want(wishes map[string]Wish) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for mid, w := range wishes {
		if w.Stream == "" {
			w.Stream = m.wishes[mid].Stream
		}
		m.wishes[mid] = w
	}
	m.attachAll()
	m.party.o.Changed()
}

// retry attaches what could not be attached before: it may be there now.
func (m *Member) retry() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for mid, s := range m.subs {
		if s.ctx.Err() != nil {
			s.end()
			delete(m.subs, mid)
		}
	}
	m.attachAll()
}

// recheck ends what is not allowed any more, and begins what is.
func (m *Member) recheck() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for mid, s := range m.subs {
		if !m.party.o.Allow(m.id, s.stream, s.video) {
			s.end()
			delete(m.subs, mid)
		}
	}
	m.attachAll()
}

// receives tells whether the member gets a layer of a publication.
func (m *Member) receives(stream, layer string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.subs {
		if s.stream == stream && s.video && !s.none.Load() && (s.down.Load() == (layer == small) || s.isLow.Load() == (layer == small)) {
			return true
		}
	}
	return false
}

// subscribe finds the stream and attaches a viewer to it.
func (p *Party) subscribe(m *Member, out *webrtc.Outgoing, w Wish) (*subscription, error) {
	s := &subscription{party: p, member: m.id, stream: w.Stream, video: out.Video()}
	s.ctx, s.stop = context.WithCancel(m.peer.Context())
	if err := s.find(); err != nil {
		s.end()
		return nil, err
	}
	o, err := s.choose(out)
	if err != nil {
		s.end()
		return nil, err
	}
	var leave func()
	s.fanout, leave = p.o.Relay.Fanout(s.from)
	s.undo = append(s.undo, leave)
	s.viewer = &egress.Viewer{Transport: m.peer.Transport(), Ended: func(error) { s.stop(); p.o.Changed() }}
	if s.video {
		s.viewer.Video = o
		if s.lowerStream != nil {
			s.viewer.Lower, s.viewer.Higher = s.lower, s.higher
		}
	} else {
		s.viewer.Audio = o
	}
	s.want(w.Quality)
	s.wg.Go(func() {
		if err := s.fanout.Attach(s.ctx, s.viewer); err != nil || !s.carries(o.Track) {
			s.stop()
			p.o.Changed()
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.attached = true
		s.obey()
	})
	return s, nil
}

// carries tells whether the stream's track is of the kind that was chosen. A sender who adds
// a camera to their microphone has other tracks from then on, which may come about between
// the choice and the attaching.
func (s *subscription) carries(track int) bool {
	all := s.from.Tracks()
	return track < len(all) && all[track].Kind.Video() == s.video
}

// want obeys the page's wish for a quality.
func (s *subscription) want(q Quality) {
	if !s.video {
		return
	}
	s.none.Store(q == None)
	s.viewer.Pause(q == None)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quality = q
	s.obey()
}

// obey does what was wished for last. s.mu is held.
func (s *subscription) obey() {
	if !s.video || !s.attached {
		return
	}
	if s.quality != None {
		s.pinned = s.quality == Low
	}
	if s.pinned != (s.low != nil) {
		_ = s.settle() // what is not there now is tried again
	}
}

// lower is called by egress when the way does not carry the whole picture.
func (s *subscription) lower() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poor = true
	return s.settle()
}

// higher is called when it may again.
func (s *subscription) higher() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poor = false
	_ = s.settle() // going up does not fail
}

// settle moves the picture to where it belongs. s.mu is held.
func (s *subscription) settle() error {
	s.down.Store(s.pinned || s.poor)
	if s.closed || s.lowerStream == nil || s.ctx.Err() != nil {
		return errNoLower
	}
	if !s.pinned && !s.poor {
		if s.low != nil {
			s.viewer.Raise(s.raised)
		}
		return nil
	}
	if s.low != nil {
		s.viewer.Keep()
		return nil
	}
	stream, release, err := s.lowerStream()
	if err != nil {
		return err
	}
	track := -1
	want, ok := s.kind()
	for i, t := range stream.Stats() {
		if ok && t.Kind == want && !t.Derived && !t.Video.Reorder {
			track = i
		}
	}
	if track < 0 {
		release()
		return errNoLower
	}
	fanout, leave := s.party.o.Relay.Fanout(stream)
	if err := fanout.Lower(s.ctx, s.viewer, track); err != nil {
		leave()
		release()
		return err
	}
	s.low, s.lowUn = fanout, []func(){release, leave}
	s.isLow.Store(true)
	s.party.o.Changed()
	return nil
}

// kind of the picture that was agreed on.
func (s *subscription) kind() (packet.Kind, bool) {
	for _, t := range s.from.Tracks() {
		if t.Kind.Video() && !t.Derived {
			return t.Kind, true
		}
	}
	return 0, false
}

// raised is called when the whole picture has come back.
func (s *subscription) raised() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.viewer.Keep() { // it has not been lowered again meanwhile
		s.dropLow()
	}
}

// dropLow is called with s.mu held.
func (s *subscription) dropLow() {
	if s.low == nil {
		return
	}
	s.low.Leave(s.viewer)
	for i := len(s.lowUn) - 1; i >= 0; i-- {
		s.lowUn[i]()
	}
	s.low, s.lowUn = nil, nil
	s.isLow.Store(false)
	s.party.o.Changed()
}

func (s *subscription) hear(r egress.Remark) {
	if s.fanout != nil && s.ctx.Err() == nil {
		s.fanout.Hear(s.viewer, r)
	}
}

// rate is what the whole picture needs, in bit/s.
func (s *subscription) rate() float64 {
	if s.none.Load() {
		return 0
	}
	for _, t := range s.from.Stats() {
		if t.Kind.Video() && !t.Derived {
			return float64(t.BitRate)
		}
	}
	return 0
}

// end stops sending. When it returns nothing more is sealed for the m-line.
func (s *subscription) end() {
	s.stop()
	if s.viewer != nil {
		s.fanout.Detach(s.viewer)
	}
	s.wg.Wait()
	s.mu.Lock()
	s.closed = true
	s.dropLow()
	s.mu.Unlock()
	for i := len(s.undo) - 1; i >= 0; i-- {
		s.undo[i]()
	}
	s.undo = nil
}
