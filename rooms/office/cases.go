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

// listMost is how many of anything a list holds.
const listMost = 500

// CaseInput are the settings of a case; what is nil stays.
type CaseInput struct {
	Court      *string
	Number     *rooms.CaseNumber
	Title      *string
	ExternalID *string
	Parties    *[]rooms.Party
}

// Cases finds the cases that a caller may know of, newest first, by a text in
// number, cause or parties.
func (o *Office) Cases(ctx context.Context, c Caller, text string) ([]rooms.Case, error) {
	courts := o.courtsOf(c, rooms.SeeHearing)
	if len(courts) == 0 && (c.Principal.User == "" || !o.sees(c, rooms.SeeHearing)) { // a guest sees a hearing, no lists
		_, err := o.mayAny(ctx, c, rooms.SeeHearing, nil)
		return nil, err
	}
	c.Free()
	q := o.caseQuery(c, text, listMost)
	object := rooms.Object{Kind: rooms.CaseObject}
	if q.Sits {
		object.People = []string{q.Person}
	}
	var list []rooms.Case
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.Cases(q)
		return err
	})
	return slices.DeleteFunc(list, func(x rooms.Case) bool { // a token may be for less than its owner
		object.ID, object.Courts = x.ID, o.world.Load().courts.Path(x.Court)
		return !o.decide(c, rooms.SeeHearing, object).OK
	}), err
}

// caseQuery asks for the cases that a caller may know of: those of their courts,
// or, for who has none, those in which they sit or which they have entered.
func (o *Office) caseQuery(c Caller, text string, most int) store.CaseQuery {
	q := store.CaseQuery{Courts: o.courtsOf(c, rooms.SeeHearing), Text: text, Limit: most}
	if len(q.Courts) == 0 {
		q.Courts, q.Sits, q.Person = o.allCourts(), true, c.Principal.User
	}
	return q
}

// allCourts are the ids of all courts.
func (o *Office) allCourts() []string {
	var ids []string
	for id := range o.world.Load().courts {
		ids = append(ids, id)
	}
	return ids
}

// sees tells whether an action is a caller's at all, on what they take part in.
func (o *Office) sees(c Caller, a rooms.Action) bool { return o.Abilities(c)[a] }

// Case finds one case, with its hearings that the caller may know of.
func (o *Office) Case(ctx context.Context, c Caller, id string) (rooms.Case, []rooms.Hearing, error) {
	if _, err := o.May(ctx, c, rooms.SeeHearing, rooms.CaseObject, id); err != nil {
		return rooms.Case{}, nil, err
	}
	var found rooms.Case
	var hearings []rooms.Hearing
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		if found, err = tx.Case(id); err != nil {
			return err
		}
		all, err := tx.HearingsOf(id)
		hearings = []rooms.Hearing{}
		for _, h := range all {
			if o.decide(c, rooms.SeeHearing, o.hearingObject(h)).OK {
				hearings = append(hearings, h)
			}
		}
		return err
	})
	return found, hearings, isGone(err)
}

// CaseWithNumber is the id of the case that has a number, empty where there is
// none that the caller may know of.
func (o *Office) CaseWithNumber(ctx context.Context, c Caller, n rooms.CaseNumber) (string, error) {
	var found rooms.Case
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		found, err = tx.CaseByNumber(n)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !o.Can(ctx, c, rooms.SeeHearing, rooms.CaseObject, found.ID) {
		return "", nil
	}
	return found.ID, err
}

// hearingObject is what the policy asks about a hearing.
func (o *Office) hearingObject(h rooms.Hearing) rooms.Object {
	return rooms.Object{
		Kind: rooms.HearingObject, ID: h.ID, Hearing: h.ID, Courts: o.world.Load().courts.Path(h.Court), Site: h.Site, People: h.People(),
	}
}

// AddCase enters a case.
func (o *Office) AddCase(ctx context.Context, c Caller, in CaseInput) (rooms.Case, error) {
	next := rooms.Case{ID: login.NewID(), CreatedAt: o.o.Now(), CreatedBy: c.Principal.User}
	return o.putCase(ctx, c, rooms.Case{}, next, in)
}

// ChangeCase changes a case.
func (o *Office) ChangeCase(ctx context.Context, c Caller, id string, in CaseInput) (rooms.Case, error) {
	if _, err := o.May(ctx, c, rooms.ManageHearing, rooms.CaseObject, id); err != nil {
		return rooms.Case{}, err
	}
	old, _, err := o.Case(ctx, c, id)
	if err != nil {
		return rooms.Case{}, err
	}
	return o.putCase(ctx, c, old, old, in)
}

func (o *Office) putCase(ctx context.Context, c Caller, old, next rooms.Case, in CaseInput) (rooms.Case, error) {
	set(&next.Court, in.Court)
	set(&next.Number, in.Number)
	set(&next.Title, in.Title)
	set(&next.ExternalID, in.ExternalID)
	set(&next.Parties, in.Parties)
	// Whoever enters a case manages its court; a judge's own are those that they
	// enter themselves.
	object := rooms.Object{Kind: rooms.CaseObject, ID: next.ID, Courts: o.world.Load().courts.Path(next.Court), People: []string{next.CreatedBy}}
	if next.Court != old.Court {
		if _, err := o.mayObject(ctx, c, rooms.ManageHearing, object); err != nil {
			return rooms.Case{}, err
		}
	}
	if err := o.checkCase(next); err != nil {
		return rooms.Case{}, err
	}
	entry := o.entry(c, rooms.ManageHearing, object, audit.Done)
	entry.Object.Name = next.Number.String()
	entry.Detail = map[string]string{"title": next.Title}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		now, err := tx.Case(next.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		next.Hold = now.Hold // which somebody may have changed since it was read
		return []audit.Entry{entry}, tx.PutCase(next)
	})
	if errors.Is(err, store.ErrTaken) {
		return rooms.Case{}, rooms.FieldError{Field: "number", Err: errors.New("another case has this number, or this external id")}
	}
	return next, err
}

// checkCase checks a case and that its court is there.
func (o *Office) checkCase(c rooms.Case) error {
	err := c.Check()
	if _, ok := o.world.Load().courts[c.Court]; !ok {
		err = errors.Join(err, rooms.FieldError{Field: "court", Err: rooms.ErrUnknownCourt})
	}
	return err
}
