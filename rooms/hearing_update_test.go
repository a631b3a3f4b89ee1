package rooms

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// applyAll gives a hearing the commands of an update, in the clerk's name.
func applyAll(t *testing.T, h *Hearing, commands []Command) {
	t.Helper()
	for _, c := range commands {
		if _, err := h.Apply(sun, c, nine.Add(-dayOne)); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
	}
}

func TestTheCaseSystemSendsItsHearingsAgain(t *testing.T) {
	t.Parallel()
	moved := func(p *Plan) { p.Start = p.Start.Add(dayOne) }
	panel := []Member{{qian.User, qian.Name, PartJudge}}
	for name, x := range map[string]struct {
		state   HearingState
		edit    func(*Plan)
		changed []string
		command []CommandKind
		after   HearingState
	}{
		"the same":                      {StateScheduled, func(*Plan) {}, nil, nil, StateScheduled},
		"the same, another time zone":   {StateScheduled, func(p *Plan) { p.Start = p.Start.In(Shanghai).Add(20 * time.Second) }, nil, nil, StateScheduled},
		"the panel in another order":    {StateScheduled, func(p *Plan) { slices.Reverse(p.Panel) }, nil, nil, StateScheduled},
		"what it does not know":         {StateScheduled, func(p *Plan) { p.Panel, p.Site, p.Case, p.Recorded = nil, "", "", false }, nil, nil, StateScheduled},
		"a new title":                   {StateScheduled, func(p *Plan) { p.Title = "借款合同纠纷" }, []string{"title"}, []CommandKind{CommandChange}, StateScheduled},
		"a new day":                     {StateScheduled, moved, []string{"start"}, []CommandKind{CommandChange}, StateScheduled},
		"a new panel":                   {StateScheduled, func(p *Plan) { p.Panel = panel }, []string{"panel"}, []CommandKind{CommandChange}, StateScheduled},
		"the same to who waits":         {StateWaiting, func(*Plan) {}, nil, nil, StateWaiting},
		"a new title to who waits":      {StateWaiting, func(p *Plan) { p.Title = "借款合同纠纷" }, []string{"title"}, []CommandKind{CommandChange}, StateWaiting},
		"a new day to who waits":        {StateWaiting, moved, []string{"start"}, []CommandKind{CommandPostpone}, StateScheduled},
		"a new day and panel for those": {StateWaiting, func(p *Plan) { moved(p); p.Panel = panel }, []string{"start", "panel"}, []CommandKind{CommandPostpone, CommandChange}, StateScheduled},
		"the same to a closed one":      {StateClosed, func(*Plan) {}, nil, nil, StateClosed},
		"the same to a filed one":       {StateFiled, func(*Plan) {}, nil, nil, StateFiled},
	} {
		h, _ := inState(t, KindTrial, x.state)
		in := Incoming{Plan: planOf(KindTrial)}
		x.edit(&in.Plan)
		changes, commands, err := h.Update(in)
		fields := each(changes, func(c Change) string { return c.Field })
		kinds := each(commands, func(c Command) CommandKind { return c.Kind })
		if err != nil || len(fields)+len(x.changed) > 0 && !slices.Equal(fields, x.changed) || len(kinds)+len(x.command) > 0 && !slices.Equal(kinds, x.command) {
			t.Errorf("%s: %+v, %v, %v", name, changes, kinds, err)
			continue
		}
		applyAll(t, &h, commands)
		if h.State != x.after {
			t.Errorf("%s: it is %s, not %s", name, h.State, x.after)
		}
		if changes, commands, err := h.Update(in); changes != nil || commands != nil || err != nil {
			t.Errorf("%s: the second time it changes %+v, %+v, %v", name, changes, commands, err)
		}
	}
}

func TestNothingOutsideChangesWhatIsOnRecord(t *testing.T) {
	t.Parallel()
	for _, s := range HearingStates {
		h, _ := inState(t, KindTrial, s)
		before := h
		in := Incoming{Plan: planOf(KindTrial)}
		in.Site, in.Minutes = "court-2", 30
		_, commands, err := h.Update(in)
		var begun BegunError
		switch {
		case s.Begun():
			if !errors.As(err, &begun) || !slices.Equal(begun.Fields, []string{"site", "minutes"}) || !strings.Contains(err.Error(), "site, minutes") || commands != nil {
				t.Errorf("%s: %v, %v", s, commands, err)
			}
		case s == StateCancelled:
			if !errors.As(err, new(StateError)) || commands != nil {
				t.Errorf("%s: %v, %v", s, commands, err)
			}
		case err != nil:
			t.Errorf("%s: %v", s, err)
		}
		_, commands, err = h.Update(Incoming{Plan: in.Plan, Cancelled: true, Why: "撤诉"})
		switch {
		case s.Begun():
			if !errors.As(err, &begun) || commands != nil {
				t.Errorf("%s is cancelled from outside: %v, %v", s, commands, err)
			}
		case s == StateCancelled:
			if commands != nil || err != nil {
				t.Errorf("%s, cancelled again: %v, %v", s, commands, err)
			}
		default:
			applyAll(t, &h, commands)
			if h.State != StateCancelled || h.History[len(h.History)-1].Why != "撤诉" || err != nil {
				t.Errorf("%s, cancelled from outside: %s, %v", s, h.State, err)
			}
		}
		if s.Begun() && !reflect.DeepEqual(h, before) {
			t.Errorf("%s: it was changed", s)
		}
	}
}

func TestAnUpdateIsCheckedAsAPlanIs(t *testing.T) {
	t.Parallel()
	for _, s := range []HearingState{StateScheduled, StateWaiting, StateAdjourned} {
		h, _ := inState(t, KindTrial, s)
		in := Incoming{Plan: planOf(KindTrial)}
		in.Minutes, in.Court = 0, "aihui"
		if changes, commands, err := h.Update(in); !slices.Equal(fieldsOf(err), []string{"minutes", "court"}) || changes != nil || commands != nil {
			t.Errorf("%s: %v, %v, %v", s, changes, commands, err)
		}
	}
	// Two updates that cross: the second is told, and compares again.
	h, _ := inState(t, KindTrial, StateScheduled)
	in := Incoming{Plan: planOf(KindTrial)}
	in.Title = "甲"
	_, first, _ := h.Update(in)
	in.Title = "乙"
	_, second, _ := h.Update(in)
	applyAll(t, &h, first)
	if _, err := h.Apply(sun, second[0], nine); !errors.As(err, new(StaleError)) {
		t.Error(err)
	}
}
