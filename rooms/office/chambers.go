package office

import (
	"context"
	"errors"
	"slices"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/chamber"
	"avhub/rooms/store"
)

// Attendee is who somebody is in the room of a hearing.
type Attendee struct {
	chamber.Actor
	Title chamber.Title
	// Hidden: an inspector, who is not in the room, sees and hears it.
	Hidden bool
}

// Attendee asks the policy whether a caller may enter the room of a hearing, and finds
// out as whom.
func (o *Office) Attendee(ctx context.Context, c Caller, hearing string) (Attendee, error) {
	d, err := o.May(ctx, c, rooms.EnterHearing, rooms.HearingObject, hearing)
	if err != nil {
		return Attendee{}, err
	}
	if d.Limit == rooms.Hidden {
		return Attendee{Actor: chamber.Actor{Person: c.Principal.User, Name: c.FullName, Part: rooms.PartInspector}, Hidden: true}, nil
	}
	var people []rooms.Participant
	err = o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		people, err = tx.Participants(hearing)
		return err
	})
	if err != nil {
		return Attendee{}, err
	}
	i := slices.IndexFunc(people, func(p rooms.Participant) bool {
		if c.Principal.Guest != nil {
			return p.ID == c.Who.ID
		}
		return p.User != "" && p.User == c.Principal.User
	})
	if i < 0 {
		return Attendee{}, &Denied{Action: rooms.EnterHearing, Kind: rooms.HearingObject, ID: hearing}
	}
	return attendeeOf(people[i]), nil
}

func attendeeOf(p rooms.Participant) Attendee {
	return Attendee{Actor: chamber.Actor{Person: p.ID, Name: p.Name, Part: p.Part}, Title: chamber.TitleOf(p)}
}

// Chamber is the room of a hearing, with the hearing as it is now, for whoever was let in.
func (o *Office) Chamber(ctx context.Context, hearing string) (room *chamber.Chamber, h rooms.Hearing, err error) {
	err = o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		if h, err = tx.Hearing(hearing); err != nil {
			return err
		}
		room, err = tx.Chamber(hearing)
		return err
	})
	return room, h, isGone(err)
}

// InChamber gives the room of a hearing a command. The room and the audit change
// together. A refusal is a *chamber.Refusal.
func (o *Office) InChamber(ctx context.Context, c Caller, hearing string, by Attendee, cmd chamber.Command) (chamber.Event, error) {
	if by.Hidden {
		return chamber.Event{}, &chamber.Refusal{Kind: cmd.Kind, Part: by.Part, Code: chamber.CodePower, What: "an inspector looks on, and does nothing in the room"}
	}
	cmd.Title = by.Title
	var e chamber.Event
	var h rooms.Hearing
	err := o.change(ctx, func(tx *store.Tx) (entries []audit.Entry, err error) {
		if h, err = tx.Hearing(hearing); err != nil {
			return nil, err
		}
		room, err := tx.Chamber(hearing)
		if err != nil {
			return nil, err
		}
		if e, err = room.Apply(chamber.FactsOf(h), by.Actor, cmd, o.o.Now()); err != nil {
			return nil, err
		}
		if e.Weighty() && e.Kind != chamber.Enter && e.Kind != chamber.Leave { // whoever attends is in the audit already
			entries = append(entries, o.chamberEntry(c, h, e))
		}
		return entries, tx.PutChamber(room)
	})
	var refused *chamber.Refusal
	if errors.As(err, &refused) && refused.Code == chamber.CodePower {
		entry := o.entry(c, roomAction(cmd.Kind), rooms.Object{Kind: rooms.HearingObject, ID: hearing, Courts: o.world.Load().courts.Path(h.Court)}, audit.Denied)
		entry.Object.Name, entry.Why = h.Title, refused.Error()
		o.refuse(ctx, entry)
	}
	return e, hearingError(err)
}

// roomAction is what the audit calls a command to a room.
func roomAction(k chamber.Kind) rooms.Action {
	switch k {
	case chamber.SetMark:
		return rooms.MarkHearing
	case chamber.Enter, chamber.Leave, chamber.Unmute, chamber.RaiseHand, chamber.Say:
		return rooms.EnterHearing
	}
	return rooms.AdmitPeople
}

func (o *Office) chamberEntry(c Caller, h rooms.Hearing, e chamber.Event) audit.Entry {
	entry := o.entry(c, roomAction(e.Kind), o.hearingObject(h), audit.Done)
	entry.Object.Name, entry.Why = h.Title, e.Why
	entry.Detail = map[string]string{"command": string(e.Kind)}
	for key, value := range map[string]string{"person": e.Person, "name": e.Name, "text": e.Text, "layout": string(e.Layout), "photo": e.Photo} {
		if value != "" {
			entry.Detail[key] = value
		}
	}
	if n := len(e.People); n > 0 {
		entry.Detail["people"] = joined(e.People)
	}
	return entry
}

// joined are ids in a line, as many as are worth reading.
func joined(ids []string) string {
	const most = 50
	text := ""
	for i, id := range ids {
		if i == most {
			return text + " …"
		}
		if i > 0 {
			text += " "
		}
		text += id
	}
	return text
}

// followHearing tells a hearing's room that it has changed, in the same transaction.
func followHearing(tx *store.Tx, h rooms.Hearing, now time.Time) error {
	room, err := tx.Chamber(h.ID)
	if err != nil || room.Version == 0 {
		return err
	}
	if _, changed := room.Follow(chamber.FactsOf(h), now); !changed {
		return nil
	}
	return tx.PutChamber(room)
}

// ScatterChamber tells a room that nobody is connected: the hub has begun anew.
func (o *Office) ScatterChamber(ctx context.Context, hearing string) error {
	return o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		room, err := tx.Chamber(hearing)
		if err != nil || !room.Scatter(o.o.Now()) {
			return nil, err
		}
		return nil, tx.PutChamber(room)
	})
}

// LeaveChamber takes note that somebody's connection has gone.
func (o *Office) LeaveChamber(ctx context.Context, hearing string, by chamber.Actor) error {
	return o.noteInChamber(ctx, hearing, by, chamber.Command{Kind: chamber.Leave})
}

// noteInChamber takes note of what has happened: nobody asks, so no policy is asked, and
// what the rules refuse is no matter (who leaves is not here, who comes was sent out).
func (o *Office) noteInChamber(ctx context.Context, hearing string, by chamber.Actor, cmd chamber.Command) error {
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		h, err := tx.Hearing(hearing)
		if err != nil {
			return nil, err
		}
		room, err := tx.Chamber(hearing)
		if err != nil {
			return nil, err
		}
		if _, err := room.Apply(chamber.FactsOf(h), by, cmd, o.o.Now()); err != nil {
			return nil, err
		}
		return nil, tx.PutChamber(room)
	})
	var refused *chamber.Refusal
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// NamesOf are a hearing's case number and its court's name, for the hub's own work.
func (o *Office) NamesOf(ctx context.Context, h rooms.Hearing) (number, court string) {
	court = o.world.Load().courts[h.Court].Name
	if h.Case == "" {
		return "", court
	}
	_ = o.o.Store.View(ctx, func(tx *store.Tx) error { // without an answer it stays empty
		c, err := tx.Case(h.Case)
		number = c.Number.String()
		return err
	})
	return number, court
}
