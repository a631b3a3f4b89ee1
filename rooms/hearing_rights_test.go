package rooms

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// Who may give which command, where the state allows it.
func TestWhoRunsAHearing(t *testing.T) {
	t.Parallel()
	assessor := Actor{"u4", "李陪审员"}
	for name, x := range map[string]struct {
		by        Actor
		orderedBy string
		state     HearingState
		command   CommandKind
		want      string // a part of the refusal; empty: allowed
	}{
		"the presiding judge opens":                {zhao, "", StateWaiting, CommandOpen, ""},
		"another judge of the panel opens":         {qian, "", StateWaiting, CommandOpen, ""},
		"the clerk opens on order":                 {sun, zhao.User, StateWaiting, CommandOpen, ""},
		"the clerk opens on another judge's order": {sun, qian.User, StateWaiting, CommandOpen, ""},
		"the clerk opens alone":                    {sun, "", StateWaiting, CommandOpen, "on the order of a judge"},
		"the clerk orders it himself":              {sun, sun.User, StateWaiting, CommandOpen, "ordered_by"},
		"the clerk on an assessor's order":         {sun, "u4", StateWaiting, CommandOpen, "ordered_by"},
		"the clerk on a stranger's order":          {sun, "u77", StateWaiting, CommandOpen, "ordered_by"},
		"the assessor":                             {assessor, "", StateWaiting, CommandOpen, "people's assessor does not run"},
		"the assessor on order":                    {assessor, zhao.User, StateWaiting, CommandOpen, "does not run"},
		"an administrator":                         {admin, "", StateWaiting, CommandOpen, "panel"},
		"an administrator on a judge's order":      {admin, zhao.User, StateWaiting, CommandOpen, "panel"},
		"a judge's order for a stranger to close":  {admin, zhao.User, StateInSession, CommandClose, "panel"},
		"the clerk adjourns on order":              {sun, zhao.User, StateInSession, CommandAdjourn, ""},
		"the clerk adjourns alone":                 {sun, "", StateInSession, CommandAdjourn, "order"},
		"the clerk closes on order":                {sun, zhao.User, StateInSession, CommandClose, ""},
		"the clerk goes off the record alone":      {sun, "", StateInSession, CommandOffRecord, "order"},
		"the presiding judge reopens":              {zhao, "", StateClosed, CommandReopen, ""},
		"another judge reopens":                    {qian, "", StateClosed, CommandReopen, "only 赵审判长"},
		"the clerk reopens on order":               {sun, zhao.User, StateClosed, CommandReopen, "only 赵审判长"},
		"whoever the policy lets prepares":         {admin, "", StateScheduled, CommandPrepare, ""},
		"the clerk files":                          {sun, "", StateClosed, CommandFile, ""},
		"the clerk cancels":                        {sun, "", StateScheduled, CommandCancel, ""},
		"nobody":                                   {Actor{}, "", StateScheduled, CommandCancel, "by.user"},
		"somebody without a name":                  {Actor{User: "u1"}, "", StateScheduled, CommandCancel, "by.name"},
	} {
		p := trialPlan()
		p.Panel[2].User = assessor.User
		h := scheduled(t, p)
		for _, k := range waysTo[x.state] {
			do(t, &h, cmd(k))
		}
		c := cmd(x.command)
		c.OrderedBy = x.orderedBy
		events, err := h.Apply(x.by, c, nine.Add(time.Hour))
		if x.want == "" {
			if err != nil || events[0].By != x.by || events[0].OrderedBy != x.orderedBy {
				t.Errorf("%s: %v, %v", name, events, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), x.want) || !errors.As(err, new(AuthorityError)) && FieldErrors(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAHearingNeedsSomebodyWhoLeadsIt(t *testing.T) {
	t.Parallel()
	p := trialPlan()
	p.Panel = p.Panel[3:] // the clerk only
	h := scheduled(t, p)
	do(t, &h, cmd(CommandPrepare))
	if _, err := h.Apply(sun, Command{Kind: CommandOpen, OrderedBy: zhao.User}, nine); err == nil {
		t.Error("it opens without a judge")
	}
	if _, err := h.Apply(sun, Command{Kind: CommandOpen}, nine); !slices.Equal(fieldsOf(err), []string{"panel"}) || !strings.Contains(err.Error(), "name one presiding judge") {
		t.Error(err)
	}
	alone := []Member{{zhao.User, zhao.Name, PartJudge}, {sun.User, sun.Name, PartClerk}}
	do(t, &h, Command{Kind: CommandChangePanel, Panel: alone}, cmd(CommandOpen), cmd(CommandClose), cmd(CommandReopen))
	if m, ok := h.Leader(); !ok || m.User != zhao.User {
		t.Errorf("the judge who sits alone leads: %+v", m)
	}
	if _, err := h.Apply(sun, Command{Kind: CommandChangePanel, Why: "回避", Panel: alone[1:]}, nine.Add(time.Hour)); !slices.Equal(fieldsOf(err), []string{"panel"}) {
		t.Errorf("a hearing that has begun loses its judge: %v", err)
	}
	two := []Member{{zhao.User, zhao.Name, PartJudge}, {qian.User, qian.Name, PartJudge}}
	if _, err := h.Apply(sun, Command{Kind: CommandChangePanel, Why: "回避", Panel: two}, nine.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "nobody over them") {
		t.Errorf("two judges, and nobody presides: %v", err)
	}
	do(t, &h, Command{Kind: CommandChangePanel, Why: "书记员因病更换", Panel: []Member{alone[0], {"u8", "周书记员", PartClerk}}})
	if got := h.People(); !slices.Equal(got, []string{"u1", "u8"}) {
		t.Error(got)
	}
}

func TestReasonsMustBeGiven(t *testing.T) {
	t.Parallel()
	need := map[HearingState][]CommandKind{
		StateScheduled:     {CommandPostpone, CommandCancel},
		StateWaiting:       {CommandPostpone, CommandCancel},
		StateInSession:     {CommandAdjourn, CommandClosedSession, CommandOffRecord},
		StateAdjourned:     {CommandChangePanel, CommandPostpone, CommandClose},
		StateClosedSession: {CommandAdjourn},
		StateOffRecord:     {CommandAdjourn},
		StateClosed:        {CommandReopen},
		StateCancelled:     {CommandReinstate},
	}
	for _, s := range HearingStates {
		for _, k := range s.Commands(KindTrial) {
			h, _ := inState(t, KindTrial, s)
			c := cmd(k)
			c.Why = ""
			if k == CommandChange {
				c.Plan = &h.Plan
			}
			_, err := h.Apply(zhao, c, nine.Add(time.Hour))
			if want := slices.Contains(need[s], k); want != slices.Contains(fieldsOf(err), "why") || !want && err != nil {
				t.Errorf("%s, %s without a reason: %v", s, k, err)
			}
		}
	}
	h, _ := inState(t, KindTrial, StateInSession)
	for _, why := range []string{" 休息", "休\n息", strings.Repeat("休", 501), "\xff"} {
		if _, err := h.Apply(zhao, Command{Kind: CommandAdjourn, Why: why}, nine.Add(time.Hour)); !slices.Equal(fieldsOf(err), []string{"why"}) {
			t.Errorf("%q: %v", why, err)
		}
	}
}

func TestTwoWhoClickAtOnce(t *testing.T) {
	t.Parallel()
	h, _ := inState(t, KindTrial, StateInSession)
	seen := h.Version
	if _, err := h.Apply(zhao, Command{Kind: CommandAdjourn, Why: "休息", Version: seen}, nine.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, err := h.Apply(sun, Command{Kind: CommandClose, Why: "闭庭", OrderedBy: zhao.User, Version: seen}, nine.Add(time.Hour))
	var stale StaleError
	if !errors.As(err, &stale) || stale.Have != seen+1 || stale.Given != seen {
		t.Error(err)
	}
}
