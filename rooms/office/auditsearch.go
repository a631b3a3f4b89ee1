package office

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"avhub/recorder/ledger"
	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// AuditQuery asks the audit. Empty fields do not narrow.
type AuditQuery struct {
	Who, Object, Action, Outcome, Address, Court string
	From, To                                     time.Time // From <= time < To
	After                                        string    // where the page before ended
	Limit                                        int       // 1 to 500; 0 means 100
}

// AuditEntry is an entry with its place in the ledger.
type AuditEntry struct {
	Ledger string `json:"ledger"`
	N      uint64 `json:"n"`
	audit.Entry
}

// AuditPage is a part of what was found, newest first.
type AuditPage struct {
	Items []AuditEntry `json:"items"`
	Next  string       `json:"next" doc:"to go on with; empty: that was all"`
}

// auditMost is the longest page.
const auditMost = 500

// SearchAudit finds entries of the courts whose audit is the caller's to read.
// Whoever reads that of the top court also finds what belongs to no court.
func (o *Office) SearchAudit(ctx context.Context, c Caller, q AuditQuery) (AuditPage, error) {
	page := AuditPage{Items: []AuditEntry{}}
	courts := o.courtsOf(c, rooms.ReadAudit)
	if _, err := o.mayAny(ctx, c, rooms.ReadAudit, courts); err != nil {
		return page, err
	}
	w := o.world.Load()
	ask := store.AuditQuery{Who: q.Who, Object: q.Object, Action: q.Action, Outcome: q.Outcome, Address: q.Address, From: q.From, To: q.To, Limit: q.Limit + 1}
	if q.Limit <= 0 {
		ask.Limit = 101
	}
	ask.Limit = min(ask.Limit, auditMost+1)
	all := len(courts) == len(w.courts)
	if q.Court != "" {
		if _, err := o.May(ctx, c, rooms.ReadAudit, rooms.CourtObject, q.Court); err != nil {
			return page, err
		}
		for id := range w.courts.Under(q.Court) {
			ask.Courts = append(ask.Courts, id)
		}
	} else if !all {
		ask.Courts = courts
	}
	if q.After != "" {
		before, err := cursorOf(q.After)
		if err != nil {
			return page, rooms.FieldError{Field: "after", Err: err}
		}
		ask.Before = &before
	}
	var rows []store.AuditRow
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.SearchAudit(ask)
		return err
	})
	if err != nil {
		return page, err
	}
	if len(rows) == ask.Limit {
		rows = rows[:ask.Limit-1]
		page.Next = cursor(rows[len(rows)-1])
	}
	for _, r := range rows {
		e := AuditEntry{Ledger: r.Node, N: r.N}
		if err := json.Unmarshal([]byte(r.Data), &e.Entry); err != nil {
			return page, fmt.Errorf("audit entry %d: %w", r.N, err)
		}
		page.Items = append(page.Items, e)
	}
	return page, nil
}

// cursor names the end of a page.
func cursor(r store.AuditRow) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s %d", r.At.UnixMicro(), r.Node, r.N))
}

func cursorOf(text string) (store.AuditRow, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	var r store.AuditRow
	var at int64
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d %s %d", &at, &r.Node, &r.N)
	}
	if err != nil {
		return r, errors.New("is none of the hub's: begin again without it")
	}
	r.At = time.UnixMicro(at).UTC()
	return r, nil
}

// exportMost is how many entries an export holds.
const exportMost = 100_000

// ExportAudit hands over all that is found, page by page. That it was exported
// is itself in the audit, before anything is handed over.
func (o *Office) ExportAudit(ctx context.Context, c Caller, q AuditQuery, take func([]AuditEntry) error) error {
	courts := o.courtsOf(c, rooms.ReadAudit)
	if _, err := o.mayAny(ctx, c, rooms.ReadAudit, courts); err != nil {
		return err
	}
	object := rooms.Object{Kind: rooms.CourtObject, ID: q.Court}
	if q.Court != "" {
		object.Courts = o.world.Load().courts.Path(q.Court)
	}
	entry := o.entry(c, rooms.ReadAudit, object, audit.Done)
	entry.Detail = map[string]string{"export": "csv", "who": q.Who, "object": q.Object, "action": q.Action, "from": timeText(q.From), "to": timeText(q.To)}
	if err := o.change(ctx, func(*store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, nil }); err != nil {
		return err
	}
	q.Limit = auditMost
	for sent := 0; sent < exportMost; {
		page, err := o.SearchAudit(ctx, c, q)
		if err != nil {
			return err
		}
		if err := take(page.Items); err != nil {
			return err
		}
		sent += len(page.Items)
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
	return nil
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// AuditHead is the newest signed head of this hub's ledger, to be kept
// elsewhere: it proves that nothing before it was cut off.
func (o *Office) AuditHead(ctx context.Context, c Caller) (ledger.Head, error) {
	if _, err := o.mayAny(ctx, c, rooms.ReadAudit, o.courtsOf(c, rooms.ReadAudit)); err != nil {
		return ledger.Head{}, err
	}
	return o.o.Audit.Head(), nil
}
