package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// mail brings entries of the audit from the outbox to the ledger, each once:
// the request that wrote one delivers it, and what requests have left behind
// (a crash, a full disk, the command line) is collected. An entry leaves the
// outbox when it is in the index, in one transaction; so at start the index is
// first brought up to the ledger's end, and what is in the outbox after that
// is not in the ledger.
type mail struct {
	// emptying: nothing leaves the outbox while it is read for what is free in
	// it. What is read would else seem free when it has left.
	emptying sync.Mutex

	mu   sync.Mutex
	held map[string]bool // refs on their way, or in the ledger and not yet in the index
}

func (m *mail) hold(entries []audit.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range entries {
		m.held[e.Ref] = true
	}
}

func (m *mail) release(entries []audit.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range entries {
		delete(m.held, e.Ref)
	}
}

// take holds an entry unless it is held already.
func (m *mail) take(ref string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held[ref] {
		return false
	}
	m.held[ref] = true
	return true
}

// anyFree tells whether one of these is not held.
func (m *mail) anyFree(refs []string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(refs, func(ref string) bool { return !m.held[ref] })
}

// deliver writes held entries to the ledger.
func (o *Office) deliver(ctx context.Context, entries []audit.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	// What is committed is written whether the client waits or has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	if err := o.o.Audit.Write(ctx, entries...); err != nil {
		o.mail.release(entries) // they are collected later
		o.o.Log.Error("audit: an entry waits in the database", "err", err)
		return err
	}
	return nil
}

// collectMost is how many entries are collected at once.
const collectMost = 500

// collect delivers what was left in the outbox.
func (o *Office) collect(ctx context.Context) error {
	if o.o.Audit.Err() != nil || o.o.Audit.Behind() {
		return nil
	}
	entries, err := o.leftBehind(ctx)
	if err != nil {
		return err
	}
	return o.deliver(ctx, entries)
}

// leftBehind holds what nobody holds of the outbox.
func (o *Office) leftBehind(ctx context.Context) ([]audit.Entry, error) {
	o.mail.emptying.Lock()
	defer o.mail.emptying.Unlock()
	node := o.o.Audit.Ledger()
	var ids []string
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.Waiting(node, collectMost)
		return err
	})
	if err != nil || !o.mail.anyFree(ids) {
		return nil, err
	}
	var waiting []store.Outgoing
	err = o.o.Store.Change(ctx, func(tx *store.Tx) (err error) {
		waiting, err = tx.Claim(node, collectMost)
		return err
	})
	if err != nil {
		return nil, err
	}
	var entries []audit.Entry
	for _, w := range waiting {
		if !o.mail.take(w.ID) {
			continue
		}
		var e audit.Entry
		if err := json.Unmarshal([]byte(w.Data), &e); err != nil {
			o.o.Log.Error("audit: an entry in the outbox cannot be read", "id", w.ID, "err", err)
			continue
		}
		e.Ref = w.ID
		entries = append(entries, e)
	}
	return entries, nil
}

// record writes an entry that belongs to no change. A failure is in the log and
// in the metrics, and stops nothing. The entry then waits in the database until
// the ledger can be written again; if that fails too, it is lost.
func (o *Office) record(ctx context.Context, e audit.Entry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	err := o.o.Audit.Write(ctx, e)
	if err == nil {
		return
	}
	e.Ref = login.NewID()
	kept := o.o.Store.Change(ctx, func(tx *store.Tx) error { return send(tx, o.o.Audit.Ledger(), []audit.Entry{e}) })
	if kept != nil {
		o.lost.Add(1)
	}
	o.o.Log.Error("audit: not recorded", "who", e.Who.Name, "action", e.Action, "object", e.Object.ID, "outcome", e.Outcome, "waits", kept == nil, "err", errors.Join(err, kept))
}

// mendEvery is how often an audit that could not be written is tried.
const mendEvery = 2 * time.Second

// mend tries whether an audit that could not be written can be again. Its first
// entry then says for how long it could not, and how many are lost.
func (o *Office) mend(ctx context.Context) {
	now := time.Now()
	if o.o.Audit.Err() == nil {
		o.broken = time.Time{}
		return
	}
	if o.broken.IsZero() {
		o.broken = now
	} else if now.Sub(o.tried) < mendEvery {
		return
	}
	o.tried = now
	lost := o.lost.Load()
	e := o.ownEntry(audit.AuditResumed)
	e.Detail = map[string]string{"after": now.Sub(o.broken).Round(time.Second).String(), "lost": fmt.Sprint(lost)}
	if err := o.o.Audit.Try(ctx, e); err != nil {
		return // the ledger has said so
	}
	o.lost.Add(^(lost - 1))
	o.o.Log.Warn("the audit can be written again", "after", now.Sub(o.broken).Round(time.Second), "lost", lost)
	o.broken = time.Time{}
}

// ownEntry begins an entry about the hub itself.
func (o *Office) ownEntry(a rooms.Action) audit.Entry {
	return audit.Entry{Time: o.o.Now(), Who: audit.Who{Kind: audit.Hub, Name: "avhub"}, Action: a, Object: audit.Object{Kind: rooms.HubObject, ID: "hub"}, Court: o.world.Load().courts.Root(), Outcome: audit.Done}
}

// indexEvery is how fresh the audit's index is.
const indexEvery = 50 * time.Millisecond

// index brings entries from the ledger into the database.
func (o *Office) index(ctx context.Context) error {
	if o.o.Audit.Behind() {
		return o.catchUp(ctx)
	}
	for {
		entries := o.o.Audit.Take(indexMost)
		if len(entries) == 0 {
			return nil
		}
		if err := o.indexThese(ctx, entries); err != nil {
			o.o.Audit.Return(entries)
			return err
		}
	}
}

// indexMost is how many entries are indexed in one transaction.
const indexMost = 2000

// catchUp brings the index up from the files.
func (o *Office) catchUp(ctx context.Context) error {
	var after uint64
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		after, err = tx.AuditIndexed(o.o.Audit.Ledger())
		return err
	})
	if err != nil {
		return err
	}
	return o.o.Audit.CatchUp(after, func(entries []audit.Numbered) error { return o.indexThese(ctx, entries) })
}

func (o *Office) indexThese(ctx context.Context, entries []audit.Numbered) error {
	rows := make([]store.AuditRow, len(entries))
	for i, e := range entries {
		data, err := json.Marshal(e.Entry)
		if err != nil {
			return err
		}
		rows[i] = store.AuditRow{
			Node: o.o.Audit.Ledger(), N: e.N, Ref: e.Ref, At: e.Time, Who: e.Who.ID, Name: e.Who.Name, Action: string(e.Action),
			Kind: string(e.Object.Kind), Object: e.Object.ID, Court: e.Court, Outcome: string(e.Outcome), Address: e.Who.Address, Data: string(data),
		}
	}
	o.mail.emptying.Lock()
	defer o.mail.emptying.Unlock()
	if err := o.o.Store.Change(ctx, func(tx *store.Tx) error { return tx.IndexAudit(rows) }); err != nil {
		return err
	}
	held := make([]audit.Entry, len(entries))
	for i, e := range entries {
		held[i] = e.Entry
	}
	o.mail.release(held)
	return nil
}
