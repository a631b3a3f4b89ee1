package rooms

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	maxWhy     = 500 // characters
	maxEarlier = 100 // sittings of one hearing before the present one
)

// Apply gives the hearing a command. It changes the hearing and returns what
// happened, or changes nothing and returns why not: a [StateError], [RuleError],
// [AuthorityError], [StaleError] or [FieldError]s.
//
// Whether the actor may deal with hearings of this court at all is [May]'s
// question and was asked before. Apply asks what only the hearing knows: who sits
// on its panel. A member whose part has [PowerRun] opens, adjourns and closes; its
// clerk does so on the order of such a member, who is named in OrderedBy; nobody
// else does, administrators included.
//
// Times never run backwards. A command that comes with a time before the last
// event's (the clock was set back, or two machines differ) is entered at the last
// event's time, and the event keeps what the clock said in ClockAt.
func (h *Hearing) Apply(by Actor, c Command, at time.Time) ([]Event, error) {
	if err := errors.Join(by.check(), checkTime(at), checkLine("why", c.Why, maxWhy)); err != nil {
		return nil, err
	}
	r, ok := rules[c.Kind]
	if !ok {
		return nil, FieldError{"kind", fmt.Errorf("%q is no command to a hearing", cut(string(c.Kind)))}
	}
	if c.Version != 0 && c.Version != h.Version {
		return nil, StaleError{h.Version, c.Version}
	}
	if !h.Kind.Knows(c.Kind) {
		what := fmt.Sprintf("%s is never %s", h.Kind.withArticle(), r.words)
		if slices.Contains(noSwitch, c.Kind) {
			what = h.Kind.withArticle() + " is always recorded, from its opening to its closing"
		}
		return nil, RuleError{h.Kind, c.Kind, what}
	}
	to, ok := r.to[h.State]
	if !ok {
		return nil, StateError{h.State, c.Kind, h.Kind}
	}
	if err := h.allow(r.who, by, c); err != nil {
		return nil, err
	}
	if c.Why == "" && slices.Contains(r.why, h.State) {
		return nil, FieldError{"why", errors.New("give a reason: it goes to the case file")}
	}
	e := Event{Hearing: h.ID, Version: h.Version + 1, At: asKept(at), By: by, OrderedBy: c.OrderedBy, Command: c.Kind, Why: c.Why, From: h.State, To: to}
	if e.At.Before(h.ChangedAt) {
		e.ClockAt, e.At = e.At, h.ChangedAt
	}
	if err := h.fill(&e, c); err != nil {
		return nil, err
	}
	h.take(e)
	return []Event{e}, nil
}

// allow asks whether the actor has the authority.
func (h *Hearing) allow(who authority, by Actor, c Command) error {
	member, onPanel := h.Member(by.User)
	refuse := func(format string, args ...any) error {
		return AuthorityError{by.User, member.Part, c.Kind, fmt.Sprintf(format, args...)}
	}
	if c.OrderedBy != "" {
		if m, ok := h.Member(c.OrderedBy); !ok || !m.Part.Has(PowerRun) {
			return FieldError{"ordered_by", errors.New("is nobody on the panel who can give this order: name its judge")}
		}
	}
	lead, led := h.Leader()
	switch {
	case who == byPolicy:
		return nil
	case !led:
		return FieldError{"panel", fmt.Errorf("has nobody who leads: name one %s first", h.Kind.facts().Leads[0].facts().English)}
	case !onPanel:
		return refuse("only those on the hearing's panel can do this")
	case who == byLeader && lead.User != by.User:
		return refuse("only %s, who leads the hearing, can do this", lead.Name)
	case member.Part.Has(PowerRun):
		return nil
	case !member.Part.Has(PowerRunOnOrder):
		return refuse("a %s does not run the hearing", member.Part.facts().English)
	case c.OrderedBy == "":
		return refuse("a clerk does this on the order of a judge on the panel: ask, and name who gave it in ordered_by")
	}
	return nil
}

// fill puts into the event what the command brings, and checks it.
func (h *Hearing) fill(e *Event, c Command) error {
	next := h.Normal()
	switch c.Kind {
	case CommandChange:
		if c.Plan == nil {
			return FieldError{"plan", errors.New("is missing")}
		}
		next = c.Plan.Normal()
		if err := h.checkChange(next); err != nil {
			return inField("plan", err)
		}
	case CommandChangePanel:
		next.Panel = slices.Clone(c.Panel)
		if err := checkPanel(h.Kind.facts(), next.Panel); err != nil {
			return err
		}
		if h.State.Begun() && !next.led() {
			return FieldError{"panel", errors.New("has nobody who leads, but the hearing has begun")}
		}
	case CommandPostpone:
		if err := h.postponed(&next, c, e.At); err != nil {
			return err
		}
	case CommandStartRecording, CommandStopRecording:
		next.Recorded = c.Kind == CommandStartRecording
		if next.Recorded == h.Recorded {
			return RuleError{h.Kind, c.Kind, map[bool]string{true: "it is being recorded already", false: "it is not being recorded"}[h.Recorded]}
		}
		if next.Recorded && c.Why == "" && h.Kind.facts().Recording == RecordingByConsent {
			return FieldError{"why", errors.New("name those who agreed: without their consent nothing is recorded")}
		}
	case CommandClosedSession:
		if !h.Public {
			return RuleError{h.Kind, c.Kind, "the hearing is not public, so that no public has to leave: it goes on, recorded"}
		}
	}
	if c.KeepRecording && c.Kind != CommandClosedSession {
		return FieldError{"keep_recording", errors.New("goes with closed_session only")}
	}
	if planChanges[c.Kind] {
		p := next.Normal()
		e.Plan = &p
	}
	e.Recording = next.Recorded && (e.To == StateInSession || e.To == StateClosedSession && c.KeepRecording)
	return nil
}

// planChanges are the commands whose events bring the plan as it is from then on.
var planChanges = map[CommandKind]bool{
	CommandSchedule: true, CommandChange: true, CommandChangePanel: true, CommandPostpone: true,
	CommandStartRecording: true, CommandStopRecording: true,
}

func (p Plan) led() bool {
	_, ok := p.Leader()
	return ok
}

// checkChange checks a new plan against the old one.
func (h *Hearing) checkChange(next Plan) error {
	// What was agreed to in the room stays agreed.
	consent := h.Recorded && next.Recorded && h.Kind == next.Kind && next.Kind.facts().Recording == RecordingByConsent
	checked := next
	checked.Recorded = next.Recorded && !consent
	errs := []error{checked.Check()}
	if next.Court != h.Court {
		errs = append(errs, FieldError{"court", errors.New("stays as it is: cancel the hearing and schedule it there")})
	}
	if h.ExternalID != "" && next.ExternalID != h.ExternalID {
		errs = append(errs, FieldError{"external_id", errors.New("stays as it is")})
	}
	if h.State == StateWaiting {
		if !next.Start.Equal(h.Start) {
			errs = append(errs, FieldError{"start", errors.New("people are waiting already: postpone the hearing instead")})
		}
		if next.Kind != h.Kind {
			errs = append(errs, FieldError{"kind", errors.New("people are waiting already: cancel the hearing and schedule another")})
		}
	}
	return errors.Join(errs...)
}

// postponed is the plan for the new time.
func (h *Hearing) postponed(next *Plan, c Command, now time.Time) error {
	if len(h.Earlier) >= maxEarlier {
		return RuleError{h.Kind, c.Kind, fmt.Sprintf("it has been adjourned to another day %d times: close it, and schedule another in the case", maxEarlier)}
	}
	next.Start = c.Start
	if c.Minutes != 0 {
		next.Minutes = c.Minutes
	}
	if c.Site != "" {
		next.Site = c.Site
	}
	*next = next.Normal()
	checked := *next
	if checked.Kind.facts().Recording == RecordingByConsent {
		checked.Recorded = false
	}
	if err := checked.Check(); err != nil {
		return err
	}
	switch {
	case next.Start.Equal(h.Start):
		return FieldError{"start", errors.New("is the time that it had already")}
	case !next.Start.After(now):
		return FieldError{"start", errors.New("is past: choose a time to come")}
	}
	return nil
}
