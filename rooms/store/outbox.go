package store

import "time"

// Outgoing is an entry of the audit on its way from the transaction of the
// change that it tells of to a hub's ledger.
type Outgoing struct {
	ID   string
	Node string // id of the ledger that takes it; empty: whichever comes first
	At   time.Time
	Data string // JSON
}

type outgoingRow struct {
	ID   string `db:"id"`
	Node string `db:"node"`
	At   micros `db:"at"`
	Data string `db:"data"`
}

// Send puts an entry into the outbox.
func (t *Tx) Send(o Outgoing) error {
	return t.put("INSERT INTO outbox (id, node, at, data) VALUES (:id, :node, :at, :data)", outgoingRow{o.ID, o.Node, at(o.At), o.Data})
}

// Claim takes the entries that nobody has taken for a ledger, and returns all
// that are its own, oldest first, up to a number.
func (t *Tx) Claim(node string, limit int) ([]Outgoing, error) {
	if _, err := t.exec("UPDATE outbox SET node = ? WHERE node = ''", node); err != nil {
		return nil, err
	}
	rows, err := list[outgoingRow](t, "SELECT id, node, at, data FROM outbox WHERE node = ? ORDER BY at, id LIMIT ?", node, limit)
	out := make([]Outgoing, len(rows))
	for i, r := range rows {
		out[i] = Outgoing{r.ID, r.Node, r.At.Time, r.Data}
	}
	return out, err
}

// Waiting are the ids of entries in the outbox that are a ledger's own or
// nobody's, oldest first, up to a number.
func (t *Tx) Waiting(node string, limit int) ([]string, error) {
	return list[string](t, "SELECT id FROM outbox WHERE node = ? OR node = '' ORDER BY at, id LIMIT ?", node, limit)
}
