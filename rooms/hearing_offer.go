package rooms

import "slices"

// Offer is a command that somebody can give a hearing as it stands now: what a
// page has a button for.
type Offer struct {
	Kind CommandKind `json:"kind"`
	Why  bool        `json:"why"` // a reason must be given
	// OnOrder: by a clerk, who has to name in OrderedBy the judge that gave it.
	OnOrder bool `json:"on_order"`
}

// Offers are the commands that a user can give the hearing in its present state,
// in the order of [CommandKinds]. As with [Hearing.Apply], whether the user may
// deal with the hearing at all is [May]'s question; what a command brings with it
// (a plan, a time) is checked when it is given.
func (h Hearing) Offers(user string) []Offer {
	offers := []Offer{}
	for _, k := range h.State.Commands(h.Kind) {
		r := rules[k]
		onOrder, ok := h.mayGive(r.who, user, k)
		if !ok || h.pointless(k) {
			continue
		}
		why := slices.Contains(r.why, h.State) || k == CommandStartRecording && h.Kind.facts().Recording == RecordingByConsent
		offers = append(offers, Offer{Kind: k, Why: why, OnOrder: onOrder})
	}
	return offers
}

// mayGive tells whether a user has the authority, by themselves or on the order
// of who leads the hearing.
func (h Hearing) mayGive(who authority, user string, k CommandKind) (onOrder, ok bool) {
	by := Actor{User: user}
	if h.allow(who, by, Command{Kind: k}) == nil {
		return false, true
	}
	lead, led := h.Leader()
	if !led {
		return false, false
	}
	return true, h.allow(who, by, Command{Kind: k, OrderedBy: lead.User}) == nil
}

// pointless tells whether a command would be refused for how the hearing is held.
func (h Hearing) pointless(k CommandKind) bool {
	switch k {
	case CommandStartRecording:
		return h.Recorded
	case CommandStopRecording:
		return !h.Recorded
	case CommandClosedSession:
		return !h.Public
	}
	return false
}
