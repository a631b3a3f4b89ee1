package office

import (
	"context"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// Ask is something that somebody wants to do outside the database.
type Ask struct {
	Action rooms.Action
	Kind   rooms.ObjectKind
	ID     string
	Reason string // kept in the audit; must be given where the policy ties the action to one
	Detail map[string]string
}

// mayFor asks the policy, and for the reason where one is asked for.
func (o *Office) mayFor(ctx context.Context, c Caller, a Ask) (rooms.Object, error) {
	d, err := o.May(ctx, c, a.Action, a.Kind, a.ID)
	if err != nil {
		return rooms.Object{}, err
	}
	if d.Limit == rooms.ReasonAsked || a.Reason != "" {
		if err := rooms.CheckReason("reason", a.Reason); err != nil {
			return rooms.Object{}, err
		}
	}
	return o.object(ctx, a.Kind, a.ID)
}

// DoFor is Do with a reason.
func (o *Office) DoFor(ctx context.Context, c Caller, a Ask, do func() error) error {
	object, err := o.mayFor(ctx, c, a)
	if err != nil {
		return err
	}
	entry := o.entry(c, a.Action, object, audit.Began)
	entry.Why = a.Reason
	return o.attempt(ctx, entry, a.Detail, do)
}

// Begin asks the policy about something that goes on, for which a reason may be asked,
// and which is not to happen unseen: it fails where the audit cannot take its
// beginning. end is called once as soon as it may not go on any more, and must not
// block. The caller calls done when it is over; tell says then what came of it.
func (o *Office) Begin(ctx context.Context, c Caller, a Ask, end func(), tell func() Told) (done func(), err error) {
	object, err := o.mayFor(ctx, c, a)
	if err != nil {
		return nil, err
	}
	entry := o.entry(c, a.Action, object, audit.Began)
	entry.Why, entry.Detail = a.Reason, a.Detail
	if err := o.change(ctx, func(*store.Tx) ([]audit.Entry, error) { return []audit.Entry{entry}, nil }); err != nil {
		return nil, err // not recorded, not done
	}
	x := &attendance{caller: c, action: a.Action, kind: a.Kind, id: a.ID, began: entry.Time, end: end, tell: tell}
	return o.attend(x), nil
}
