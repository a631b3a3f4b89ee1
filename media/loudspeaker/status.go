package loudspeaker

import (
	"errors"
	"time"

	"avhub/media"
	"avhub/media/rtsp"
)

// State is how a loudspeaker is doing.
type State string

// States.
const (
	Opening State = "opening" // it is being reached, for the first time or again
	Reached State = "reached" // what the room says comes out of it
	Held    State = "held"    // another talks through it
	Away    State = "away"    // it cannot be reached now
	None    State = "none"    // the device says that it has none
)

// States are all there are.
var States = []State{Opening, Reached, Held, Away, None}

// Status is how a loudspeaker is doing, and why.
type Status struct {
	State  State
	Since  time.Time
	Cause  media.CauseCode // of Away and None; empty: it is none of the device's
	Detail string          // for a technician: what is the matter, and what to do
	Holder string          // of Held
}

// expected is an error about a device that is to have a loudspeaker.
type expected struct{ error }

func (e expected) Unwrap() error { return e.error }

// Expected makes a fault of an error that says that a device has no loudspeaker: it is Away
// then, and tried again like others.
func Expected(err error) error { return expected{err} }

// statusOf says what the end of a try means.
func statusOf(err error) Status {
	s := Status{State: Away, Detail: err.Error()}
	var held *rtsp.HeldError
	var device *rtsp.Error
	switch {
	case errors.As(err, &held):
		s.State, s.Holder = Held, held.Holder
	case errors.Is(err, rtsp.ErrNoLoudspeaker) && !errors.As(err, new(expected)):
		s.State = None
	}
	if errors.As(err, &device) {
		s.Cause = device.Cause.Code
	}
	return s
}
