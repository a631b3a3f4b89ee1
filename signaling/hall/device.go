package hall

import (
	"context"
	"slices"
	"time"

	"avhub/media"
	"avhub/media/sources"
	"avhub/rooms"
	"avhub/rooms/chamber"
	"avhub/rooms/office"
)

// device is a terminal that is a source.
type device struct {
	office.Attendee
	since time.Time // a browser beside it is its loudspeaker
}

// terminals finds the sources that take part as terminals.
func (r *Room) terminals(ctx context.Context, s *state) error {
	all, err := r.hall.o.Office.Devices(ctx, s.hearing)
	if err != nil {
		return err
	}
	s.devices = map[string]device{}
	var ids []string
	for _, d := range all {
		x := device{Attendee: d.Attendee}
		r.mu.Lock()
		if seat := r.seats[d.Person]; seat != nil {
			x.since = seat.since
		}
		r.mu.Unlock()
		s.devices[d.Source] = x
		ids = append(ids, d.Source)
	}
	s.cameras = r.hall.o.Cameras(s.hearing.Site, ids)
	return nil
}

// attend has terminals come and go with their cameras: nobody sits at them who could.
// It tells whether somebody has.
func (r *Room) attend(ctx context.Context) (changed bool) {
	s := r.now.Load()
	for _, c := range s.cameras {
		d, ok := s.devices[c.ID]
		if !ok || s.facts.State.Over() || s.facts.State == rooms.StateScheduled {
			continue
		}
		there := isLive(c.Status.State) || c.Status.State == media.Idle
		p, known := s.room.Person(d.Person)
		r.mu.Lock()
		sits := r.seats[d.Person] != nil || !r.absent[d.Person].IsZero()
		r.mu.Unlock()
		var err error
		switch {
		case there && !(known && p.Here) && p.Place != chamber.Removed:
			err = r.hall.o.Office.AttendChamber(ctx, r.hearing, d.Attendee)
		case !there && known && p.Here && !sits:
			err = r.hall.o.Office.LeaveChamber(ctx, r.hearing, d.Actor)
		default:
			continue
		}
		changed = true
		if err != nil {
			r.hall.o.Log.Warn("room: a terminal is listed otherwise than it is", "hearing", r.hearing, "source", c.ID, "err", err)
		}
	}
	return changed
}

// hasBrowser tells whether a browser beside a device is its loudspeaker.
func (r *Room) hasBrowser(s *state, source string) bool {
	d, ok := s.devices[source]
	return ok && !d.since.IsZero()
}

// isDevice tells whether a person is a terminal that is a source: a browser of theirs is
// its loudspeaker, and sends nothing.
func (s *state) isDevice(person string) bool {
	for _, d := range s.devices {
		if d.Person == person {
			return true
		}
	}
	return false
}

// camera finds one that takes part.
func (s *state) camera(id string) (Camera, bool) {
	i := slices.IndexFunc(s.cameras, func(c Camera) bool { return c.ID == id })
	if i < 0 {
		return Camera{}, false
	}
	return s.cameras[i], true
}

// terminal is whose a camera is that does not stand in the hearing's place.
func (s *state) terminal(c Camera) (chamber.Person, bool) {
	if c.Here {
		return chamber.Person{}, false
	}
	return s.room.Person(s.devices[c.ID].Person)
}

// cameraHeard tells whether the room hears a camera's microphone.
func (s *state) cameraHeard(c Camera) bool {
	p, ok := s.terminal(c)
	return c.Here || ok && p.Heard()
}

// cameraSeen tells whether the room sees a camera.
func (s *state) cameraSeen(c Camera) bool {
	p, ok := s.terminal(c)
	return c.Here || ok && p.Seen()
}

// courtroom has it measured when somebody speaks before a camera.
func (r *Room) courtroom(s *state) {
	all := map[string]*media.Stream{}
	for _, c := range s.cameras {
		if line, err := r.hall.o.Line(c.ID, sources.Main); err == nil && isLive(c.Status.State) && s.cameraHeard(c) {
			all[c.ID] = line.Stream()
		}
	}
	r.party.Courtroom(all)
}
