package chamber

import (
	"time"

	"avhub/rooms"
)

// Event is one change of the room.
type Event struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	By      Actor     `json:"by"`
	Command
	// Name of the person it is about, as it was then.
	Name string `json:"name,omitempty"`
	// People that it moved or muted, where it was about several.
	People []string `json:"people,omitempty"`
}

// Weighty tells whether an event belongs into the audit: what the court did, and who
// came and went. Hands, one's own microphone and the like are not.
func (e Event) Weighty() bool {
	switch e.Kind {
	case Mute, Unmute:
		return e.Person != e.By.Person
	case RaiseHand, Say:
		return false
	case LowerHand, EndTurn:
		return e.Person != e.By.Person
	}
	return true
}

// Refusal says why a command was refused, by name.
type Refusal struct {
	Kind Kind
	Part rooms.Part
	Code Code
	What string
}

// Code is a refusal in a word.
type Code string

// Codes.
const (
	CodeUnknown   Code = "unknown_command"
	CodePower     Code = "not_yours" // the part in the hearing does not carry it
	CodeState     Code = "not_now"   // the hearing, or the room, is not at that point
	CodePerson    Code = "no_person" // there is no such person here
	CodeField     Code = "field"     // something that the command brings
	CodeFull      Code = "full"      // a limit of the room
	CodeMuted     Code = "muted"     // by the court
	CodeLocked    Code = "locked"    // the room
	CodeRemoved   Code = "removed"   // by the court
	CodeNeedless  Code = "needless"  // it is so already
	CodeProtected Code = "protected" // nobody does this to whoever runs the hearing
)

func (r *Refusal) Error() string { return string(r.Kind) + ": " + r.What }
