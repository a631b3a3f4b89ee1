package chamber

import (
	"time"

	"avhub/rooms"
)

// Place is where somebody is.
type Place string

// Places.
const (
	Outside Place = "outside" // has not come, or has been there and gone
	Waiting Place = "waiting" // at the door
	Inside  Place = "inside"
	Removed Place = "removed" // sent out by the court; may not come back unasked
)

// Places are all there are.
var Places = []Place{Outside, Waiting, Inside, Removed}

// Muting says who has turned a microphone off.
type Muting string

// Mutings.
const (
	NotMuted     Muting = ""
	MutedBySelf  Muting = "self"
	MutedByCourt Muting = "court" // and is not heard until the court allows it
	MayUnmute    Muting = "asked" // the court asks them to speak: they turn it on themselves
)

// Person is somebody who takes part, as the room knows them.
type Person struct {
	ID    string     `json:"id"` // of the participant
	Name  string     `json:"name"`
	Part  rooms.Part `json:"part"`
	Title Title      `json:"title"` // what stands on the name plate
	Place Place      `json:"place"`
	Here  bool       `json:"here"`  // connected now
	Since time.Time  `json:"since"` // of Place and Here
	// Admitted: the court has let them in once; they come back without asking again.
	Admitted bool      `json:"admitted,omitempty"`
	Muted    Muting    `json:"muted,omitempty"`
	Hand     time.Time `json:"hand,omitzero"` // raised since; zero: not
	// Identity was checked against the list.
	Identity *Done `json:"identity,omitempty"`
	// Photo is the id of the picture that was taken for it.
	Photo string `json:"photo,omitempty"`
	// Why they were removed.
	Why string `json:"why,omitempty"`
}

// Title is a name plate in both languages.
type Title struct {
	Chinese string `json:"chinese"`
	English string `json:"english"`
}

// TitleOf a participant.
func TitleOf(p rooms.Participant) Title {
	chinese, english := p.Title()
	return Title{chinese, english}
}

// Heard tells whether the room hears somebody who sends sound.
func (p Person) Heard() bool {
	return p.Place == Inside && p.Part.Has(rooms.PowerSpeak) && p.Muted != MutedByCourt
}

// Seen tells whether the room sees somebody who sends a picture.
func (p Person) Seen() bool { return p.Place == Inside && p.Part.Has(rooms.PowerSpeak) }

// Sees tells whether somebody sees and hears the room.
func (p Person) Sees() bool { return p.Place == Inside && p.Part.Has(rooms.PowerWatch) }
