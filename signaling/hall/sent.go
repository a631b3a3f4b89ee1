package hall

import (
	"slices"
	"strings"

	"avhub/media"
	"avhub/media/party"
	"avhub/media/sources"
	"avhub/rooms/chamber"
)

// Sent is what a participant sends, for the recorder.
type Sent struct {
	ID   string // as a source's
	Name string // of the person, with their title
	From
}

// From is where it comes from, as the recorder takes it.
type From interface {
	Hold() (*media.Stream, func())
	Status() media.Status
}

// recorded are the publications of the room's people; known are ids that the recorder has
// recordings of, which go on.
func (r *Room) recorded(known []string) []*Sent {
	s := r.now.Load()
	var all []*Sent
	for _, x := range r.party.Publications() {
		if p, ok := s.room.Person(x.Person); ok && x.Begun() {
			all = append(all, sentBy(p, x))
		}
	}
	for _, id := range known {
		person, screen := strings.CutSuffix(id, "-screen")
		p, ok := s.room.Person(person)
		if !ok || !p.Admitted && !p.Part.Facts().Panel || slices.ContainsFunc(all, func(x *Sent) bool { return x.ID == id }) {
			continue
		}
		kind := party.Camera
		if screen {
			kind = party.Screen
		}
		if x, err := r.party.Expect(person, kind); err == nil {
			all = append(all, sentBy(p, x))
		}
	}
	for _, c := range s.cameras {
		p, ok := s.terminal(c)
		if !ok || p.Place != chamber.Inside && !slices.Contains(known, c.ID) {
			continue
		}
		if line, err := r.hall.o.Line(c.ID, sources.Main); err == nil {
			all = append(all, &Sent{ID: c.ID, Name: titled(p), From: line})
		}
	}
	return all
}

func titled(p chamber.Person) string { return p.Title.Chinese + " " + p.Name }

func sentBy(p chamber.Person, x *party.Publication) *Sent {
	name := titled(p)
	if x.Kind == party.Screen {
		name += "（共享屏幕）"
	}
	return &Sent{ID: x.ID, Name: name, From: x}
}
