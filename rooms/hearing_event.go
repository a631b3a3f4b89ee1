package rooms

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Event is something that happened to a hearing. Events are kept for good; the
// hearing is what they add up to.
type Event struct {
	Hearing string    `json:"hearing"`
	Version int       `json:"version"` // 1, 2, 3 …
	At      time.Time `json:"at"`      // never before the event before
	// ClockAt is what the clock said, where that was before the event before.
	ClockAt   time.Time    `json:"clock_at,omitzero"`
	By        Actor        `json:"by"`
	OrderedBy string       `json:"ordered_by,omitempty"` // user id of who gave the order, if by a clerk
	Command   CommandKind  `json:"command"`
	Why       string       `json:"why,omitempty"`
	From      HearingState `json:"from,omitempty"` // empty: the hearing is new
	To        HearingState `json:"to"`
	Recording bool         `json:"recording"`      // from now on the recorder must be running
	Plan      *Plan        `json:"plan,omitempty"` // as it is from now on, where it changed
}

// take makes the event part of the hearing. It holds no rule: what happened,
// happened.
func (h *Hearing) take(e Event) {
	if e.Plan != nil {
		p := *e.Plan
		p.Panel = slices.Clone(p.Panel)
		if e.Command == CommandPostpone && e.From.Begun() {
			h.Earlier = append(slices.Clip(h.Earlier), h.sat(e.At))
		}
		h.Plan = p
	}
	switch e.Command {
	case CommandOpen:
		h.OpenedAt = e.At
	case CommandClose:
		h.ClosedAt = e.At
	case CommandReopen:
		h.ClosedAt = time.Time{}
	}
	if len(h.History) == h.Version {
		h.History = append(slices.Clip(h.History), e)
	}
	h.ID, h.State, h.Version, h.ChangedAt, h.Recording = e.Hearing, e.To, e.Version, e.At, e.Recording
}

// sat is the sitting that has come to its end: it takes its place no longer than
// until then.
func (h *Hearing) sat(until time.Time) Sitting {
	taken := int((until.Sub(h.Start) + time.Minute - 1) / time.Minute)
	return Sitting{h.Start, min(max(taken, 1), h.Minutes), h.Site}
}

// ErrNoEvents says that there is nothing to replay.
var ErrNoEvents = errors.New("a hearing without events has never been scheduled")

// Replay makes a hearing from all its events, in their order. It refuses events
// that cannot have come about so: one is missing, stands twice, belongs to
// another hearing, or makes a step that the table of transitions does not know.
func Replay(events []Event) (Hearing, error) {
	var h Hearing
	for _, e := range events {
		if err := h.follows(e); err != nil {
			return Hearing{}, fmt.Errorf("event %d of hearing %s: %w", e.Version, cut(e.Hearing), err)
		}
		h.take(e)
	}
	if h.Version == 0 {
		return Hearing{}, ErrNoEvents
	}
	return h, nil
}

// follows checks that the event can be the next.
func (h *Hearing) follows(e Event) error {
	if e.Version != h.Version+1 {
		return fmt.Errorf("it stands where number %d belongs", h.Version+1)
	}
	if e.From != h.State {
		return fmt.Errorf("it leaves the state %q, but the hearing was in %q", e.From, h.State)
	}
	if e.At.Before(h.ChangedAt) {
		return errors.New("it is older than the one before")
	}
	if (e.Plan != nil) != planChanges[e.Command] {
		return fmt.Errorf("%s with a plan: %v", e.Command, e.Plan != nil)
	}
	if h.Version == 0 {
		if e.Command != CommandSchedule || e.To != StateScheduled {
			return fmt.Errorf("a hearing begins with %s, not with %s", CommandSchedule, e.Command)
		}
		return nil
	}
	if e.Hearing != h.ID {
		return fmt.Errorf("the others are of hearing %s", cut(h.ID))
	}
	if to, ok := rules[e.Command].to[h.State]; !ok || to != e.To {
		return fmt.Errorf("%s does not lead from %s to %s", e.Command, h.State, e.To)
	}
	return nil
}
