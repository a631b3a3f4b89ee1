package rooms

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// recorded tells a hearing's recording: what happens at which minute after the
// opening, and the spans and interruptions that come of it.
func TestWhatIsOnRecord(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		kind   RoomKind
		script string // minute command, the clerk's on zhao's order with a *
		want   string
	}{
		"from opening to closing": {KindTrial, "0 open, 60 close, 70 file", "on 0-60"},
		"before its opening":      {KindTrial, "", ""},
		"in session":              {KindTrial, "0 open", "on 0-"},
		"a break":                 {KindTrial, "0 open, 10 adjourn, 20 resume, 60 close", "on 0-10, on 20-60, adjournment 10-20 by 赵审判长"},
		"a break that lasts":      {KindTrial, "0 open, 10 adjourn", "on 0-10, adjournment 10- by 赵审判长"},
		"a break until next week": {KindTrial, "0 open, 10 adjourn, 11 change_panel, 12 postpone, 10080 resume, 10100 close", "on 0-10, on 10080-10100, adjournment 10-10080 by 赵审判长"},
		"closed in the break":     {KindTrial, "0 open, 10 adjourn, 20 close", "on 0-10, adjournment 10-20 by 赵审判长"},
		"evidence":                {KindTrial, "0 open, 10 closed_session*, 20 resume, 60 close", "on 0-10, on 20-60, closed_evidence 10-20 by 孙书记员 for u1"},
		"evidence, recorded":      {KindTrial, "0 open, 10 closed_session+, 20 resume, 60 close", "on 0-60"},
		"evidence, then a break":  {KindTrial, "0 open, 10 closed_session, 20 adjourn, 30 resume, 60 close", "on 0-10, on 30-60, closed_evidence 10-20 by 赵审判长, adjournment 20-30 by 赵审判长"},
		"recorded, then a break":  {KindTrial, "0 open, 10 closed_session+, 20 adjourn, 30 resume, 60 close", "on 0-20, on 30-60, adjournment 20-30 by 赵审判长"},
		"mediation in a trial":    {KindTrial, "0 open, 10 off_record, 40 resume, 60 close", "on 0-10, on 40-60, mediation 10-40 by 赵审判长"},
		"closed too early":        {KindTrial, "0 open, 50 close, 51 reopen, 53 resume, 60 close", "on 0-50, on 53-60, closing 50-51 by 赵审判长, adjournment 51-53 by 赵审判长"},
		"reopened for nothing":    {KindTrial, "0 open, 50 close, 51 reopen, 53 close", "on 0-50, closing 50-51 by 赵审判长, adjournment 51-53 by 赵审判长"},
		"all at once":             {KindTrial, "0 open, 0 adjourn, 0 resume, 0 close", "on 0-0, on 0-0, adjournment 0-0 by 赵审判长"},
		"a mediation":             {KindMediation, "0 open, 60 close", ""},
		"a mediation, agreed":     {KindMediation, "0 open, 10 start_recording, 30 adjourn, 40 resume, 50 stop_recording, 55 adjourn, 60 close", "on 10-30, on 40-50, adjournment 30-40 by 赵审判长, by_choice 50-55 by 赵审判长, adjournment 55-60 by 赵审判长"},
		"agreed while waiting":    {KindMediation, "-5 start_recording, 0 open, 60 close", "on 0-60"},
		"agreed in the break":     {KindMediation, "0 open, 5 adjourn, 8 start_recording, 10 resume, 60 close", "on 10-60"},
		"a conference":            {KindConference, "0 open, 10 stop_recording, 20 start_recording, 60 close", "on 0-10, on 20-60, by_choice 10-20 by 赵审判长"},
		"not recorded any more":   {KindConference, "0 open, 10 adjourn, 15 stop_recording, 20 resume, 60 close", "on 0-10, adjournment 10-20 by 赵审判长, by_choice 20-60 by 赵审判长"},
		"an interrogation":        {KindInterrogation, "0 open, 60 close", "on 0-60"},
	} {
		h := scheduled(t, planOf(x.kind))
		do(t, &h, cmd(CommandPrepare))
		for _, step := range strings.Split(x.script, ", ") {
			if step == "" {
				continue
			}
			var minute int
			var word string
			if _, err := fmt.Sscan(step, &minute, &word); err != nil {
				t.Fatal(name, err)
			}
			c, by := cmd(CommandKind(strings.TrimRight(word, "*+"))), zhao
			c.KeepRecording = strings.HasSuffix(word, "+")
			if strings.HasSuffix(word, "*") {
				c.OrderedBy, by = zhao.User, sun
			}
			if _, err := h.Apply(by, c, nine.Add(time.Duration(minute)*time.Minute)); err != nil {
				t.Fatalf("%s: %s: %v", name, step, err)
			}
		}
		if got := record(h.History); got != x.want {
			t.Errorf("%s:\n%s, not\n%s", name, got, x.want)
		}
	}
}

func record(events []Event) string {
	minute := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return fmt.Sprint(at.Sub(nine).Minutes())
	}
	var list []string
	for _, s := range RecordedSpans(events) {
		list = append(list, fmt.Sprintf("on %s-%s", minute(s.From), minute(s.To)))
	}
	for _, i := range Interruptions(events) {
		s := fmt.Sprintf("%s %s-%s by %s", i.Reason, minute(i.From), minute(i.To), i.By.Name)
		if i.OrderedBy != "" {
			s += " for " + i.OrderedBy
		}
		list = append(list, s)
	}
	return strings.Join(list, ", ")
}

func TestRecordingByConsent(t *testing.T) {
	t.Parallel()
	h, _ := inState(t, KindMediation, StateInSession)
	if h.Recording {
		t.Error("a mediation is recorded and nobody agreed")
	}
	if _, err := h.Apply(zhao, Command{Kind: CommandStartRecording}, nine.Add(time.Hour)); !slices.Equal(fieldsOf(err), []string{"why"}) {
		t.Errorf("it is recorded and nobody is named who agreed: %v", err)
	}
	do(t, &h, Command{Kind: CommandStartRecording, Why: "张三、李四同意"})
	if !h.Recording {
		t.Error("all agreed, and it is not recorded")
	}
	// What is agreed stays so when the hearing is adjourned to another day.
	do(t, &h, cmd(CommandAdjourn), cmd(CommandPostpone), cmd(CommandResume))
	if !h.Recording {
		t.Error("another day it is not recorded")
	}
	// A plan that is changed while people wait keeps what they agreed to.
	h, _ = inState(t, KindMediation, StateWaiting)
	do(t, &h, cmd(CommandStartRecording))
	p := h.Plan
	p.Title = "劳务合同纠纷"
	do(t, &h, Command{Kind: CommandChange, Plan: &p}, cmd(CommandOpen))
	if !h.Recording || h.Title != p.Title {
		t.Errorf("%+v", h)
	}
	// The recorder is kept on in a closed session only.
	h, _ = inState(t, KindTrial, StateInSession)
	if _, err := h.Apply(zhao, Command{Kind: CommandAdjourn, Why: "休息", KeepRecording: true}, nine.Add(time.Hour)); !slices.Equal(fieldsOf(err), []string{"keep_recording"}) {
		t.Error(err)
	}
}

func TestReasonsExist(t *testing.T) {
	t.Parallel()
	for _, r := range InterruptionReasons {
		if !r.Valid() {
			t.Error(r)
		}
	}
	if InterruptionReason("lunch").Valid() || HearingState("lunch").Valid() || HearingState("lunch").Begun() || CommandKind("lunch").Valid() {
		t.Error("lunch")
	}
}
