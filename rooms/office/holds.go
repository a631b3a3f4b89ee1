package office

import (
	"context"
	"errors"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// ErrSameHold says that a hold is what it was asked to become.
var ErrSameHold = errors.New("the hold is as was asked already: nothing was changed")

// HoldCase puts a case under a legal hold, or lifts it, for a reason that is kept.
func (o *Office) HoldCase(ctx context.Context, c Caller, id string, on bool, reason string) (rooms.Case, error) {
	object, err := o.mayFor(ctx, c, Ask{Action: rooms.HoldRecording, Kind: rooms.CaseObject, ID: id, Reason: reason})
	if err != nil {
		return rooms.Case{}, err
	}
	var held rooms.Case
	err = o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		if held, err = tx.Case(id); err != nil {
			return nil, err
		}
		if held.IsHeld() == on {
			return nil, ErrSameHold
		}
		held.Hold = &rooms.Hold{On: on, Reason: reason, By: c.actor(), At: o.o.Now()}
		entry := o.entry(c, rooms.HoldRecording, object, audit.Done)
		entry.Object.Name, entry.Why, entry.Detail = held.Number.String(), reason, map[string]string{"hold": onOrOff(on)}
		return []audit.Entry{entry}, tx.PutCase(held)
	})
	return held, isGone(err)
}

func onOrOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// Holds are the last holds of all cases that have or had one, by the case's id, for
// the hub's own work: nobody asks, so no policy is asked.
func (o *Office) Holds(ctx context.Context) (map[string]rooms.Hold, error) {
	holds := map[string]rooms.Hold{}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		cases, err := tx.HeldOrFreed()
		for _, c := range cases {
			holds[c.ID] = *c.Hold
		}
		return err
	})
	return holds, err
}

// CaseHeld tells whether a case is under a legal hold; one that is not known here is
// not.
func (o *Office) CaseHeld(ctx context.Context, id string) (bool, error) {
	held := false
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Case(id)
		held = c.IsHeld()
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return held, err
}

// Leads tells whether a caller leads a hearing: its presiding judge, or the judge who
// sits alone.
func (o *Office) Leads(ctx context.Context, c Caller, hearing string) (bool, error) {
	leads := false
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		h, err := tx.Hearing(hearing)
		if err != nil {
			return err
		}
		m, ok := h.Leader()
		leads = ok && m.User != "" && m.User == c.Principal.User
		return nil
	})
	return leads, isGone(err)
}
