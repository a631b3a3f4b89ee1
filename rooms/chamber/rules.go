package chamber

import (
	"slices"

	"avhub/rooms"
)

// Sets of states in which commands make sense.
var (
	open = []rooms.HearingState{
		rooms.StateWaiting, rooms.StateInSession, rooms.StateAdjourned, rooms.StateClosedSession, rooms.StateOffRecord,
	}
	begun = []rooms.HearingState{rooms.StateInSession, rooms.StateAdjourned, rooms.StateClosedSession, rooms.StateOffRecord}
	held  = []rooms.HearingState{rooms.StateInSession, rooms.StateClosedSession, rooms.StateOffRecord}
)

// rule is the line of a command: the table of who may do what, and when.
type rule struct {
	power rooms.Power // that is needed; empty: none, for oneself
	// own: whoever has the power own may do it to themselves without the first.
	own   rooms.Power
	in    []rooms.HearingState
	about subject
	words string // "a witness may not …"
}

// subject says what a command is about.
type subject int

const (
	nobody   subject = iota
	somebody         // a person, who must be named
	anybody          // a person, or nobody
	oneself          // whoever gives it, and nobody else
	either           // oneself, or somebody named
)

// rules is the table. Enter and Leave are the hub's own: they are no orders.
var rules = map[Kind]rule{
	Admit:         {power: rooms.PowerAdmit, in: open, about: somebody, words: "admit people"},
	AdmitAll:      {power: rooms.PowerAdmit, in: open, about: nobody, words: "admit people"},
	SendOut:       {power: rooms.PowerAdmit, in: open, about: somebody, words: "send people out"},
	Remove:        {power: rooms.PowerRemove, in: open, about: somebody, words: "remove people"},
	CheckIdentity: {power: rooms.PowerAdmit, in: open, about: somebody, words: "check identities"},
	Discipline:    {power: rooms.PowerAdmit, in: open, about: nobody, words: "tick off the reading of the discipline"},
	Mute:          {power: rooms.PowerMute, own: rooms.PowerSpeak, in: open, about: either, words: "mute others"},
	MuteAll:       {power: rooms.PowerMute, in: open, about: nobody, words: "mute others"},
	AskToUnmute:   {power: rooms.PowerMute, in: open, about: somebody, words: "ask others to speak"},
	Unmute:        {own: rooms.PowerSpeak, in: open, about: oneself, words: "speak"},
	RaiseHand:     {own: rooms.PowerSpeak, in: open, about: oneself, words: "raise a hand"},
	LowerHand:     {power: rooms.PowerMute, own: rooms.PowerSpeak, in: open, about: either, words: "lower others' hands"},
	GiveFloor:     {power: rooms.PowerMute, in: held, about: somebody, words: "give the floor"},
	EndTurn:       {power: rooms.PowerMute, own: rooms.PowerSpeak, in: open, about: nobody, words: "end others' turns"},
	Spotlight:     {power: rooms.PowerMute, in: open, about: anybody, words: "put somebody in the light"},
	SetLayout:     {power: rooms.PowerMute, in: open, about: nobody, words: "set the layout for all"},
	Lock:          {power: rooms.PowerAdmit, in: open, about: nobody, words: "lock the room"},
	Unlock:        {power: rooms.PowerAdmit, in: open, about: nobody, words: "unlock the room"},
	Say:           {power: rooms.PowerAdmit, own: rooms.PowerSpeak, in: open, about: either, words: "write to others"},
	SetMark:       {power: rooms.PowerMark, in: begun, about: nobody, words: "mark moments"},
}

// allowed tells whether a part has the power to give a command at all; others says
// about whom.
func (r rule) allowed(part rooms.Part, others bool) bool {
	if r.power != "" && part.Has(r.power) {
		return true
	}
	return !others && r.own != "" && part.Has(r.own)
}

// Offers are the commands that somebody can give now: what a page has a button for.
// What a command brings with it is checked when it is given.
func (c *Chamber) Offers(f Facts, part rooms.Part) []Kind {
	offers := []Kind{}
	for _, k := range offered {
		if r := rules[k]; slices.Contains(r.in, f.State) && r.allowed(part, r.about == somebody) && !(k == Discipline && !RulesOf(f.Kind).Discipline) {
			offers = append(offers, k)
		}
	}
	return offers
}
