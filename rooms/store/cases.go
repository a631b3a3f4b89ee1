package store

import (
	"strings"
	"time"

	"avhub/rooms"
)

type caseRow struct {
	ID         string          `db:"id"`
	Court      string          `db:"court"`
	Number     string          `db:"number"`
	Search     string          `db:"search"`
	ExternalID string          `db:"external_id"`
	Data       doc[rooms.Case] `db:"data"`
	Created    micros          `db:"created"`
}

// PutCase adds a case or changes all of it.
func (t *Tx) PutCase(c rooms.Case) error {
	return t.put(`INSERT INTO cases (id, court, number, search, external_id, data, created)
		VALUES (:id, :court, :number, :search, :external_id, :data, :created)
		ON CONFLICT (id) DO UPDATE SET court = excluded.court, number = excluded.number, search = excluded.search,
		external_id = excluded.external_id, data = excluded.data`,
		caseRow{c.ID, c.Court, c.Number.String(), c.SearchKey(), c.ExternalID, doc[rooms.Case]{c}, at(c.CreatedAt)})
}

// Case finds a case by its id.
func (t *Tx) Case(id string) (rooms.Case, error) {
	row, err := get[doc[rooms.Case]](t, "SELECT data FROM cases WHERE id = ?", id)
	return row.v, err
}

// CaseByNumber finds a case by its number.
func (t *Tx) CaseByNumber(n rooms.CaseNumber) (rooms.Case, error) {
	row, err := get[doc[rooms.Case]](t, "SELECT data FROM cases WHERE number = ? AND number <> ''", n.String())
	return row.v, err
}

// CasesByID finds cases by their ids; one that is not there is left out.
func (t *Tx) CasesByID(ids []string) ([]rooms.Case, error) {
	rows, err := list[doc[rooms.Case]](t, "SELECT data FROM cases WHERE id IN "+in(len(ids)), anys(ids)...)
	return values(rows), err
}

// HeldOrFreed are the cases that are or were under a legal hold. It stands in the
// document: quotation marks within a text are escaped there.
func (t *Tx) HeldOrFreed() ([]rooms.Case, error) {
	rows, err := list[doc[rooms.Case]](t, `SELECT data FROM cases WHERE data LIKE '%"hold":{%'`)
	return values(rows), err
}

// CaseQuery asks for cases.
type CaseQuery struct {
	Courts []string // of these courts
	Sits   bool     // only with a hearing that Person sits in, or that they have entered
	Person string
	Text   string // in number, cause, parties; empty: any
	Limit  int
}

// Cases finds cases, newest first.
func (t *Tx) Cases(q CaseQuery) ([]rooms.Case, error) {
	query, args := "SELECT data FROM cases WHERE court IN "+in(len(q.Courts)), anys(q.Courts)
	if q.Sits {
		// Who has entered it stands in the document: quotation marks within a text are
		// escaped there, so that nothing else looks like it.
		query += ` AND (id IN (SELECT h.case_id FROM hearings h JOIN participants p ON p.hearing = h.id WHERE p.user_id = ? AND p.user_id <> '') OR data LIKE ? ESCAPE '\')`
		args = append(args, q.Person, `%"created_by":"`+likeEscaper.Replace(q.Person)+`"%`)
	}
	if key := rooms.SearchKey(q.Text); key != "" {
		query += ` AND search LIKE ? ESCAPE '\'`
		args = append(args, "%"+likeEscaper.Replace(key)+"%")
	}
	rows, err := list[doc[rooms.Case]](t, query+" ORDER BY created DESC, id LIMIT ?", append(args, q.Limit)...)
	return values(rows), err
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

// in is as many places for parameters, in brackets; none fit nothing.
func in(n int) string {
	if n == 0 {
		return "(NULL)"
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func values[T any](rows []doc[T]) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = r.v
	}
	return out
}

// HearingsOf are a case's hearings, in order.
func (t *Tx) HearingsOf(caseID string) ([]rooms.Hearing, error) {
	rows, err := list[doc[rooms.Hearing]](t, "SELECT data FROM hearings WHERE case_id = ? ORDER BY starts, id", caseID)
	return values(rows), err
}

// hearingRow keeps what is searched beside the whole.
type hearingRow struct {
	ID         string             `db:"id"`
	Case       *string            `db:"case_id"`
	Court      string             `db:"court"`
	Site       string             `db:"site"`
	State      string             `db:"state"`
	Starts     micros             `db:"starts"`
	Ends       micros             `db:"ends"`
	ExternalID string             `db:"external_id"`
	Version    int                `db:"version"`
	Data       doc[rooms.Hearing] `db:"data"`
}

// PutHearing adds or changes a hearing, with the events that made it what it
// is: ErrTaken if somebody else has changed it since it was read.
func (t *Tx) PutHearing(h rooms.Hearing, events []rooms.Event) error {
	before := h.Version - len(events)
	kept := h
	kept.History = nil // it has a table of its own
	row := hearingRow{h.ID, orNull(h.Case), h.Court, h.Site, string(h.State), at(h.Start), at(h.End()), h.ExternalID, h.Version, doc[rooms.Hearing]{kept}}
	if before == 0 {
		if err := t.put(`INSERT INTO hearings (id, case_id, court, site, state, starts, ends, external_id, version, data)
			VALUES (:id, :case_id, :court, :site, :state, :starts, :ends, :external_id, :version, :data)`, row); err != nil {
			return err
		}
	} else {
		n, err := t.exec(`UPDATE hearings SET case_id = ?, court = ?, site = ?, state = ?, starts = ?, ends = ?, external_id = ?, version = ?, data = ?
			WHERE id = ? AND version = ?`, row.Case, row.Court, row.Site, row.State, row.Starts, row.Ends, row.ExternalID, row.Version, row.Data, row.ID, before)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrTaken
		}
	}
	for _, e := range events {
		if _, err := t.exec("INSERT INTO hearing_events (hearing, version, at, data) VALUES (?, ?, ?, ?)", h.ID, e.Version, at(e.At), doc[rooms.Event]{e}); err != nil {
			return err
		}
	}
	return t.changedWho() // whose courtroom it is at that time
}

// Hearing finds a hearing with its history.
func (t *Tx) Hearing(id string) (rooms.Hearing, error) {
	row, err := get[doc[rooms.Hearing]](t, "SELECT data FROM hearings WHERE id = ?", id)
	if err != nil {
		return rooms.Hearing{}, err
	}
	events, err := list[doc[rooms.Event]](t, "SELECT data FROM hearing_events WHERE hearing = ? ORDER BY version", id)
	row.v.History = values(events)
	return row.v, err
}

// HearingByExternalID finds what the case system calls so, with its history.
func (t *Tx) HearingByExternalID(court, external string) (rooms.Hearing, error) {
	id, err := get[string](t, "SELECT id FROM hearings WHERE court = ? AND external_id = ? AND external_id <> ''", court, external)
	if err != nil {
		return rooms.Hearing{}, err
	}
	return t.Hearing(id)
}

// HearingQuery asks for hearings.
type HearingQuery struct {
	Courts   []string  // of these courts
	People   string    // or that this user sits in
	From, To time.Time // that overlap this time; zero: any
	Limit    int
}

// Hearings finds hearings without their history, in order of their start.
func (t *Tx) Hearings(q HearingQuery) ([]rooms.Hearing, error) {
	query, args := "SELECT data FROM hearings WHERE (court IN "+in(len(q.Courts))+" OR id IN (SELECT hearing FROM participants WHERE user_id = ? AND user_id <> ''))",
		append(anys(q.Courts), q.People)
	if !q.From.IsZero() {
		query += " AND ends > ?"
		args = append(args, at(q.From))
	}
	if !q.To.IsZero() {
		query += " AND starts < ?"
		args = append(args, at(q.To))
	}
	rows, err := list[doc[rooms.Hearing]](t, query+" ORDER BY starts, id LIMIT ?", append(args, q.Limit)...)
	return values(rows), err
}

// Sittings are hearings that overlap a time or are in progress, of all courts.
func (t *Tx) Sittings(from, to time.Time) ([]rooms.Hearing, error) {
	rows, err := list[doc[rooms.Hearing]](t, `SELECT data FROM hearings WHERE (ends > ? AND starts < ? AND state <> 'cancelled')
		OR state IN ('in_session', 'closed_session', 'off_record')`, at(from), at(to))
	return values(rows), err
}

// UnderWay are the hearings of all courts that have been opened and not closed, with
// their history.
func (t *Tx) UnderWay() ([]rooms.Hearing, error) {
	ids, err := list[string](t, "SELECT id FROM hearings WHERE state IN ('in_session', 'adjourned', 'closed_session', 'off_record') ORDER BY id")
	if err != nil {
		return nil, err
	}
	hearings := make([]rooms.Hearing, len(ids))
	for i, id := range ids {
		if hearings[i], err = t.Hearing(id); err != nil {
			return nil, err
		}
	}
	return hearings, nil
}

// Participants are a hearing's.
func (t *Tx) Participants(hearing string) ([]rooms.Participant, error) {
	rows, err := list[doc[rooms.Participant]](t, "SELECT data FROM participants WHERE hearing = ? ORDER BY id", hearing)
	return values(rows), err
}

// Participant finds one.
func (t *Tx) Participant(id string) (rooms.Participant, error) {
	row, err := get[doc[rooms.Participant]](t, "SELECT data FROM participants WHERE id = ?", id)
	return row.v, err
}

// PutParticipants makes a hearing's participants these: who is not among them
// any more loses their link.
func (t *Tx) PutParticipants(hearing string, people []rooms.Participant) error {
	have, err := t.Participants(hearing)
	if err != nil {
		return err
	}
	stay := map[string]bool{}
	for _, p := range people {
		stay[p.ID] = true
	}
	for _, p := range have {
		if stay[p.ID] {
			continue
		}
		if _, err := t.exec("DELETE FROM participants WHERE id = ?", p.ID); err != nil {
			return err
		}
	}
	for _, p := range people {
		n, err := t.exec(`INSERT INTO participants (id, hearing, user_id, part, data) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, part = excluded.part, data = excluded.data WHERE participants.hearing = excluded.hearing`,
			p.ID, hearing, p.User, string(p.Part), doc[rooms.Participant]{p})
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrTaken // the id is another hearing's participant
		}
	}
	return t.changedWho()
}
