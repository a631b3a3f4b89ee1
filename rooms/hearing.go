package rooms

import (
	"errors"
	"time"
)

// Hearing is a sitting in a case 庭审, or a meeting: its plan, and where it stands.
// It changes by commands only ([Hearing.Apply]), each of which leaves an event, and
// its events make the same hearing again ([Replay]).
type Hearing struct {
	ID string `json:"id"` // random, never given twice
	Plan
	State   HearingState `json:"state"`
	Version int          `json:"version"` // number of events so far
	// Recording: the recorder must be running now.
	Recording bool      `json:"recording"`
	ChangedAt time.Time `json:"changed_at"` // time of the last event
	OpenedAt  time.Time `json:"opened_at,omitzero"`
	ClosedAt  time.Time `json:"closed_at,omitzero"`
	// Earlier are the times and places of a hearing that was adjourned to another
	// day, before the one in the plan.
	Earlier []Sitting `json:"earlier,omitempty"`
	// History is all events, or none where it was not loaded.
	History []Event `json:"history,omitempty"`
}

// Sitting is a time and a place for a hearing.
type Sitting struct {
	Start   time.Time `json:"start"`
	Minutes int       `json:"minutes"`
	Site    string    `json:"site,omitempty"`
}

// End is when the sitting is planned to end.
func (s Sitting) End() time.Time { return s.Start.Add(time.Duration(s.Minutes) * time.Minute) }

// Actor is who gives a command.
type Actor struct {
	User string `json:"user"` // user id
	Name string `json:"name"` // as it was then
}

// Schedule makes a hearing, with its first event. What is wrong with the plan
// comes as [FieldError]s.
func Schedule(id string, p Plan, by Actor, at time.Time) (Hearing, []Event, error) {
	p = p.Normal()
	if err := errors.Join(checkRef("id", id), by.check(), checkTime(at), p.Check()); err != nil {
		return Hearing{}, nil, err
	}
	e := Event{Hearing: id, Version: 1, At: asKept(at), By: by, Command: CommandSchedule, To: StateScheduled, Plan: &p}
	var h Hearing
	h.take(e)
	return h, []Event{e}, nil
}

// GalleryWatches tells whether the public sees and hears the hearing now: it is
// public and in open session.
func (h Hearing) GalleryWatches() bool { return h.Public && h.State == StateInSession }

// People are the user ids of those on the panel.
func (h Hearing) People() []string {
	var users []string
	for _, m := range h.Panel {
		if m.User != "" {
			users = append(users, m.User)
		}
	}
	return users
}

// PanelParticipants are the members of the panel as participants; id gives each
// a new id.
func (h Hearing) PanelParticipants(id func() string) []Participant {
	return each(h.Panel, func(m Member) Participant {
		return Participant{ID: id(), Hearing: h.ID, Name: m.Name, Part: m.Part, User: m.User}
	})
}

func (a Actor) check() error {
	return errors.Join(checkRef("by.user", a.User), CheckName("by.name", a.Name))
}

func checkTime(at time.Time) error {
	if at.IsZero() {
		return FieldError{"at", errors.New("is missing")}
	}
	return nil
}

// asKept is a time as databases keep it: UTC, microseconds.
func asKept(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
