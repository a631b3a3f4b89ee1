package rooms

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
)

func TestAHearingSurvivesJSON(t *testing.T) {
	t.Parallel()
	for _, s := range HearingStates {
		h, _ := inState(t, KindTrial, s)
		raw, err := json.Marshal(h)
		var again Hearing
		if err := errors.Join(err, json.Unmarshal(raw, &again)); err != nil || !reflect.DeepEqual(again, h) {
			t.Errorf("%s\n%+v\n%+v, %v", raw, h, again, err)
		}
		// What is kept of it without its events goes on just the same.
		again.History = nil
		a, errA := h.Apply(zhao, cmd(CommandReopen), nine.Add(dayOne))
		b, errB := again.Apply(zhao, cmd(CommandReopen), nine.Add(dayOne))
		if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(errA, errB) || again.History != nil {
			t.Errorf("%s: %v, %v; %v, %v", s, a, errA, b, errB)
		}
	}
}

// The names in JSON are a promise to scripts and to what is kept.
func TestNamesInJSON(t *testing.T) {
	t.Parallel()
	h := scheduled(t, trialPlan())
	do(t, &h, cmd(CommandPrepare), cmd(CommandOpen), cmd(CommandAdjourn))
	h.Panel = h.Panel[:1]
	last := h.History[3]
	h.History = nil
	for _, x := range []struct {
		v    any
		want string
	}{
		{h, `{"id":"h1","case":"c1","court":"heihe","site":"court-1","kind":"trial","title":"买卖合同纠纷","start":"2021-03-05T01:00:00Z","minutes":120,"public":true,"recorded":true,` +
			`"panel":[{"user":"u1","name":"赵审判长","part":"presiding_judge"}],"external_id":"ext-1","state":"adjourned","version":4,"recording":false,` +
			`"changed_at":"2021-03-05T01:01:00Z","opened_at":"2021-03-05T01:00:00Z"}`},
		{last, `{"hearing":"h1","version":4,"at":"2021-03-05T01:01:00Z","by":{"user":"u1","name":"赵审判长"},"command":"adjourn","why":"因故","from":"in_session","to":"adjourned","recording":false}`},
		{Command{Kind: CommandClose, OrderedBy: "u1", Version: 4}, `{"kind":"close","ordered_by":"u1","version":4}`},
		{Participant{ID: "p1", Hearing: "h1", Name: "张三", Part: PartPlaintiff, Standing: StandingAppellant}, `{"id":"p1","hearing":"h1","name":"张三","part":"plaintiff","standing":"appellant"}`},
	} {
		if raw, err := json.Marshal(x.v); err != nil || string(raw) != x.want {
			t.Errorf("%s, not\n%s; %v", raw, x.want, err)
		}
	}
}

func TestReplayRefusesWhatCannotHaveHappened(t *testing.T) {
	t.Parallel()
	h, _ := inState(t, KindTrial, StateFiled)
	again, err := Replay(h.History)
	if err != nil || !reflect.DeepEqual(again, h) {
		t.Fatalf("%+v, %v", again, err)
	}
	if _, err := Replay(nil); !errors.Is(err, ErrNoEvents) {
		t.Error(err)
	}
	for name, spoil := range map[string]func([]Event) []Event{
		"the first is missing":     func(e []Event) []Event { return e[1:] },
		"one is missing":           func(e []Event) []Event { return slices.Delete(e, 2, 3) },
		"one stands twice":         func(e []Event) []Event { return slices.Insert(e, 2, e[1]) },
		"two are swapped":          func(e []Event) []Event { e[1], e[2] = e[2], e[1]; return e },
		"one of another hearing":   func(e []Event) []Event { e[2].Hearing = "h2"; return e },
		"it runs backwards":        func(e []Event) []Event { e[2].At = e[2].At.AddDate(-1, 0, 0); return e },
		"a step that is none":      func(e []Event) []Event { e[2].To = StateFiled; return e },
		"a command that is none":   func(e []Event) []Event { e[2].Command = "dance"; return e },
		"from where it never was":  func(e []Event) []Event { e[2].From = StateClosed; return e },
		"it begins with an open":   func(e []Event) []Event { e[0].Command = CommandOpen; return e },
		"it begins without a plan": func(e []Event) []Event { e[0].Plan = nil; return e },
		"a plan where none was":    func(e []Event) []Event { e[2].Plan = e[0].Plan; return e },
	} {
		if got, err := Replay(spoil(slices.Clone(h.History))); err == nil || got.Version != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
