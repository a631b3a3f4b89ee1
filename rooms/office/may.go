package office

import (
	"context"
	"errors"
	"slices"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
)

// May asks the policy, and records a refusal. The error is a *Denied, or
// ErrUnknown for an object that is not there.
func (o *Office) May(ctx context.Context, c Caller, a rooms.Action, kind rooms.ObjectKind, id string) (rooms.Decision, error) {
	c.Free() // asked, whatever the answer
	if !c.Known() {
		return rooms.Decision{}, &Denied{Action: a, Kind: kind, ID: id, Stranger: true}
	}
	if c.Stage != login.Full { // not even whether there is such an object
		return o.mayObject(ctx, c, a, rooms.Object{Kind: kind, ID: id})
	}
	object, err := o.object(ctx, kind, id)
	if errors.Is(err, ErrUnknown) {
		// The same answer as for an object that is hidden. Who tries many ids leaves
		// a trace, though not one for each.
		e := o.entry(c, a, rooms.Object{Kind: kind}, audit.Denied)
		e.Why = "there is no such thing"
		o.refuse(ctx, e)
		return rooms.Decision{}, &Denied{Action: a, Kind: kind, ID: id, Hidden: true}
	}
	if err != nil {
		return rooms.Decision{}, err
	}
	return o.mayObject(ctx, c, a, object)
}

// mayObject asks about an object whose facts are known.
func (o *Office) mayObject(ctx context.Context, c Caller, a rooms.Action, object rooms.Object) (rooms.Decision, error) {
	c.Free()
	d := o.decide(c, a, object)
	if d.OK {
		return d, nil
	}
	denied := &Denied{Action: a, Kind: object.Kind, ID: object.ID, Stranger: !c.Known(), Stage: c.Known() && c.Stage != login.Full}
	if see, ok := seen[object.Kind]; ok && !denied.Stranger && !denied.Stage {
		denied.Hidden = !o.decide(c, see, object).OK
	}
	o.refuse(ctx, o.entry(c, a, object, audit.Denied))
	return d, denied
}

// Inside tells whether somebody is logged in, and not by half: what they may see
// is left to each thing.
func (o *Office) Inside(c Caller) error {
	c.Free()
	if c.Stage != login.Full {
		return &Denied{Stranger: !c.Known(), Stage: c.Known()}
	}
	return nil
}

// decide asks the policy and nothing else. A log-in that is not complete is
// good for nothing, not even for one's own account: who knows a password could
// turn the second factor off with it.
func (o *Office) decide(c Caller, a rooms.Action, object rooms.Object) rooms.Decision {
	if !c.Known() || c.Stage != login.Full {
		return rooms.Decision{}
	}
	return rooms.May(c.Principal, a, object)
}

// seen is the action that tells of an object that it is there.
var seen = map[rooms.ObjectKind]rooms.Action{
	rooms.SourceObject:    rooms.SeeStatus,
	rooms.HearingObject:   rooms.SeeHearing,
	rooms.CaseObject:      rooms.SeeHearing,
	rooms.RecordingObject: rooms.SeeRecording,
}

// Can tells whether a caller may, for lists and pages: it records nothing.
func (o *Office) Can(ctx context.Context, c Caller, a rooms.Action, kind rooms.ObjectKind, id string) bool {
	c.Free()
	object, err := o.object(ctx, kind, id)
	return err == nil && o.decide(c, a, object).OK
}

// object finds the facts about an object.
func (o *Office) object(ctx context.Context, kind rooms.ObjectKind, id string) (rooms.Object, error) {
	w := o.world.Load()
	switch kind {
	case rooms.HubObject:
		return rooms.Object{Kind: kind, ID: "hub"}, nil
	case rooms.CourtObject:
		return rooms.Object{Kind: kind, ID: id, Courts: w.courts.Path(id)}, nil
	case rooms.SourceObject:
		f, ok := o.o.Facts(id)
		if !ok {
			return rooms.Object{}, ErrUnknown
		}
		return w.source(id, f, o.o.Now()), nil
	case rooms.HearingObject, rooms.CaseObject:
		return o.courtObject(ctx, kind, id)
	case rooms.RecordingObject:
		if o.o.Recordings == nil {
			return rooms.Object{}, ErrUnknown
		}
		f, ok := o.o.Recordings(id)
		if !ok {
			return rooms.Object{}, ErrUnknown
		}
		return o.recordingObject(id, f, func(hearing string) (rooms.Object, error) { return o.courtObject(ctx, rooms.HearingObject, hearing) })
	}
	return rooms.Object{}, ErrUnknown
}

// Scope is what a caller may do an action on: the courts, with all under them.
func (o *Office) courtsOf(c Caller, a rooms.Action) []string {
	w := o.world.Load()
	var ids []string
	for id := range w.courts {
		if o.decide(c, a, rooms.Object{Kind: rooms.CourtObject, ID: id, Courts: w.courts.Path(id)}).OK {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// home is the court that a person's own doings (logging in, their tokens) are
// filed under: that of their first role.
func home(grants []rooms.Grant) string {
	if len(grants) == 0 {
		return ""
	}
	return grants[0].Court
}

// entry begins an entry of the audit.
func (o *Office) entry(c Caller, a rooms.Action, object rooms.Object, outcome audit.Outcome) audit.Entry {
	court := home(c.Principal.Grants)
	if n := len(object.Courts); n > 0 {
		court = object.Courts[n-1]
	}
	return audit.Entry{Time: o.o.Now(), Who: c.Who, Action: a, Object: audit.Object{Kind: object.Kind, ID: object.ID}, Court: court, Outcome: outcome}
}
