package office

import (
	"context"

	"avhub/rooms"
	"avhub/rooms/audit"
)

// ChangeSource makes a change of a source, whose settings are kept elsewhere:
// before are its facts as they are (nil: a new one), after as they are to be
// (nil: it is removed). The audit learns first that it is tried, and then what
// came of it.
func (o *Office) ChangeSource(ctx context.Context, c Caller, id string, before, after *Facts, detail map[string]string, change func() error) error {
	w, now := o.world.Load(), o.o.Now()
	var object rooms.Object
	for _, f := range []*Facts{before, after} {
		if f == nil {
			continue
		}
		object = w.source(id, *f, now)
		if _, err := o.mayObject(ctx, c, rooms.ManageSource, object); err != nil {
			return err
		}
	}
	return o.attempt(ctx, o.entry(c, rooms.ManageSource, object, audit.Began), detail, change)
}

// Probed records that the hub connects to an address that a caller has named; it
// is to be without a password.
func (o *Office) Probed(ctx context.Context, c Caller, source, address string) {
	e := o.entry(c, rooms.ManageSource, rooms.Object{Kind: rooms.SourceObject, ID: source}, audit.Done)
	e.Detail = map[string]string{"probe": address}
	o.record(ctx, e)
}

// MayAnywhere asks whether a caller may do an action at any court.
func (o *Office) MayAnywhere(ctx context.Context, c Caller, a rooms.Action) (rooms.Decision, error) {
	return o.mayAny(ctx, c, a, o.courtsOf(c, a))
}

// Look asks whether a caller may take a single picture of a source, and records
// that they did.
func (o *Office) Look(ctx context.Context, c Caller, id string) error {
	if _, err := o.May(ctx, c, rooms.Snapshot, rooms.SourceObject, id); err != nil {
		return err
	}
	object, err := o.object(ctx, rooms.SourceObject, id)
	if err != nil {
		return err
	}
	o.record(ctx, o.entry(c, rooms.Snapshot, object, audit.Done))
	return nil
}

// Sees tells whether an event goes to a caller, who may have lost roles since
// they began to follow.
func (o *Office) Sees(ctx context.Context, c Caller, a rooms.Action, object rooms.Object, facts *Facts) bool {
	now := o.o.Now()
	current, alive, err := o.again(ctx, c.key, now)
	if err != nil || !alive {
		return false
	}
	if facts != nil {
		object = o.world.Load().source(object.ID, *facts, now)
	}
	return o.decide(current, a, object).OK
}

// Abilities tells which actions are a caller's anywhere, for menus.
func (o *Office) Abilities(c Caller) map[rooms.Action]bool {
	w := o.world.Load()
	may := map[rooms.Action]bool{}
	for _, a := range rooms.Actions {
		object := rooms.Object{Kind: rooms.HubObject}
		may[a] = o.decide(c, a, object).OK
		for _, g := range c.Principal.Grants {
			object = rooms.Object{Kind: rooms.CourtObject, Courts: w.courts.Path(g.Court), SiteKind: rooms.CommandCentre, People: []string{c.Principal.User}}
			if len(g.Sites) > 0 {
				object.Site = g.Sites[0]
			}
			may[a] = may[a] || o.decide(c, a, object).OK
		}
		if g := c.Principal.Guest; g != nil {
			may[a] = o.decide(c, a, rooms.Object{Kind: rooms.HearingObject, ID: g.Hearing}).OK ||
				o.decide(c, a, rooms.Object{Kind: rooms.RecordingObject, Hearing: g.Hearing, Over: true}).OK
		}
	}
	return may
}

// Name is who the caller is, in one word that is nobody else's.
func (c Caller) Name() string { return string(c.Who.Kind) + ":" + c.Who.ID + ":" + c.Who.Token }
