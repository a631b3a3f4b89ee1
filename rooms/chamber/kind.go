package chamber

import "avhub/rooms"

// KindRules are what differs between kinds of rooms, as data: a file for each kind.
type KindRules struct {
	Kind rooms.RoomKind `json:"kind"`
	// Direct are parts that come in without being admitted, once the room is open. Those
	// who sit on the panel always do.
	Direct []rooms.Part `json:"direct"`
	// Identity is checked before the opening; Discipline is read out.
	Identity   bool `json:"identity"`
	Discipline bool `json:"discipline"`
	// Layout that pages begin with.
	Layout Layout `json:"layout"`
	// Marks are the texts of the keys F1 to F8.
	Marks [8]Title `json:"marks"`
}

// kinds are the rules of all kinds.
var kinds = []KindRules{trial, interrogation, petition, mediation, committee, conference, training, parole}

// RulesOf a kind; the zero value for one that does not exist.
func RulesOf(k rooms.RoomKind) KindRules {
	for _, r := range kinds {
		if r.Kind == k {
			return r
		}
	}
	return KindRules{}
}
