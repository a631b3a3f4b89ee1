package office

import (
	"context"
	"errors"
	"slices"

	"avhub/rooms"
	"avhub/rooms/chamber"
	"avhub/rooms/store"
)

// Device is a terminal of a hearing that is no browser but a source.
type Device struct {
	Attendee
	Source string
}

// Devices are the terminals of a hearing that are sources, for the hub's own work. One
// that could not be entered any more, since it stands elsewhere now, is left out.
func (o *Office) Devices(ctx context.Context, h rooms.Hearing) ([]Device, error) {
	var people []rooms.Participant
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		people, err = tx.Participants(h.ID)
		return err
	})
	var all []Device
	for _, p := range people {
		if p.Source != "" && o.checkTerminal(h, p.Source) == nil {
			all = append(all, Device{attendeeOf(p), p.Source})
		}
	}
	return all, err
}

// checkTerminal refuses a source as a terminal of a hearing that is none of its court's
// business: whoever enters participants must not see by it what they may not watch.
func (o *Office) checkTerminal(h rooms.Hearing, source string) error {
	f, ok := o.o.Facts(source)
	if !ok {
		return rooms.FieldError{Field: "source", Err: errors.New("is no source of this hub: take its id from the devices page")}
	}
	if f.Site != "" && f.Site == h.Site {
		return nil
	}
	if f.Kind != rooms.DetentionCentre && f.Kind != rooms.PrisonCourt {
		return rooms.FieldError{Field: "source", Err: errors.New("stands neither in the hearing's place nor in a detention centre or prison court")}
	}
	courts := o.world.Load().courts
	if !slices.Contains(courts.Path(h.Court), f.Court) && !slices.Contains(courts.Path(f.Court), h.Court) {
		return rooms.FieldError{Field: "source", Err: errors.New("belongs to another court")}
	}
	return nil
}

// checkTerminals checks those among participants that are sources.
func (o *Office) checkTerminals(h rooms.Hearing, people []rooms.Participant) error {
	for _, p := range people {
		if p.Source == "" {
			continue
		}
		if err := o.checkTerminal(h, p.Source); err != nil {
			return err
		}
	}
	return nil
}

// AttendChamber takes note that a device is there.
func (o *Office) AttendChamber(ctx context.Context, hearing string, by Attendee) error {
	return o.noteInChamber(ctx, hearing, by.Actor, chamber.Command{Kind: chamber.Enter, Title: by.Title})
}
