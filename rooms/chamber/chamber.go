package chamber

import (
	"slices"
	"time"

	"avhub/rooms"
)

// Limits of one room. What would go beyond is refused.
const (
	MaxPeople = rooms.MaxParticipants
	MaxMarks  = 2000
	MaxLines  = 2000 // of chat
	MaxText   = 500  // characters of a line or a mark
)

// Chamber is the room of one hearing. It is kept whole, as JSON, with each change.
type Chamber struct {
	Hearing string `json:"hearing"`
	Version int    `json:"version"` // number of changes so far
	Locked  bool   `json:"locked"`
	// Layout that the court has set for all; empty: each chooses their own.
	Layout    Layout `json:"layout,omitempty"`
	Spotlight string `json:"spotlight,omitempty"` // a person; empty: whoever speaks
	// Discipline: the court's discipline was read out.
	Discipline *Done    `json:"discipline,omitempty"`
	Floor      *Floor   `json:"floor,omitempty"`
	People     []Person `json:"people,omitempty"` // all who were ever here, in the order of their first coming
	Marks      []Mark   `json:"marks,omitempty"`
	Chat       []Line   `json:"chat,omitempty"`
}

// New is the room of a hearing before anybody has come.
func New(hearing string) *Chamber { return &Chamber{Hearing: hearing} }

// Facts are what the room has to know of its hearing.
type Facts struct {
	Kind  rooms.RoomKind
	State rooms.HearingState
	// Gallery: the public sees and hears it now.
	Gallery bool
}

// FactsOf a hearing.
func FactsOf(h rooms.Hearing) Facts {
	return Facts{Kind: h.Kind, State: h.State, Gallery: h.GalleryWatches()}
}

// Runs tells whether the hearing goes on now: who is in the room speaks and is heard.
func (f Facts) Runs() bool { return slices.Contains(held, f.State) }

// Actor is who gives a command: a participant of the hearing.
type Actor struct {
	Person string     `json:"person"` // id of the participant
	Name   string     `json:"name"`
	Part   rooms.Part `json:"part"`
}

// Done is something that somebody has done.
type Done struct {
	At time.Time `json:"at"`
	By string    `json:"by"` // name
}

// Floor is a turn of speech.
type Floor struct {
	Person  string    `json:"person"`
	Since   time.Time `json:"since"`
	Seconds int       `json:"seconds,omitempty"` // that were given; 0: no limit
}

// Mark is a moment that was marked.
type Mark struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// Line is one of the chat with the clerk: it is read by those who run the room, and by
// whoever it was written by or to.
type Line struct {
	At     time.Time `json:"at"`
	From   string    `json:"from"` // person
	Name   string    `json:"name"`
	To     string    `json:"to,omitempty"` // person; empty: the clerk
	ToName string    `json:"to_name,omitempty"`
	Text   string    `json:"text"`
}

// Person finds somebody.
func (c *Chamber) Person(id string) (Person, bool) {
	if p := c.person(id); p != nil {
		return *p, true
	}
	return Person{}, false
}

func (c *Chamber) person(id string) *Person {
	i := slices.IndexFunc(c.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &c.People[i]
}
