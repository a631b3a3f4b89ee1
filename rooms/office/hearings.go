package office

import (
	"context"
	"errors"
	"slices"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// ErrStale says that somebody else was faster.
var ErrStale = errors.New("the hearing was changed meanwhile: look at it again")

// Hearing finds one with its history and participants.
func (o *Office) Hearing(ctx context.Context, c Caller, id string) (rooms.Hearing, []rooms.Participant, error) {
	if _, err := o.May(ctx, c, rooms.SeeHearing, rooms.HearingObject, id); err != nil {
		return rooms.Hearing{}, nil, err
	}
	var h rooms.Hearing
	var people []rooms.Participant
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		if h, err = tx.Hearing(id); err != nil {
			return err
		}
		people, err = tx.Participants(id)
		return err
	})
	if c.Principal.Guest != nil { // a guest learns who they are, not who else comes
		people = slices.DeleteFunc(people, func(p rooms.Participant) bool { return p.ID != c.Who.ID })
		h.History = nil
	}
	return h, people, isGone(err)
}

// actor is the caller as the court's rules name them.
func (c Caller) actor() rooms.Actor { return rooms.Actor{User: c.Principal.User, Name: c.FullName} }

// Schedule enters a hearing.
func (o *Office) Schedule(ctx context.Context, c Caller, p rooms.Plan) (rooms.Hearing, error) {
	h, events, err := o.schedule(ctx, c, p)
	if err != nil {
		return rooms.Hearing{}, err
	}
	err = o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		return []audit.Entry{o.hearingEntry(c, h, events[0])}, putNew(tx, h, events)
	})
	return h, o.tell(err, h)
}

// schedule checks a new hearing.
func (o *Office) schedule(ctx context.Context, c Caller, p rooms.Plan) (rooms.Hearing, []rooms.Event, error) {
	if _, err := o.mayObject(ctx, c, rooms.ManageHearing, o.plannedObject(p)); err != nil {
		return rooms.Hearing{}, nil, err
	}
	if err := o.checkPlan(ctx, p); err != nil {
		return rooms.Hearing{}, nil, err
	}
	return rooms.Schedule(login.NewID(), p, c.actor(), o.o.Now())
}

// plannedObject is what the policy asks about a hearing that is not there yet.
func (o *Office) plannedObject(p rooms.Plan) rooms.Object {
	return rooms.Object{Kind: rooms.HearingObject, Courts: o.world.Load().courts.Path(p.Court), Site: p.Site, People: panelUsers(p.Panel)}
}

func putNew(tx *store.Tx, h rooms.Hearing, events []rooms.Event) error {
	if err := tx.PutHearing(h, events); err != nil {
		return err
	}
	return tx.PutParticipants(h.ID, h.PanelParticipants(login.NewID))
}

func panelUsers(panel []rooms.Member) []string {
	var users []string
	for _, m := range panel {
		if m.User != "" {
			users = append(users, m.User)
		}
	}
	return users
}

// checkPlan checks what a plan names: court, site, case, people.
func (o *Office) checkPlan(ctx context.Context, p rooms.Plan) error {
	w := o.world.Load()
	var errs []error
	bad := func(field, text string) {
		errs = append(errs, rooms.FieldError{Field: field, Err: errors.New(text)})
	}
	if _, ok := w.courts[p.Court]; !ok {
		bad("court", rooms.ErrUnknownCourt.Error())
	}
	if s, ok := w.sites[p.Site]; p.Site != "" && (!ok || !w.courts.Under(p.Court)[s.Court]) {
		bad("site", "there is no such place at this court")
	}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		if p.Case != "" {
			found, err := tx.Case(p.Case)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if err != nil || found.Court != p.Court {
				bad("case", "there is no such case at this court")
			}
		}
		for _, user := range panelUsers(p.Panel) {
			u, err := tx.User(user)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if err != nil || u.Disabled {
				bad("panel", "there is no such user")
			}
		}
		return nil
	})
	return errors.Join(append(errs, err)...)
}

// Command does something to a hearing.
func (o *Office) Command(ctx context.Context, c Caller, id string, cmd rooms.Command) (rooms.Hearing, error) {
	if _, err := o.May(ctx, c, actionOf(cmd.Kind), rooms.HearingObject, id); err != nil {
		return rooms.Hearing{}, err
	}
	if err := o.checkCommand(ctx, id, cmd); err != nil {
		return rooms.Hearing{}, err
	}
	var h rooms.Hearing
	err := o.change(ctx, func(tx *store.Tx) (entries []audit.Entry, err error) {
		h, entries, err = o.apply(tx, c, id, []rooms.Command{cmd})
		return entries, err
	})
	return h, o.tell(err, h)
}

// actionOf is what the policy calls a command.
func actionOf(k rooms.CommandKind) rooms.Action {
	if running[k] {
		return rooms.RunHearing
	}
	return rooms.ManageHearing
}

// checkCommand checks what a command names: the plan, or the place and the
// people alone.
func (o *Office) checkCommand(ctx context.Context, id string, cmd rooms.Command) error {
	if cmd.Plan != nil {
		if err := o.checkPlan(ctx, *cmd.Plan); err != nil {
			return err
		}
	}
	if cmd.Site == "" && len(cmd.Panel) == 0 {
		return nil
	}
	var p rooms.Plan
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		h, err := tx.Hearing(id)
		p = rooms.Plan{Court: h.Court, Site: cmd.Site, Panel: cmd.Panel}
		return err
	})
	if err != nil {
		return hearingError(err)
	}
	return o.checkPlan(ctx, p)
}

// running are the commands of the bench; the others belong to the plan.
var running = map[rooms.CommandKind]bool{
	rooms.CommandOpen: true, rooms.CommandAdjourn: true, rooms.CommandResume: true, rooms.CommandClosedSession: true, rooms.CommandOffRecord: true,
	rooms.CommandStartRecording: true, rooms.CommandStopRecording: true, rooms.CommandClose: true, rooms.CommandReopen: true,
}

// apply applies commands to a hearing, in a transaction.
func (o *Office) apply(tx *store.Tx, c Caller, id string, commands []rooms.Command) (rooms.Hearing, []audit.Entry, error) {
	h, err := tx.Hearing(id)
	if err != nil {
		return h, nil, err
	}
	var entries []audit.Entry
	for _, cmd := range commands {
		panel := h.Panel
		events, err := h.Apply(c.actor(), cmd, o.o.Now())
		if err != nil {
			return h, nil, err
		}
		if err := tx.PutHearing(h, events); err != nil {
			return h, nil, err
		}
		if err := followHearing(tx, h, o.o.Now()); err != nil {
			return h, nil, err
		}
		if !slices.Equal(panel, h.Panel) {
			if err := putPanel(tx, h); err != nil {
				return h, nil, err
			}
		}
		for _, e := range events {
			entries = append(entries, o.hearingEntry(c, h, e))
		}
	}
	return h, entries, nil
}

func (o *Office) hearingEntry(c Caller, h rooms.Hearing, e rooms.Event) audit.Entry {
	entry := o.entry(c, actionOf(e.Command), o.hearingObject(h), audit.Done)
	entry.Object.Name, entry.Why = h.Title, e.Why
	entry.Detail = map[string]string{"command": string(e.Command), "to": string(e.To)}
	if e.From != "" {
		entry.Detail["from"] = string(e.From)
	}
	if e.OrderedBy != "" {
		entry.Detail["ordered_by"] = e.OrderedBy
	}
	return entry
}

func hearingError(err error) error {
	switch {
	case errors.Is(err, store.ErrTaken):
		return ErrStale
	case errors.Is(err, store.ErrNotFound):
		return ErrUnknown
	}
	return err
}
