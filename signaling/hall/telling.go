package hall

import (
	"bytes"
	"slices"
	"time"

	"avhub/media/webrtc"
	"avhub/rooms"
	"avhub/rooms/chamber"
)

// welcome is the first message.
func (s *seat) welcome(ice []webrtc.ICEServer) {
	state := s.room.now.Load()
	if err := s.room.read(s.ctx); err == nil {
		state = s.room.now.Load()
	}
	n := news{Type: "welcome", You: s.who.Person, Hidden: s.who.Hidden, Kind: chamber.RulesOf(state.facts.Kind)}
	n.ICEServers = ice
	view, head, streams := s.view(state)
	n.Room, n.Hearing, n.Streams = &view, &head, &streams
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remember(view, head, streams)
	s.send(n)
}

// view is all that the person may know.
func (s *seat) view(state *state) (chamber.View, Hearing, []Stream) {
	head := state.head
	head.Offers = []rooms.Offer{}
	if !s.who.Hidden && s.caller.Principal.Guest == nil {
		head.Offers = slices.DeleteFunc(state.hearing.Offers(s.caller.Principal.User), func(o rooms.Offer) bool { return !s.who.Part.Has(rooms.PowerAdmit) })
	}
	view := state.room.For(state.facts, s.who.Person, s.who.Part, s.room.hall.o.Now())
	if view.You != nil && state.isDevice(s.key) {
		view.You.Speaks = false // the device does
	}
	return view, head, s.room.streams(s.key, s.who.Part.Has(rooms.PowerAdmit))
}

// remember notes what was told, and says what of it is new. s.mu is held.
func (s *seat) remember(view chamber.View, head Hearing, streams []Stream) (room, hearing, list bool) {
	view.Now = time.Time{}
	a, b, c := encoded(view), encoded(head), encoded(streams)
	room, hearing, list = !bytes.Equal(a, s.room0), !bytes.Equal(b, s.hearing0), !bytes.Equal(c, s.streams0)
	s.room0, s.hearing0, s.streams0 = a, b, c
	return room, hearing, list
}

// update tells what is new. The room's goroutine calls it.
func (s *seat) update() {
	state := s.room.now.Load()
	view, head, streams := s.view(state)
	s.mu.Lock()
	if s.room0 == nil {
		s.mu.Unlock()
		return // not welcomed yet
	}
	room, hearing, list := s.remember(view, head, streams)
	s.mu.Unlock()
	if hearing {
		s.send(news{Type: "hearing", Hearing: &head})
	}
	if room {
		s.send(news{Type: "room", Room: &view})
	}
	if list {
		s.send(news{Type: "streams", Streams: &streams})
	}
	if m, err := s.room.party.Member(s.key); err == nil {
		if layers, changed := m.Layers(); changed {
			s.send(news{Type: "layers", Layers: layers})
		}
	}
	if p, ok := state.room.Person(s.key); ok && p.Place == chamber.Removed {
		s.bye(byeRemoved)
	}
}
