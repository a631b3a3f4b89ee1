package office

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// Imported is what a file holds, and what came of it.
type Imported struct {
	Rows     []rooms.ImportRow     `json:"rows" doc:"the lines that are good"`
	Problems []rooms.ImportProblem `json:"problems" doc:"what is wrong with the others, by line"`
	Added    int                   `json:"added"`
	Changed  int                   `json:"changed" doc:"known by their external id"`
	Same     int                   `json:"same" doc:"known, and as they were"`
}

// Import reads a list of hearings of a court. As a preview it changes nothing;
// otherwise all of it is entered, or, if anything is wrong, nothing.
func (o *Office) Import(ctx context.Context, c Caller, court string, file io.Reader, preview bool) (Imported, error) {
	if _, err := o.May(ctx, c, rooms.ManageHearing, rooms.CourtObject, court); err != nil {
		return Imported{}, err
	}
	lookups, err := o.lookups(ctx, court)
	if err != nil {
		return Imported{}, err
	}
	var out Imported
	out.Rows, out.Problems = rooms.ParseHearings(file, rooms.DefaultImportLimits, lookups)
	if out.Rows == nil {
		out.Rows = []rooms.ImportRow{}
	}
	if preview || rooms.ImportFailed(out.Problems) || len(out.Rows) == 0 {
		return out, nil
	}
	var touched []rooms.Hearing
	err = o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		out.Added, out.Changed, out.Same = 0, 0, 0
		var entries []audit.Entry
		touched = touched[:0]
		for _, row := range out.Rows {
			h, more, err := o.importRow(tx, c, row, &out)
			if err != nil {
				return nil, err
			}
			if len(more) > 0 {
				touched = append(touched, h)
			}
			entries = append(entries, more...)
		}
		return entries, nil
	})
	return out, o.tell(err, touched...)
}

// lookups are what the reader of a list has to know of a court.
func (o *Office) lookups(ctx context.Context, court string) (rooms.ImportLookups, error) {
	w := o.world.Load()
	var users []store.Account
	var existing []rooms.Hearing
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		if users, err = tx.Users(); err != nil {
			return err
		}
		existing, err = tx.Hearings(store.HearingQuery{Courts: []string{court}, From: o.o.Now().Add(-24 * time.Hour), Limit: 10 * listMost})
		return err
	})
	return rooms.ImportLookups{
		Court: court, Existing: existing,
		Site: func(name string) (rooms.Site, bool) {
			for _, s := range w.sites {
				if s.Court == court && (s.ID == name || s.Name == name) {
					return s, true
				}
			}
			return rooms.Site{}, false
		},
		User: func(name string) (rooms.User, bool) {
			i := slices.IndexFunc(users, func(u store.Account) bool {
				return u.Name == name && !u.Disabled && slices.ContainsFunc(u.Grants, func(g rooms.Grant) bool { return slices.Contains(w.courts.Path(court), g.Court) })
			})
			if i < 0 {
				return rooms.User{}, false
			}
			return users[i].User, true
		},
	}, err
}

// importRow enters one line: its case, found by the number or made, and its
// hearing, found by the external id or scheduled.
func (o *Office) importRow(tx *store.Tx, c Caller, row rooms.ImportRow, out *Imported) (rooms.Hearing, []audit.Entry, error) {
	if !row.Number.IsZero() {
		id, err := o.importCase(tx, c, row)
		if err != nil {
			return rooms.Hearing{}, nil, err
		}
		row.Plan.Case = id
	}
	h, entries, outcome, err := o.enterHearing(tx, c, rooms.Incoming{Plan: row.Plan})
	if err != nil {
		return h, nil, err
	}
	switch outcome {
	case entered:
		out.Added++
		if err := o.importParties(tx, h, row.Parties); err != nil {
			return h, nil, err
		}
	case altered:
		out.Changed++
	default:
		out.Same++
	}
	return h, entries, nil
}

func (o *Office) importCase(tx *store.Tx, c Caller, row rooms.ImportRow) (string, error) {
	found, err := tx.CaseByNumber(row.Number)
	if err == nil {
		if found.Court != row.Plan.Court {
			return "", rooms.FieldError{Field: "number", Err: errors.New(row.Number.String() + " is a case of another court")}
		}
		return found.ID, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	title := row.Cause
	if title == "" {
		title = row.Plan.Title
	}
	next := rooms.Case{ID: login.NewID(), Court: row.Plan.Court, Number: row.Number, Title: title, Parties: row.Parties, CreatedAt: o.o.Now(), CreatedBy: c.Principal.User}
	return next.ID, errors.Join(o.checkCase(next), tx.PutCase(next))
}

// importParties makes a case's parties participants of a new hearing.
func (o *Office) importParties(tx *store.Tx, h rooms.Hearing, parties []rooms.Party) error {
	if len(parties) == 0 {
		return nil
	}
	people, err := tx.Participants(h.ID)
	if err != nil {
		return err
	}
	for _, p := range parties {
		x := rooms.Participant{ID: login.NewID(), Hearing: h.ID, Name: p.Name, Part: p.Standing.Part(), Standing: p.Standing}
		if x.Check(h.Kind) == nil { // some who stand in the case have no part in this kind of room
			people = append(people, x)
		}
	}
	return tx.PutParticipants(h.ID, people)
}

// What came of an incoming hearing.
type entering int

const (
	same entering = iota
	entered
	altered
)

// enterHearing enters a hearing or changes the one of its external id.
func (o *Office) enterHearing(tx *store.Tx, c Caller, in rooms.Incoming) (rooms.Hearing, []audit.Entry, entering, error) {
	h, err := tx.HearingByExternalID(in.Court, in.ExternalID)
	if errors.Is(err, store.ErrNotFound) {
		if in.Cancelled {
			return h, nil, same, nil
		}
		h, events, err := rooms.Schedule(login.NewID(), in.Plan, c.actor(), o.o.Now())
		if err != nil {
			return h, nil, same, err
		}
		return h, []audit.Entry{o.hearingEntry(c, h, events[0])}, entered, putNew(tx, h, events)
	}
	if err != nil {
		return h, nil, same, err
	}
	_, commands, err := h.Update(in)
	if err != nil || len(commands) == 0 {
		return h, nil, same, err
	}
	h, entries, err := o.apply(tx, c, h.ID, commands)
	return h, entries, altered, err
}

// Upsert takes a hearing from the case system: the same again changes nothing.
func (o *Office) Upsert(ctx context.Context, c Caller, in rooms.Incoming) (h rooms.Hearing, fresh bool, err error) {
	if _, err := o.May(ctx, c, rooms.ManageHearing, rooms.CourtObject, in.Court); err != nil {
		return h, false, err
	}
	if in.ExternalID == "" {
		return h, false, rooms.FieldError{Field: "external_id", Err: errors.New("is missing: it tells this hearing from others")}
	}
	if !in.Cancelled {
		if err := o.checkPlan(ctx, in.Plan); err != nil {
			return h, false, err
		}
	}
	var outcome entering
	err = o.change(ctx, func(tx *store.Tx) (entries []audit.Entry, err error) {
		h, entries, outcome, err = o.enterHearing(tx, c, in)
		return entries, err
	})
	if err == nil && h.ID == "" {
		err = ErrUnknown
	}
	if outcome == same {
		return h, false, hearingError(err)
	}
	return h, outcome == entered, o.tell(err, h)
}
