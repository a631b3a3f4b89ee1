package rooms

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	nine   = time.Date(2021, 3, 5, 1, 0, 0, 0, time.UTC) // 09:00 in Heihe
	zhao   = Actor{"u1", "赵审判长"}
	qian   = Actor{"u2", "钱审判员"}
	sun    = Actor{"u3", "孙书记员"}
	admin  = Actor{"u9", "管理员"}
	dayOne = 24 * time.Hour
)

// trialPlan is a public trial with presiding judge, judge, assessor and clerk.
func trialPlan() Plan {
	return Plan{
		Case: "c1", Court: "heihe", Site: "court-1", Kind: KindTrial, Title: "买卖合同纠纷", Start: nine, Minutes: 120, Public: true, Recorded: true, ExternalID: "ext-1",
		Panel: []Member{{zhao.User, zhao.Name, PartPresidingJudge}, {qian.User, qian.Name, PartJudge}, {"", "李陪审员", PartAssessor}, {sun.User, sun.Name, PartClerk}},
	}
}

// planOf is a plan for a room of any kind, led by zhao, with sun as its clerk.
func planOf(kind RoomKind) Plan {
	p := trialPlan()
	f := kind.Facts()
	p.Kind, p.Public, p.Recorded = kind, f.Gallery, f.Recording != RecordingByConsent
	p.Panel = []Member{{zhao.User, zhao.Name, f.Leads[0]}, {sun.User, sun.Name, PartClerk}}
	return p
}

func scheduled(t testing.TB, p Plan) Hearing {
	t.Helper()
	h, events, err := Schedule("h1", p, sun, nine.Add(-10*dayOne))
	if err != nil || len(events) != 1 || h.State != StateScheduled || h.Version != 1 {
		t.Fatalf("%+v, %v, %v", h, events, err)
	}
	return h
}

// do gives commands one after the other, a minute apart, and fails at the first
// that is refused.
func do(t testing.TB, h *Hearing, commands ...Command) {
	t.Helper()
	for _, c := range commands {
		at := h.ChangedAt.Add(time.Minute)
		if c.Kind == CommandOpen {
			at = nine
		}
		if _, err := h.Apply(zhao, c, at); err != nil {
			t.Fatalf("%s: %v", c.Kind, err)
		}
	}
}

// cmd is a command with all that it can need.
func cmd(kind CommandKind) Command {
	c := Command{Kind: kind, Why: "因故"}
	switch kind {
	case CommandPostpone:
		c.Start = nine.Add(7 * dayOne)
	case CommandChangePanel:
		c.Panel = []Member{{zhao.User, zhao.Name, PartPresidingJudge}, {sun.User, sun.Name, PartClerk}}
	}
	return c
}

// waysTo lead to each state.
var waysTo = map[HearingState][]CommandKind{
	StateScheduled:     {},
	StateWaiting:       {CommandPrepare},
	StateInSession:     {CommandPrepare, CommandOpen},
	StateAdjourned:     {CommandPrepare, CommandOpen, CommandAdjourn},
	StateClosedSession: {CommandPrepare, CommandOpen, CommandClosedSession},
	StateOffRecord:     {CommandPrepare, CommandOpen, CommandOffRecord},
	StateClosed:        {CommandPrepare, CommandOpen, CommandClose},
	StateFiled:         {CommandPrepare, CommandOpen, CommandClose, CommandFile},
	StateCancelled:     {CommandCancel},
}

// inState is a hearing of the kind in that state; ok is false if it has no such
// state.
func inState(t testing.TB, kind RoomKind, s HearingState) (h Hearing, ok bool) {
	t.Helper()
	h = scheduled(t, planOf(kind))
	for _, k := range waysTo[s] {
		if !kind.Knows(k) {
			return h, false
		}
		do(t, &h, cmd(k))
	}
	if h.State != s {
		t.Fatalf("%s: on the way to %s it is %s", kind, s, h.State)
	}
	return h, true
}

// The state machine as the court's table: a line a command, a column a state, and
// what comes of it. – is refused.
const expectedSteps = `
                 scheduled waiting    in_session     adjourned  closed_session off_record closed    filed cancelled
schedule         –         –          –              –          –              –          –         –     –
change           scheduled waiting    –              –          –              –          –         –     –
change_panel     scheduled waiting    –              adjourned  –              –          –         –     –
postpone         scheduled scheduled  –              adjourned  –              –          –         –     –
prepare          waiting   –          –              –          –              –          –         –     –
open             –         in_session –              –          –              –          –         –     –
adjourn          –         –          adjourned      –          adjourned      adjourned  –         –     –
resume           –         –          –              in_session in_session     in_session –         –     –
closed_session   –         –          closed_session –          –              –          –         –     –
off_record       –         –          off_record     –          –              –          –         –     –
start_recording  –         waiting    in_session     adjourned  –              –          –         –     –
stop_recording   –         waiting    in_session     adjourned  –              –          –         –     –
close            –         –          closed         closed     –              –          –         –     –
reopen           –         –          –              –          –              –          adjourned –     –
file             –         –          –              –          –              –          filed     –     –
cancel           cancelled cancelled  –              –          –              –          –         –     –
reinstate        –         –          –              –          –              –          –         –     scheduled
`

func TestEveryCommandInEveryState(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(expectedSteps), "\n")
	states := strings.Fields(lines[0])
	if len(states) != len(HearingStates) || len(lines)-1 != len(CommandKinds) {
		t.Fatalf("the table has %d states and %d commands, the code %d and %d", len(states), len(lines)-1, len(HearingStates), len(CommandKinds))
	}
	cells := 0
	for _, kind := range RoomKinds {
		for _, line := range lines[1:] {
			fields := strings.Fields(line)
			for i, state := range states {
				cells++
				step(t, kind, HearingState(state), CommandKind(fields[0]), fields[i+1])
			}
		}
	}
	t.Logf("%d cells", cells)
}

// step checks one cell of the table for one kind of room.
func step(t *testing.T, kind RoomKind, state HearingState, k CommandKind, want string) {
	h, ok := inState(t, kind, state)
	if !ok {
		return // the kind has no such state
	}
	before := h
	c := cmd(k)
	if k == CommandChange {
		p := h.Plan
		p.Title = "另案"
		c.Plan = &p
	}
	if k == CommandChangePanel {
		c.Panel = h.Panel
	}
	if k == CommandStartRecording && h.Recorded && want != "–" && kind.Knows(k) {
		do(t, &h, cmd(CommandStopRecording))
	}
	if k == CommandStopRecording && !h.Recorded && want != "–" && kind.Knows(k) {
		do(t, &h, cmd(CommandStartRecording))
	}
	version := h.Version
	events, err := h.Apply(zhao, c, h.ChangedAt.Add(time.Second))
	var stateErr StateError
	var ruleErr RuleError
	switch {
	case k == CommandSchedule:
		if got := fieldsOf(err); !slices.Equal(got, []string{"kind"}) {
			t.Errorf("%s is applied to a hearing that is there: %v", k, err)
		}
	case !kind.Knows(k):
		if !errors.As(err, &ruleErr) || ruleErr.Kind != kind || ruleErr.Command != k {
			t.Errorf("%s, %s: %s: %v", kind, state, k, err)
		}
	case want == "–":
		if !errors.As(err, &stateErr) || stateErr.State != state || stateErr.Command != k || !reflect.DeepEqual(h, before) {
			t.Errorf("%s, %s: %s: %v", kind, state, k, err)
		}
	case err != nil:
		t.Errorf("%s, %s: %s: %v, not %s", kind, state, k, err, want)
	default:
		e := events[0]
		if string(h.State) != want || len(events) != 1 || e.From != state || string(e.To) != want || e.Version != version+1 || h.Version != e.Version || e.By != zhao || e.At.IsZero() || e.Command != k {
			t.Errorf("%s, %s: %s: %s, not %s; %+v", kind, state, k, h.State, want, e)
		}
	}
	can := slices.Contains(state.Commands(kind), k)
	if can != (want != "–" && kind.Knows(k)) {
		t.Errorf("%s, %s: the list of commands has %s: %v", kind, state, k, can)
	}
}

func TestRefusalsSayWhatCanBeDone(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		kind    RoomKind
		state   HearingState
		command CommandKind
		want    string
	}{
		{KindTrial, StateClosed, CommandOpen, "a closed hearing cannot be opened: it can be reopened or filed"},
		{KindTrial, StateFiled, CommandReopen, "a filed hearing cannot be reopened: schedule another in the case"},
		{KindTrial, StateCancelled, CommandOpen, "a cancelled hearing cannot be opened: it can be reinstated"},
		{KindTrial, StateInSession, CommandOpen, "a hearing in session cannot be opened: it is so already"},
		{KindTrial, StateScheduled, CommandOpen, "a scheduled hearing cannot be opened: it can be changed, given another panel, postponed, prepared or cancelled"},
		{KindTrial, StateClosedSession, CommandClose, "a hearing in closed session cannot be closed: it can be adjourned or resumed"},
		{KindTrial, StateInSession, CommandCancel, "a hearing in session cannot be cancelled: it can be adjourned, taken into closed session, taken off the record or closed"},
		{KindConference, StateInSession, CommandClosedSession, "closed_session: a conference is never taken into closed session"},
		{KindInterrogation, StateInSession, CommandOffRecord, "off_record: an interrogation is never taken off the record"},
		{KindTrial, StateInSession, CommandStopRecording, "stop_recording: a trial is always recorded, from its opening to its closing"},
		{KindConference, StateInSession, CommandStartRecording, "start_recording: it is being recorded already"},
	} {
		h, _ := inState(t, x.kind, x.state)
		if _, err := h.Apply(zhao, cmd(x.command), nine.Add(dayOne)); err == nil || err.Error() != x.want {
			t.Errorf("%s, %s: %s: %v", x.kind, x.state, x.command, err)
		}
	}
	for s := range waysTo {
		if !s.Valid() || s.subject() == HearingState("").subject() {
			t.Errorf("%s has no words", s)
		}
	}
}

func TestTimesNeverRunBackwards(t *testing.T) {
	t.Parallel()
	h, _ := inState(t, KindTrial, StateInSession)
	last := h.ChangedAt
	events, err := h.Apply(zhao, Command{Kind: CommandAdjourn, Why: "休息"}, last.Add(-time.Hour))
	if err != nil || !events[0].At.Equal(last) || !events[0].ClockAt.Equal(last.Add(-time.Hour)) {
		t.Errorf("%+v, %v", events, err)
	}
	events, err = h.Apply(zhao, Command{Kind: CommandResume}, last.Add(time.Minute+1500).In(Shanghai))
	if want := last.Add(time.Minute + time.Microsecond); err != nil || events[0].At != want || !events[0].ClockAt.IsZero() {
		t.Errorf("%v, not %v, as it is kept: UTC and microseconds; %v", events[0].At, want, err)
	}
	if _, err = h.Apply(zhao, Command{Kind: CommandAdjourn, Why: "休息"}, time.Time{}); !slices.Equal(fieldsOf(err), []string{"at"}) {
		t.Error(err)
	}
}
