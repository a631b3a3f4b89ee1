package rooms

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAHearingGoesOnAnotherDay(t *testing.T) {
	t.Parallel()
	h, _ := inState(t, KindTrial, StateAdjourned)
	next := nine.Add(7 * dayOne)
	for name, x := range map[string]struct {
		c    Command
		want string
	}{
		"in the past":       {Command{Start: nine.Add(-dayOne)}, "start"},
		"at no time":        {Command{}, "start"},
		"at the same time":  {Command{Start: nine}, "start"},
		"for no time":       {Command{Start: next, Minutes: -1}, "minutes"},
		"nowhere":           {Command{Start: next, Site: "Hof 1"}, "site"},
		"in the far future": {Command{Start: next.AddDate(200, 0, 0)}, "start"},
	} {
		x.c.Kind, x.c.Why = CommandPostpone, "证人未到庭"
		if _, err := h.Apply(zhao, x.c, nine.Add(time.Hour)); !slices.Equal(fieldsOf(err), []string{x.want}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	do(t, &h, Command{Kind: CommandPostpone, Why: "证人未到庭，择日继续", Start: next.In(Shanghai), Minutes: 60, Site: "court-2"})
	if h.State != StateAdjourned || !h.Start.Equal(next) || h.Minutes != 60 || h.Site != "court-2" || h.Recording {
		t.Errorf("%+v", h)
	}
	// The first sitting took its courtroom for two minutes, not for two hours.
	if want := []Sitting{{nine, 2, "court-1"}}; !reflect.DeepEqual(h.Earlier, want) {
		t.Errorf("%+v", h.Earlier)
	}
	if _, err := h.Apply(zhao, Command{Kind: CommandResume}, next); err != nil || h.State != StateInSession || !h.OpenedAt.Equal(nine) {
		t.Errorf("%+v, %v", h, err)
	}
	h, _ = inState(t, KindTrial, StateAdjourned)
	for i := range maxEarlier {
		do(t, &h, Command{Kind: CommandPostpone, Why: "再延期", Start: nine.Add(time.Duration(i+1) * dayOne)})
	}
	if _, err := h.Apply(zhao, Command{Kind: CommandPostpone, Why: "再延期", Start: nine.Add(400 * dayOne)}, nine.Add(time.Hour)); !errors.As(err, new(RuleError)) {
		t.Errorf("postponed once more: %v", err)
	}
}

func TestAPlanIsChangedBeforeTheOpeningOnly(t *testing.T) {
	t.Parallel()
	change := func(h Hearing, edit func(*Plan)) error {
		p := h.Plan
		edit(&p)
		_, err := h.Apply(sun, Command{Kind: CommandChange, Plan: &p}, nine.Add(-time.Minute))
		return err
	}
	later := func(p *Plan) { p.Start = p.Start.Add(time.Hour) }
	for name, x := range map[string]struct {
		state HearingState
		edit  func(*Plan)
		want  []string
	}{
		"a new time":               {StateScheduled, later, nil},
		"a new time for who waits": {StateWaiting, later, []string{"plan.start"}},
		"a new courtroom for them": {StateWaiting, func(p *Plan) { p.Site = "court-2" }, nil},
		"another kind":             {StateScheduled, func(p *Plan) { p.Kind = KindParole }, nil},
		"another kind for them":    {StateWaiting, func(p *Plan) { p.Kind = KindParole }, []string{"plan.kind"}},
		"another court":            {StateScheduled, func(p *Plan) { p.Court = "aihui" }, []string{"plan.court"}},
		"another id outside":       {StateScheduled, func(p *Plan) { p.ExternalID = "ext-2" }, []string{"plan.external_id"}},
		"several mistakes":         {StateScheduled, func(p *Plan) { p.Title, p.Minutes = "", 0 }, []string{"plan.title", "plan.minutes"}},
	} {
		h, _ := inState(t, KindTrial, x.state)
		if got := fieldsOf(change(h, x.edit)); !slices.Equal(got, x.want) && len(got)+len(x.want) > 0 {
			t.Errorf("%s: %q, not %q", name, got, x.want)
		}
	}
	h, _ := inState(t, KindTrial, StateScheduled)
	if _, err := h.Apply(sun, Command{Kind: CommandChange}, nine); !slices.Equal(fieldsOf(err), []string{"plan"}) {
		t.Error(err)
	}
	// The plan given is the caller's: what is done with it later changes nothing here.
	p := h.Plan
	p.Panel = slices.Clone(p.Panel)
	if _, err := h.Apply(sun, Command{Kind: CommandChange, Plan: &p}, nine); err != nil {
		t.Fatal(err)
	}
	p.Panel[0].User = "u666"
	h.History[1].Plan.Panel[0].User = "u666"
	if h.Panel[0].User != zhao.User {
		t.Error("the panel was changed from outside")
	}
}

func TestPlansAreChecked(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*Plan){
		"case":          func(p *Plan) { p.Case = "" },
		"court":         func(p *Plan) { p.Court = "" },
		"site":          func(p *Plan) { p.Site = "../1" },
		"kind":          func(p *Plan) { p.Kind = "party" },
		"title":         func(p *Plan) { p.Title = "a\x1b[2J" },
		"start":         func(p *Plan) { p.Start = time.Time{} },
		"minutes":       func(p *Plan) { p.Minutes = 1441 },
		"public":        func(p *Plan) { p.Kind, p.Panel = KindInterrogation, nil },
		"recorded":      func(p *Plan) { *p = planOf(KindMediation); p.Recorded = true },
		"external_id":   func(p *Plan) { p.ExternalID = strings.Repeat("x", 129) },
		"panel":         func(p *Plan) { p.Panel[1].Part = PartPresidingJudge },
		"panel[0].part": func(p *Plan) { p.Panel[0].Part = PartChair },
		"panel[1].part": func(p *Plan) { p.Panel[1].Part = PartWitness },
		"panel[1].user": func(p *Plan) { p.Panel[1].User = zhao.User },
		"panel[3].user": func(p *Plan) { p.Panel[3].User = "" },
		"panel[2].name": func(p *Plan) { p.Panel[2].Name = "" },
	} {
		p := trialPlan()
		spoil(&p)
		if _, _, err := Schedule("h1", p, sun, nine); !slices.Equal(fieldsOf(err), []string{field}) {
			t.Errorf("%s: errors name %q", field, fieldsOf(err))
		}
	}
	p := trialPlan()
	p.Recorded, p.Start = false, nine.Add(30*time.Second).In(Shanghai)
	h := scheduled(t, p)
	if !h.Recorded || h.Start != nine || h.End() != nine.Add(2*time.Hour) {
		t.Errorf("a trial is recorded whatever was said, times are whole minutes in UTC: %+v", h.Plan)
	}
	big := trialPlan()
	big.Panel = make([]Member, 51)
	if got := fieldsOf(big.Check()); !slices.Equal(got, []string{"panel"}) {
		t.Error(got)
	}
	if _, _, err := Schedule("", trialPlan(), Actor{}, time.Time{}); !slices.Equal(fieldsOf(err), []string{"id", "by.user", "by.name", "at"}) {
		t.Error(err)
	}
}

func TestTheGallery(t *testing.T) {
	t.Parallel()
	for _, s := range HearingStates {
		h, _ := inState(t, KindTrial, s)
		if h.GalleryWatches() != (s == StateInSession) {
			t.Errorf("%s: the public watches: %v", s, h.GalleryWatches())
		}
		h.Public = false
		if h.GalleryWatches() {
			t.Errorf("%s: the public watches what is not public", s)
		}
	}
	p := trialPlan()
	p.Public = false
	h := scheduled(t, p)
	do(t, &h, cmd(CommandPrepare), cmd(CommandOpen))
	if _, err := h.Apply(zhao, cmd(CommandClosedSession), nine.Add(time.Hour)); !errors.As(err, new(RuleError)) {
		t.Errorf("a hearing without the public goes into closed session: %v", err)
	}
}

func TestThePanelTakesPart(t *testing.T) {
	t.Parallel()
	h := scheduled(t, trialPlan())
	n := 0
	people := h.PanelParticipants(func() string { n++; return fmt.Sprint("p", n) })
	if err := CheckParticipants(h.Kind, people); err != nil || len(people) != 4 || people[3] != (Participant{ID: "p4", Hearing: "h1", Name: sun.Name, Part: PartClerk, User: sun.User}) {
		t.Errorf("%+v, %v", people, err)
	}
}
