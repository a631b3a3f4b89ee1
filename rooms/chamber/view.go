package chamber

import (
	"time"

	"avhub/rooms"
)

// View is what one person may know of the room.
type View struct {
	Version    int       `json:"version"`
	Locked     bool      `json:"locked"`
	Layout     Layout    `json:"layout" enum:",speaker,grid,courtroom"`
	Spotlight  string    `json:"spotlight"`
	Discipline *Done     `json:"discipline"`
	Floor      *Floor    `json:"floor"`
	People     []Seen    `json:"people"`
	Marks      []Mark    `json:"marks"`
	Chat       []Line    `json:"chat"`
	Offers     []Kind    `json:"offers"`
	You        *Seen     `json:"you"` // null: one is not in it, as an inspector is not
	Now        time.Time `json:"now"`
}

// Seen is somebody as others see them.
type Seen struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Part     rooms.Part `json:"part"`
	Title    Title      `json:"title"`
	Place    Place      `json:"place"`
	Here     bool       `json:"here"`
	Since    time.Time  `json:"since"`
	Muted    Muting     `json:"muted"`
	Hand     time.Time  `json:"hand,omitzero"`
	Panel    bool       `json:"panel"`
	HeldBack bool       `json:"held_back"`
	Speaks   bool       `json:"speaks"` // has a voice in the room
	// For those who admit people.
	Identity *Done  `json:"identity,omitempty"`
	Photo    string `json:"photo,omitempty"`
	Why      string `json:"why,omitempty"`
}

// For is the room as somebody may see it: id is theirs, empty for whoever is not in it.
//
// Whoever waits knows of themselves alone. Who is in sees who is in: of those at the
// door, those who admit people; of the public, that it is there. Nobody but those sees
// somebody who is held back before they are called.
func (c *Chamber) For(f Facts, id string, part rooms.Part, now time.Time) View {
	v := View{Version: c.Version, People: []Seen{}, Marks: []Mark{}, Chat: []Line{}, Offers: []Kind{}, Now: now.UTC()}
	self := c.person(id)
	admits := part.Has(rooms.PowerAdmit)
	hidden := self == nil && part.Facts().Hidden
	if self != nil {
		own := self.seen(true)
		v.You = &own
	}
	if !hidden && (self == nil || self.Place != Inside) {
		return v
	}
	v.Locked, v.Layout, v.Spotlight, v.Floor, v.Discipline = c.Locked, c.Layout, c.Spotlight, c.Floor, c.Discipline
	for i := range c.People {
		p := &c.People[i]
		switch {
		case p.ID == id:
			v.People = append(v.People, p.seen(true))
		case admits && (p.Place != Outside || p.Admitted):
			v.People = append(v.People, p.seen(true))
		case p.Place == Inside && p.Part != rooms.PartGallery:
			v.People = append(v.People, p.seen(false))
		}
	}
	if part.Has(rooms.PowerMark) || hidden {
		v.Marks = append(v.Marks, c.Marks...)
	}
	for _, l := range c.Chat {
		if admits || !hidden && (l.From == id || l.To == id) {
			v.Chat = append(v.Chat, l)
		}
	}
	if !hidden {
		v.Offers = c.Offers(f, part)
	}
	return v
}

func (p *Person) seen(all bool) Seen {
	facts := p.Part.Facts()
	s := Seen{
		ID: p.ID, Name: p.Name, Part: p.Part, Title: p.Title, Place: p.Place, Here: p.Here, Since: p.Since, Muted: p.Muted, Hand: p.Hand,
		Panel: facts.Panel, HeldBack: facts.HeldBack, Speaks: p.Part.Has(rooms.PowerSpeak),
	}
	if all {
		s.Identity, s.Photo, s.Why = p.Identity, p.Photo, p.Why
	}
	return s
}
