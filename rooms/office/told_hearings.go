package office

import "avhub/rooms"

// HearingChanged is the event that a hearing is new or has changed.
const HearingChanged = "hearing.changed"

// hearingTold is what goes with it: whoever wants to know more asks for the hearing.
type hearingTold struct {
	State   rooms.HearingState `json:"state"`
	Version int                `json:"version"`
}

// tell tells followers of hearings that have changed, unless that failed, and
// returns the failure in the office's words.
func (o *Office) tell(err error, hearings ...rooms.Hearing) error {
	if err != nil {
		return hearingError(err)
	}
	if o.o.Changed == nil {
		return nil
	}
	for _, h := range hearings {
		if h.ID != "" {
			o.o.Changed(HearingChanged, o.hearingObject(h), hearingTold{h.State, h.Version})
		}
	}
	return nil
}
