package office

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// benches are people of two courts, with a hearing of the first.
type benches struct {
	judge, clerk, colleague, inspector, auditor, admin, farJudge, farClerk Caller
	h                                                                      rooms.Hearing
}

func newBenches(d *desk) benches {
	b := benches{
		judge: d.as("judge", at("aihui", rooms.Judge)...), clerk: d.as("clerk", at("aihui", rooms.Clerk)...), colleague: d.as("colleague", at("aihui", rooms.Judge)...),
		inspector: d.as("inspector", at("heihe", rooms.Inspector)...), auditor: d.as("auditor", at("heihe", rooms.Auditor)...), admin: d.as("admin", at("heihe", rooms.Admin)...),
		farJudge: d.as("far-judge", at("beian", rooms.Judge)...), farClerk: d.as("far-clerk", at("beian", rooms.Clerk)...),
	}
	b.h = d.hearing("aihui", b.judge.Principal.User, b.clerk.Principal.User)
	return b
}

// Who sees a hearing, changes it, runs it, and makes its links.
func TestWhoDoesWhatToAHearing(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		b := newBenches(d)
		guestOf := d.guest(b.h)
		for _, x := range []struct {
			who                              string
			c                                Caller
			sees, plans, runs, links, people string
		}{
			{"its judge", b.judge, "yes", "yes", "state", "yes", "yes"},
			{"its clerk", b.clerk, "yes", "yes", "state", "yes", "yes"},
			{"another judge", b.colleague, "hidden", "hidden", "hidden", "hidden", "hidden"},
			{"the inspector", b.inspector, "yes", "no", "no", "no", "no"},
			{"the auditor", b.auditor, "hidden", "hidden", "hidden", "hidden", "hidden"},
			{"the administrator", b.admin, "hidden", "hidden", "hidden", "hidden", "hidden"},
			{"another court's judge", b.farJudge, "hidden", "hidden", "hidden", "hidden", "hidden"},
			{"another court's clerk", b.farClerk, "hidden", "hidden", "hidden", "hidden", "hidden"},
			{"a stranger", Stranger("10.0.0.1"), "stranger", "stranger", "stranger", "stranger", "stranger"},
		} {
			check := func(what, want string, err error) {
				got := refused(err)
				if strings.Contains(got, "cannot be") {
					got = "state"
				}
				if got != want {
					t.Errorf("%s %s: %s, want %s", x.who, what, got, want)
				}
			}
			_, _, err := d.Hearing(ctx, x.c, b.h.ID)
			check("sees it", x.sees, err)
			_, _, err = d.Case(ctx, x.c, b.h.Case)
			check("sees its case", x.sees, err)
			plan := b.h.Normal()
			plan.Title = "由" + x.who + "更名"
			_, err = d.Command(ctx, x.c, b.h.ID, rooms.Command{Kind: rooms.CommandChange, Plan: &plan})
			check("changes its plan", x.plans, err)
			_, err = d.Command(ctx, x.c, b.h.ID, rooms.Command{Kind: rooms.CommandClose})
			check("closes it", x.runs, err)
			_, _, err = d.AddLink(ctx, x.c, b.h.ID, LinkInput{Participant: guestOf})
			check("makes a link", x.links, err)
			_, err = d.Links(ctx, x.c, b.h.ID)
			check("lists its links", x.links, err)
			_, err = d.PutParticipants(ctx, x.c, b.h.ID, []rooms.Participant{{ID: guestOf, Name: "李四", Part: rooms.PartDefendant}})
			check("changes its participants", x.people, err)
		}
		for what, c := range map[string]struct {
			c    Caller
			want int
		}{
			"its judge": {b.judge, 1}, "its clerk": {b.clerk, 1}, "another judge": {b.colleague, 0}, "the inspector": {b.inspector, 1}, "another court's clerk": {b.farClerk, 0},
		} {
			hearings, err := d.Hearings(ctx, c.c, HearingQuery{From: noon, To: noon.Add(24 * time.Hour)})
			d.must(err)
			cases, err := d.Cases(ctx, c.c, "")
			d.must(err)
			if len(hearings) != c.want || len(cases) != c.want {
				t.Errorf("%s lists %d hearings, %d cases", what, len(hearings), len(cases))
			}
		}
		for what, c := range map[string]Caller{"the administrator": b.admin, "the auditor": b.auditor} {
			if _, err := d.Hearings(ctx, c, HearingQuery{From: noon, To: noon.Add(24 * time.Hour)}); refused(err) != "no" {
				t.Errorf("%s lists hearings: %v", what, err)
			}
		}
	})
}

// What is entered must be of the court that it is entered at: no court's people,
// places or cases are drawn into another's.
func TestNothingOfAnotherCourtIsDrawnIn(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		b := newBenches(d)
		far := d.hearing("beian", b.farJudge.Principal.User)
		gone := d.user("gone", at("aihui", rooms.Judge)...)
		gone.Disabled = true
		d.change(func(tx *store.Tx) error { return tx.PutUser(gone) })
		plan := func(change func(*rooms.Plan)) rooms.Plan {
			p := b.h.Normal()
			p.Start = p.Start.Add(24 * time.Hour)
			change(&p)
			return p
		}
		panel := func(user string) []rooms.Member {
			return []rooms.Member{{User: user, Name: "某", Part: rooms.PartPresidingJudge}}
		}
		command := func(c rooms.Command) error { _, err := d.Command(ctx, b.clerk, b.h.ID, c); return err }
		later := noon.Add(48 * time.Hour)
		beian, title := "beian", "抢来的案件"
		for what, x := range map[string]struct {
			err  error
			want string
		}{
			"a hearing of another court":                 {second(d.Schedule(ctx, b.clerk, plan(func(p *rooms.Plan) { p.Court = "beian" }))), "hidden"},
			"a hearing of no court":                      {second(d.Schedule(ctx, b.clerk, plan(func(p *rooms.Plan) { p.Court = "" }))), "hidden"},
			"a hearing in another court's room":          {second(d.Schedule(ctx, b.clerk, plan(func(p *rooms.Plan) { p.Site = "room-9" }))), "field site"},
			"a hearing of another court's case":          {second(d.Schedule(ctx, b.clerk, plan(func(p *rooms.Plan) { p.Case = far.Case }))), "field case"},
			"a disabled judge":                           {second(d.Schedule(ctx, b.clerk, plan(func(p *rooms.Plan) { p.Panel = panel(gone.ID) }))), "field panel"},
			"a judge who is not there":                   {second(d.Schedule(ctx, b.clerk, plan(func(p *rooms.Plan) { p.Panel = panel("nobody") }))), "field panel"},
			"moved to another court":                     {command(rooms.Command{Kind: rooms.CommandChange, Plan: ptr(plan(func(p *rooms.Plan) { p.Court, p.Site, p.Case = "beian", "", far.Case }))}), "field plan.court"},
			"postponed into another court's room":        {command(rooms.Command{Kind: rooms.CommandPostpone, Why: "x", Start: later, Site: "room-9"}), "field site"},
			"a new panel of nobody":                      {command(rooms.Command{Kind: rooms.CommandChangePanel, Panel: panel("nobody")}), "field panel"},
			"a new panel of a disabled judge":            {command(rooms.Command{Kind: rooms.CommandChangePanel, Panel: panel(gone.ID)}), "field panel"},
			"a case of another court":                    {second(d.AddCase(ctx, b.clerk, CaseInput{Court: &beian, Title: &title, Number: ptr(number(t, 7))})), "hidden"},
			"a case moved to another court":              {second(d.ChangeCase(ctx, b.clerk, b.h.Case, CaseInput{Court: &beian, Number: ptr(number(t, 9))})), "hidden"},
			"another court's case":                       {second(d.ChangeCase(ctx, b.clerk, far.Case, CaseInput{Title: &title})), "hidden"},
			"another court's hearing by the case system": {second2(d.Upsert(ctx, b.clerk, rooms.Incoming{Plan: plan(func(p *rooms.Plan) { p.Court, p.ExternalID = "beian", "X-1" })})), "no"},
			"another court's list":                       {second(d.Import(ctx, b.clerk, "beian", strings.NewReader(""), true)), "no"},
			"another hearing's participant":              {second(d.PutParticipants(ctx, b.clerk, b.h.ID, []rooms.Participant{{ID: d.guest(far), Name: "李四", Part: rooms.PartDefendant}})), "field participants"},
			"another hearing's participant's link":       {third(d.AddLink(ctx, b.clerk, b.h.ID, LinkInput{Participant: d.guest(far)})), "field participant"},
		} {
			if got := refused(x.err); got != x.want {
				t.Errorf("%s: %s, want %s", what, got, x.want)
			}
		}
		info, _, err := d.AddLink(ctx, b.farClerk, far.ID, LinkInput{Participant: d.guest(far)})
		d.must(err)
		if got := refused(d.RevokeLink(ctx, b.clerk, b.h.ID, info.ID)); got != "hidden" {
			t.Errorf("another hearing's link under one's own hearing: %s", got)
		}
		if links, err := d.Links(ctx, b.farClerk, far.ID); err != nil || !links[0].Revoked.IsZero() {
			t.Errorf("it was revoked: %v %+v", err, links)
		}
		// Nothing of it is there, and what may be done works: the test sees both.
		if _, err := d.Schedule(ctx, b.clerk, plan(func(*rooms.Plan) {})); err != nil {
			t.Errorf("a hearing of one's own court: %v", err)
		}
		if err := command(rooms.Command{Kind: rooms.CommandPostpone, Why: "当事人申请", Start: later, Site: "room-2"}); err != nil {
			t.Errorf("into a room of one's own court: %v", err)
		}
	})
}

func ptr[T any](v T) *T { return &v }

func second2[A, B any](_ A, _ B, err error) error { return err }
func third[A, B any](_ A, _ B, err error) error   { return err }

func number(t *testing.T, n int) rooms.CaseNumber {
	t.Helper()
	x, err := rooms.ParseCaseNumber(fmt.Sprintf("（2026）黑1102民初%d号", n))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A judge who enters a case sees it and changes it, before there is any hearing;
// the audit then knows of no refusal.
func TestAJudgesOwnCase(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		b := newBenches(d)
		court, title, other := "aihui", "借款合同纠纷", "民间借贷纠纷"
		n := len(d.entries())
		c, err := d.AddCase(ctx, b.judge, CaseInput{Court: &court, Title: &title, Number: ptr(number(t, 5))})
		d.must(err)
		if _, _, err := d.Case(ctx, b.judge, c.ID); err != nil {
			t.Errorf("its judge: %v", err)
		}
		if c, err = d.ChangeCase(ctx, b.judge, c.ID, CaseInput{Title: &other}); err != nil || c.Title != other {
			t.Errorf("changed: %v", err)
		}
		if _, err = d.ChangeCase(ctx, b.judge, b.h.Case, CaseInput{Title: &other}); err != nil { // of a hearing of theirs, entered by another
			if rooms.FieldErrors(err) == nil {
				t.Errorf("the case of their hearing: %v", err)
			}
		}
		for _, line := range d.since(n) {
			if strings.Contains(line, "denied") {
				t.Errorf("what was allowed stands as a refusal: %s", line)
			}
		}
		if _, _, err := d.Case(ctx, b.colleague, c.ID); refused(err) != "hidden" {
			t.Errorf("another judge: %v", err)
		}
		if _, err := d.AddCase(ctx, b.judge, CaseInput{Court: &court, Title: &title, Number: ptr(number(t, 5))}); refused(err) != "field number" {
			t.Errorf("a number given twice: %v", err)
		}
	})
}

// Every step of a hearing stands in the audit with who, what and why; of two who
// click at once the second is told.
func TestAHearingsStepsAreOnRecord(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		b := newBenches(d)
		do := func(c Caller, cmd rooms.Command) error { _, err := d.Command(ctx, c, b.h.ID, cmd); return err }
		id := b.h.ID
		d.mustWrite("a hearing", func() {
			d.must(do(b.clerk, rooms.Command{Kind: rooms.CommandPrepare}))
			d.must(do(b.judge, rooms.Command{Kind: rooms.CommandOpen}))
			d.must(do(b.clerk, rooms.Command{Kind: rooms.CommandAdjourn, Why: "休庭合议", OrderedBy: b.judge.Principal.User}))
			d.must(do(b.judge, rooms.Command{Kind: rooms.CommandResume}))
			d.must(do(b.judge, rooms.Command{Kind: rooms.CommandClose}))
		},
			"user clerk: manage_hearing hearing "+id+" done", "user judge: run_hearing hearing "+id+" done", "user clerk: run_hearing hearing "+id+" done (休庭合议)",
			"user judge: run_hearing hearing "+id+" done", "user judge: run_hearing hearing "+id+" done")
		h, _, err := d.Hearing(ctx, b.judge, id)
		d.must(err)
		if len(h.History) != 6 || h.State != rooms.StateClosed {
			t.Errorf("%s, %d steps", h.State, len(h.History))
		}
		var stale rooms.StaleError
		if err := do(b.judge, rooms.Command{Kind: rooms.CommandReopen, Why: "x", Version: 3}); !errors.As(err, &stale) {
			t.Errorf("on what was seen before: %v", err)
		}
		if err := do(b.clerk, rooms.Command{Kind: rooms.CommandReopen, Why: "x"}); !errors.As(err, new(rooms.AuthorityError)) {
			t.Errorf("the clerk reopens: %v", err)
		}
	})
}

// A list of hearings is entered whole or not at all, and says what it has done.
func TestAListIsEnteredWholeOrNotAtAll(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		b := newBenches(d)
		gone := d.user("gone", at("aihui", rooms.Judge)...)
		gone.Disabled = true
		d.change(func(tx *store.Tx) error { return tx.PutUser(gone) })
		head := "案号,案由,日期,时间,时长,法庭,类型,公开,审判长,书记员,当事人,外部编号\n"
		line := func(n int, judge string) string {
			return fmt.Sprintf("（2026）黑1102民初%d号,借款合同纠纷,2026-03-%02d,09:00,60,第一法庭,庭审,是,%s,clerk,原告:赵一;被告:钱二,A-%d\n", n, 4+n%20, judge, n)
		}
		count := func() int {
			list, err := d.Hearings(ctx, b.clerk, HearingQuery{From: noon, To: noon.Add(60 * 24 * time.Hour)})
			d.must(err)
			return len(list)
		}
		before := count()
		for what, text := range map[string]string{
			"a disabled judge":      head + line(1, "judge") + line(2, "gone"),
			"a judge of elsewhere":  head + line(1, "judge") + line(2, "far-judge"),
			"a judge who is nobody": head + line(1, "judge") + line(2, "nobody"),
			"a room of elsewhere":   head + line(1, "judge") + strings.Replace(line(2, "judge"), "第一法庭", "北安法庭", 1),
		} {
			out, err := d.Import(ctx, b.clerk, "aihui", strings.NewReader(text), false)
			d.must(err)
			if !rooms.ImportFailed(out.Problems) || out.Added != 0 || count() != before || out.Problems[0].Line != 3 {
				t.Errorf("%s: %+v, %d hearings", what, out.Problems, count())
			}
		}
		// A case of the same number at another court breaks all of it off.
		d.change(func(tx *store.Tx) error {
			return tx.PutCase(rooms.Case{ID: login.NewID(), Court: "beian", Number: number(t, 2), Title: "别处的", CreatedAt: noon, CreatedBy: "x"})
		})
		if _, err := d.Import(ctx, b.clerk, "aihui", strings.NewReader(head+line(1, "judge")+line(2, "judge")), false); refused(err) != "field number" || count() != before {
			t.Errorf("a case of another court: %v, %d hearings", err, count())
		}
		text := head + line(3, "judge") + line(4, "judge")
		if out, err := d.Import(ctx, b.clerk, "aihui", strings.NewReader(text), false); err != nil || out.Added != 2 || count() != before+2 {
			t.Errorf("%+v %v", out, err)
		}
		if out, err := d.Import(ctx, b.clerk, "aihui", strings.NewReader(text), false); err != nil || out.Same != 2 || count() != before+2 {
			t.Errorf("again: %+v %v", out, err)
		}
		if _, err := d.Import(ctx, b.inspector, "aihui", strings.NewReader(text), false); refused(err) != "no" {
			t.Errorf("the inspector: %v", err)
		}
	})
}
