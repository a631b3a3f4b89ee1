package store

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// AuditRow is an entry of the audit as its index keeps it.
type AuditRow struct {
	Node    string    `db:"node"` // id of the ledger
	N       uint64    `db:"n"`    // the entry's number in it
	Ref     string    `db:"ref"`  // id that it had in the outbox; empty: was not there
	At      time.Time `db:"-"`
	Who     string    `db:"who"`
	Name    string    `db:"name"`
	Action  string    `db:"action"`
	Kind    string    `db:"kind"`
	Object  string    `db:"object"`
	Court   string    `db:"court"`
	Outcome string    `db:"outcome"`
	Address string    `db:"address"`
	Data    string    `db:"data"` // the entry's body, JSON
}

type auditRow struct {
	AuditRow
	T micros `db:"at"`
}

// AuditQuery asks the index. Empty fields do not narrow.
type AuditQuery struct {
	Courts                       []string // of these courts
	NoCourt                      bool     // and of none
	Who, Object, Action, Outcome string
	Address                      string
	From, To                     time.Time // From <= at < To
	// Before continues after a page: its last entry.
	Before *AuditRow
	Limit  int
}

const auditColumns = "node, n, ref, at, who, name, action, kind, object, court, outcome, address, data"

// IndexAudit adds entries to the index, those that it has already stay, and
// takes them out of the outbox.
func (t *Tx) IndexAudit(entries []AuditRow) error {
	const several = 50 // a statement: 650 parameters
	for len(entries) > 0 {
		part := entries[:min(several, len(entries))]
		entries = entries[len(part):]
		args := make([]any, 0, 13*len(part))
		for _, e := range part {
			args = append(args, e.Node, int64(e.N), e.Ref, at(e.At), e.Who, e.Name, e.Action, e.Kind, e.Object, e.Court, e.Outcome, e.Address, e.Data)
		}
		rows := strings.TrimSuffix(strings.Repeat("(?,?,?,?,?,?,?,?,?,?,?,?,?),", len(part)), ",")
		if _, err := t.exec("INSERT INTO audit ("+auditColumns+") VALUES "+rows+" ON CONFLICT DO NOTHING", args...); err != nil {
			return err
		}
		for _, e := range part {
			if e.Ref == "" {
				continue
			}
			if _, err := t.exec("DELETE FROM outbox WHERE id = ?", e.Ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// AuditIndexed is the number of a ledger's last entry in the index.
func (t *Tx) AuditIndexed(node string) (uint64, error) {
	n, err := get[int64](t, "SELECT COALESCE(MAX(n), 0) FROM audit WHERE node = ?", node)
	return uint64(n), err
}

// fewCourts are asked one by one: each has its entries in order in the index,
// while of several at once all would have to be sorted.
const fewCourts = 32

// SearchAudit finds entries, newest first.
func (t *Tx) SearchAudit(q AuditQuery) ([]AuditRow, error) {
	courts := q.Courts
	if q.NoCourt {
		courts = append([]string{""}, courts...)
	}
	indexed := q.Who != "" || q.Object != ""
	if len(courts) < 2 || len(courts) > fewCourts || indexed {
		return t.searchAudit(q, courts, indexed || len(courts) > fewCourts)
	}
	var all []AuditRow
	for _, court := range courts {
		part, err := t.searchAudit(q, []string{court}, false)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	slices.SortFunc(all, func(a, b AuditRow) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Node, a.Node), cmp.Compare(b.N, a.N))
	})
	return all[:min(q.Limit, len(all))], nil
}

// searchAudit finds entries of some courts, or of all if none are given. aside
// keeps the courts' index out of it where another one serves better.
func (t *Tx) searchAudit(q AuditQuery, courts []string, aside bool) ([]AuditRow, error) {
	var where []string
	var args []any
	narrow := func(condition string, values ...any) {
		where = append(where, condition)
		args = append(args, values...)
	}
	if len(courts) > 0 {
		column := "court"
		if aside {
			column = "court || ''"
		}
		narrow(column+" IN "+in(len(courts)), anys(courts)...)
	}
	for column, value := range map[string]string{"who": q.Who, "object": q.Object, "action": q.Action, "outcome": q.Outcome, "address": q.Address} {
		if value != "" {
			narrow(column+" = ?", value)
		}
	}
	if !q.From.IsZero() {
		narrow("at >= ?", at(q.From))
	}
	if !q.To.IsZero() {
		narrow("at < ?", at(q.To))
	}
	if b := q.Before; b != nil {
		narrow("(at < ? OR (at = ? AND (node < ? OR (node = ? AND n < ?))))", at(b.At), at(b.At), b.Node, b.Node, int64(b.N))
	}
	query := "SELECT " + auditColumns + " FROM audit"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	rows, err := list[auditRow](t, query+" ORDER BY at DESC, node DESC, n DESC LIMIT ?", append(args, q.Limit)...)
	found := make([]AuditRow, len(rows))
	for i, r := range rows {
		found[i] = r.AuditRow
		found[i].At = r.T.Time
	}
	return found, err
}
