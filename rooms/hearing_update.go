package rooms

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Incoming is a hearing as the case system, or a file, has it now. What it leaves
// empty (site, panel) stays as it is in the hub, and so does Recorded.
type Incoming struct {
	Plan
	Cancelled bool   `json:"cancelled,omitempty"`
	Why       string `json:"why,omitempty"` // for the events; empty: a standing sentence
}

// Change is one difference.
type Change struct {
	Field string `json:"field"` // as in JSON
	From  string `json:"from"`
	To    string `json:"to"`
}

// Update compares a hearing with what another system says of it, and returns the
// differences and the commands that make up for them, to be applied in their
// order. The same again gives none. A hearing that has begun is on record and is
// not changed: that gives a [BegunError] with the fields in question. One that was
// cancelled here but not there gives a [StateError]: people have to decide.
func (h Hearing) Update(in Incoming) ([]Change, []Command, error) {
	if in.Cancelled {
		return h.cancelled(in)
	}
	want := in.over(h.Plan)
	if err := h.checkChangeFrom(want); err != nil {
		return nil, nil, err
	}
	changes := Differences(h.Plan, want)
	switch {
	case h.State == StateCancelled:
		return changes, nil, StateError{h.State, CommandChange, h.Kind}
	case len(changes) == 0:
		return nil, nil, nil
	case h.State.Begun():
		return changes, nil, BegunError{h.State, each(changes, func(c Change) string { return c.Field })}
	}
	var commands []Command
	now := h.Plan
	if h.State == StateWaiting && !want.Start.Equal(h.Start) {
		// People who wait have to be told: back to scheduled, and then the rest.
		commands = append(commands, Command{Kind: CommandPostpone, Why: in.why(), Version: h.Version, Start: want.Start, Minutes: want.Minutes, Site: want.Site})
		now.Start, now.Minutes, now.Site = want.Start, want.Minutes, want.Site
	}
	if len(Differences(now, want)) > 0 {
		commands = append(commands, Command{Kind: CommandChange, Why: in.why(), Version: h.Version + len(commands), Plan: &want})
	}
	return changes, commands, nil
}

func (h Hearing) cancelled(in Incoming) ([]Change, []Command, error) {
	changes := []Change{{"state", string(h.State), string(StateCancelled)}}
	switch {
	case h.State == StateCancelled:
		return nil, nil, nil
	case h.State.Begun():
		return changes, nil, BegunError{h.State, []string{"state"}}
	}
	return changes, []Command{{Kind: CommandCancel, Why: in.why(), Version: h.Version}}, nil
}

// checkChangeFrom checks the plan unless nothing can come of it.
func (h Hearing) checkChangeFrom(want Plan) error {
	if h.State.Over() || len(Differences(h.Plan, want)) == 0 {
		return nil
	}
	was := h
	if h.State != StateScheduled {
		was.State = StateScheduled // what it will be when the change is applied
	}
	return was.checkChange(want)
}

func (in Incoming) why() string { return cmp.Or(in.Why, "案件系统变更") }

// over is the plan that the hearing is to have, given the one that it has.
func (in Incoming) over(have Plan) Plan {
	want := in.Plan
	want.Site = cmp.Or(want.Site, have.Site)
	want.Case = cmp.Or(want.Case, have.Case)
	if len(want.Panel) == 0 {
		want.Panel = have.Panel
	}
	want.Recorded = have.Recorded && want.Kind == have.Kind
	return want.Normal()
}

// Differences are the fields in which two plans differ. The order of the panel's
// members is none.
func Differences(have, want Plan) []Change {
	have, want = have.Normal(), want.Normal()
	var list []Change
	add := func(field, from, to string) {
		if from != to {
			list = append(list, Change{field, from, to})
		}
	}
	add("case", have.Case, want.Case)
	add("court", have.Court, want.Court)
	add("site", have.Site, want.Site)
	add("kind", string(have.Kind), string(want.Kind))
	add("title", have.Title, want.Title)
	add("start", have.Start.Format(time.RFC3339), want.Start.Format(time.RFC3339))
	add("minutes", strconv.Itoa(have.Minutes), strconv.Itoa(want.Minutes))
	add("public", strconv.FormatBool(have.Public), strconv.FormatBool(want.Public))
	add("recorded", strconv.FormatBool(have.Recorded), strconv.FormatBool(want.Recorded))
	add("panel", panelText(have.Panel), panelText(want.Panel))
	add("external_id", have.ExternalID, want.ExternalID)
	return list
}

// panelText is a panel in one line, the same whatever the order: "judge 李四 (u2)".
func panelText(panel []Member) string {
	lines := each(panel, func(m Member) string {
		s := string(m.Part) + " " + m.Name
		if m.User != "" {
			s += " (" + m.User + ")"
		}
		return s
	})
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}
