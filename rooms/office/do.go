package office

import (
	"context"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// Do lets somebody do what happens outside the database. The audit learns first that
// it is tried, and then what came of it: nothing is done where it cannot be written.
func (o *Office) Do(ctx context.Context, c Caller, a rooms.Action, kind rooms.ObjectKind, id string, detail map[string]string, do func() error) error {
	if _, err := o.May(ctx, c, a, kind, id); err != nil {
		return err
	}
	object, err := o.object(ctx, kind, id)
	if err != nil {
		return err
	}
	return o.attempt(ctx, o.entry(c, a, object, audit.Began), detail, do)
}

// attempt does something between two entries of the audit.
func (o *Office) attempt(ctx context.Context, entry audit.Entry, detail map[string]string, do func() error) error {
	entry.Detail = detail
	if err := o.change(ctx, func(*store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, nil }); err != nil {
		return err // not recorded, not done
	}
	err := do()
	entry.Time, entry.Outcome = o.o.Now(), audit.Done
	if err != nil {
		entry.Outcome, entry.Why = audit.Failed, err.Error()
	}
	o.record(ctx, entry)
	return err
}
