package office

import (
	"context"
	"errors"
	"slices"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// putPanel makes the panel's participants those of the plan; the others stay.
func putPanel(tx *store.Tx, h rooms.Hearing) error {
	have, err := tx.Participants(h.ID)
	if err != nil {
		return err
	}
	next := h.PanelParticipants(login.NewID)
	for i, n := range next {
		if j := slices.IndexFunc(have, func(p rooms.Participant) bool { return samePerson(n, p) }); j >= 0 {
			next[i].ID = have[j].ID // their link stays good
		}
	}
	for _, p := range have {
		if !p.Part.Facts().Panel && !slices.ContainsFunc(next, func(n rooms.Participant) bool { return samePerson(n, p) }) {
			next = append(next, p)
		}
	}
	return tx.PutParticipants(h.ID, next)
}

// samePerson tells whether two lines are of one person: an assessor may be on the
// panel without an account.
func samePerson(a, b rooms.Participant) bool {
	if a.User != "" || b.User != "" {
		return a.User == b.User
	}
	return a.Name == b.Name && a.Part == b.Part
}

// PutParticipants makes a hearing's participants beside the panel these. One
// without an id is new. The panel itself is the plan's, and stays.
func (o *Office) PutParticipants(ctx context.Context, c Caller, id string, people []rooms.Participant) ([]rooms.Participant, error) {
	if _, err := o.May(ctx, c, rooms.ManageHearing, rooms.HearingObject, id); err != nil {
		return nil, err
	}
	var all []rooms.Participant
	var h rooms.Hearing
	err := o.change(ctx, func(tx *store.Tx) (entries []audit.Entry, err error) {
		if h, err = tx.Hearing(id); err != nil {
			return nil, err
		}
		have, err := tx.Participants(id)
		if err != nil {
			return nil, err
		}
		if all, err = beside(have, people, id); err != nil {
			return nil, err
		}
		if err := errors.Join(rooms.CheckParticipants(h.Kind, all), o.checkTerminals(h, all)); err != nil {
			return nil, err
		}
		entry := o.entry(c, rooms.ManageHearing, o.hearingObject(h), audit.Done)
		entry.Object.Name, entry.Detail = h.Title, map[string]string{"participants": names(all)}
		return []audit.Entry{entry}, tx.PutParticipants(id, all)
	})
	return all, o.tell(err, h)
}

// beside are those of a hearing that belong to its plan, and then these people.
func beside(have, people []rooms.Participant, hearing string) ([]rooms.Participant, error) {
	planned := func(p rooms.Participant) bool { return p.Part.Facts().Panel || p.Part.Facts().Account }
	all := slices.DeleteFunc(slices.Clone(have), func(p rooms.Participant) bool { return !planned(p) })
	for _, p := range people {
		p.Hearing = hearing
		if p.ID == "" {
			p.ID = login.NewID()
		} else if !slices.ContainsFunc(have, func(x rooms.Participant) bool { return x.ID == p.ID }) {
			return nil, rooms.FieldError{Field: "participants", Err: errors.New("name somebody who is not of this hearing: leave the id of a new one empty")}
		}
		if !planned(p) {
			all = append(all, p)
		}
	}
	return all, nil
}

func names(people []rooms.Participant) string {
	text := ""
	for i, p := range people {
		if i > 0 {
			text += "、"
		}
		text += p.Name + "(" + string(p.Part) + ")"
	}
	return text
}
