package chamber

import "slices"

// Kind is what is to happen.
type Kind string

// Commands.
const (
	Enter         Kind = "enter" // somebody comes, or comes back
	Leave         Kind = "leave" // somebody's connection has gone
	Admit         Kind = "admit"
	AdmitAll      Kind = "admit_all" // who waits, but for those who are held back
	SendOut       Kind = "send_out"  // back to the door
	Remove        Kind = "remove"    // for good, with a reason
	CheckIdentity Kind = "check_identity"
	Discipline    Kind = "read_discipline"
	Mute          Kind = "mute" // oneself, or another by the court
	MuteAll       Kind = "mute_all"
	AskToUnmute   Kind = "ask_to_unmute"
	Unmute        Kind = "unmute" // oneself: nobody turns on another's microphone
	RaiseHand     Kind = "raise_hand"
	LowerHand     Kind = "lower_hand"
	GiveFloor     Kind = "give_floor"
	EndTurn       Kind = "end_turn"
	Spotlight     Kind = "spotlight"
	SetLayout     Kind = "set_layout"
	Lock          Kind = "lock" // nobody new is admitted
	Unlock        Kind = "unlock"
	Say           Kind = "say" // to the clerk, or from them
	SetMark       Kind = "mark"
)

// Kinds are all there are.
var Kinds = []Kind{
	Enter, Leave, Admit, AdmitAll, SendOut, Remove, CheckIdentity, Discipline, Mute, MuteAll, AskToUnmute, Unmute,
	RaiseHand, LowerHand, GiveFloor, EndTurn, Spotlight, SetLayout, Lock, Unlock, Say, SetMark,
}

// Valid tells whether the command exists.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Command is an order to the room.
type Command struct {
	Kind Kind `json:"kind"`
	// Person it is about; empty: whoever gives it, or with spotlight and end_turn nobody.
	Person string `json:"person,omitempty"`
	Why    string `json:"why,omitempty"`  // with remove
	Text   string `json:"text,omitempty"` // with say and mark
	Layout Layout `json:"layout,omitempty"`
	// Seconds of a turn of speech; 0: no limit.
	Seconds int `json:"seconds,omitempty"`
	// Photo is the id of the picture that an identity was checked with.
	Photo string `json:"photo,omitempty"`
	// Title goes with enter: it is the hub's to say, as are name and part.
	Title Title `json:"-"`
}

// offered are the commands that a page has a button for.
var offered = slices.DeleteFunc(slices.Clone(Kinds), func(k Kind) bool { return k == Enter || k == Leave })
