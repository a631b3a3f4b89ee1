package hall

import (
	"slices"
	"strings"

	"avhub/media/party"
	"avhub/rooms/chamber"
)

// Sent is what a participant sends, for the recorder.
type Sent struct {
	ID   string // as a source's
	Name string // of the person, with their title
	*party.Publication
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
	return all
}

func sentBy(p chamber.Person, x *party.Publication) *Sent {
	name := p.Title.Chinese + " " + p.Name
	if x.Kind == party.Screen {
		name += "（共享屏幕）"
	}
	return &Sent{ID: x.ID, Name: name, Publication: x}
}
