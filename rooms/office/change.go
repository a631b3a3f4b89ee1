package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// recordTimeout bounds how long something waits for the audit.
const recordTimeout = 5 * time.Second

// change makes a change and its entries of the audit in one transaction. f may
// run more than once; it returns the entries. Nothing changes where the audit
// cannot be written.
func (o *Office) change(ctx context.Context, f func(*store.Tx) ([]audit.Entry, error)) error {
	if err := o.o.Audit.Err(); err != nil {
		return fmt.Errorf("%w (%w)", ErrAudit, err)
	}
	var sent []audit.Entry
	err := o.o.Store.Change(ctx, func(tx *store.Tx) error {
		o.mail.release(sent) // of a run that was broken off
		entries, err := f(tx)
		if err != nil {
			return err
		}
		sent, err = o.post(tx, entries)
		return err
	})
	if err != nil {
		o.mail.release(sent)
		return err
	}
	defer o.o.Stirred()
	if err := o.deliver(ctx, sent); err != nil {
		return fmt.Errorf("%w (%w)", ErrAuditLate, err)
	}
	return o.refresh(ctx)
}

// post puts entries into the outbox, as this hub's own.
func (o *Office) post(tx *store.Tx, entries []audit.Entry) ([]audit.Entry, error) {
	sent := make([]audit.Entry, len(entries))
	for i, e := range entries {
		e.Ref = login.NewID()
		sent[i] = e
	}
	o.mail.hold(sent)
	return sent, send(tx, o.o.Audit.Ledger(), sent)
}

// Send puts entries into the outbox for whichever hub comes first, in the
// transaction of the change that they tell of: the command line has no ledger.
func Send(tx *store.Tx, entries ...audit.Entry) error {
	for i := range entries {
		entries[i].Ref = login.NewID()
	}
	return send(tx, "", entries)
}

// send puts entries into the outbox.
func send(tx *store.Tx, node string, entries []audit.Entry) error {
	for _, e := range entries {
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := tx.Send(store.Outgoing{ID: e.Ref, Node: node, At: e.Time, Data: string(data)}); err != nil {
			return err
		}
	}
	return nil
}

// refresh takes in what has changed, here or on another hub.
func (o *Office) refresh(ctx context.Context) error {
	var revision int64
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		revision, err = tx.Revision()
		return err
	})
	if err != nil {
		return err
	}
	if w := o.world.Load(); w != nil && w.revision == revision {
		return nil
	}
	if err := o.load(ctx); err != nil {
		return err
	}
	o.forget(revision)
	o.checkAll()
	return nil
}

// isGone tells whether a change failed because its object is not there.
func isGone(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknown
	}
	return err
}
