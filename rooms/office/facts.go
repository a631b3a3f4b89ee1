package office

import (
	"context"
	"errors"
	"slices"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// sittings are who sits where around a time.
func sittings(tx *store.Tx, now time.Time) ([]sitting, error) {
	hearings, err := tx.Sittings(now.Add(-12*time.Hour), now.Add(12*time.Hour))
	var list []sitting
	for _, h := range hearings {
		if h.Site == "" || h.State.Over() {
			continue
		}
		list = append(list, sitting{site: h.Site, from: h.Start, to: h.End(), people: h.People(), inProgress: h.State.Begun()})
	}
	return list, err
}

// courtObject finds the facts about a hearing or a case.
func (o *Office) courtObject(ctx context.Context, kind rooms.ObjectKind, id string) (rooms.Object, error) {
	object := rooms.Object{Kind: kind, ID: id}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		court := ""
		var people []string
		if kind == rooms.HearingObject {
			h, err := tx.Hearing(id)
			if err != nil {
				return err
			}
			court, people = h.Court, h.People()
			object.Hearing, object.Site, object.Over = h.ID, h.Site, h.State.Over()
		} else {
			c, err := tx.Case(id)
			if err != nil {
				return err
			}
			hearings, err := tx.HearingsOf(id)
			if err != nil {
				return err
			}
			court, people = c.Court, []string{c.CreatedBy} // the judge who has entered it
			for _, h := range hearings {
				people = append(people, h.People()...)
			}
		}
		slices.Sort(people)
		object.Courts, object.People = o.world.Load().courts.Path(court), slices.Compact(people)
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return rooms.Object{}, ErrUnknown
	}
	return object, err
}

// checkPassword tells whether a password may be taken by a user: neither their
// name nor that of their court makes a good one.
func (o *Office) checkPassword(password string, u rooms.User, also ...rooms.Court) error {
	about := []string{u.Name, u.FullName}
	for _, g := range u.Grants {
		also = append(also, o.world.Load().courts[g.Court])
	}
	for _, c := range also {
		about = append(about, c.ID, c.Name)
	}
	if err := login.CheckPassword(password, about...); err != nil {
		return rooms.FieldError{Field: "password", Err: err}
	}
	return nil
}
