package main

import (
	"errors"
	"fmt"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// demoCase is a case of the demo court.
type demoCase struct {
	court, number, title string
	parties              []rooms.Party
}

// demoSitting is a hearing of the demo court's day.
type demoSitting struct {
	demoCase
	kind    rooms.RoomKind
	site    string
	start   time.Time
	minutes int
	public  bool
	panel   []rooms.Member
	// also are those who take part beside the panel and the parties.
	also []rooms.Participant
	// course is what has happened to it by now.
	course []demoStep
}

// demoStep is a command, so long after the start.
type demoStep struct {
	after   time.Duration
	command rooms.Command
}

// demoHearings adds the hearings of a day: the first, an hour from now on, is the
// one to try the hub with. None is in session: nothing is recorded before somebody
// opens it.
func demoHearings(tx *store.Tx, users map[string]rooms.User, now time.Time) error {
	for i, s := range demoDay(users, now) {
		// One a day, however often the demo is started.
		external := "demo-" + now.In(rooms.Shanghai).Format(time.DateOnly)
		if i > 0 {
			external += fmt.Sprintf("-%d", i+1)
		}
		_, err := tx.HearingByExternalID(s.court, external)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := s.enter(tx, users["clerk"], external, now); err != nil {
			return fmt.Errorf("demo: hearing %d: %w", i+1, err)
		}
	}
	return nil
}

// demoDay is what goes on at the demo court on the day of a time.
func demoDay(users map[string]rooms.User, now time.Time) []demoSitting {
	member := func(name string, part rooms.Part) rooms.Member {
		return rooms.Member{User: users[name].ID, Name: users[name].FullName, Part: part}
	}
	party := func(name string, s rooms.Standing) rooms.Party { return rooms.Party{Name: name, Standing: s} }
	bench := []rooms.Member{
		member("judge", rooms.PartPresidingJudge), member("hefang", rooms.PartJudge), {Name: "李大海", Part: rooms.PartAssessor}, member("clerk", rooms.PartClerk),
	}
	local := now.In(rooms.Shanghai)
	at := func(days, hour, minute int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, hour, minute, 0, 0, rooms.Shanghai).UTC()
	}
	soon := now.Add(time.Hour).Truncate(30 * time.Minute)
	if last := at(0, 22, 30); soon.After(last) { // what goes on today is all before midnight
		soon = last
	}
	sale := demoCase{demoCourtID, "（2026）黑99民初23号", "买卖合同纠纷", []rooms.Party{party("北方粮贸有限公司", rooms.StandingPlaintiff), party("刘明", rooms.StandingDefendant)}}
	loan := demoCase{demoCourtID, "（2026）黑99民终41号", "民间借贷纠纷", []rooms.Party{party("孙丽华", rooms.StandingAppellant), party("高鹏", rooms.StandingAppellee)}}
	theft := demoCase{demoCourtID, "（2026）黑99刑初8号", "盗窃罪", []rooms.Party{party("演示市人民检察院", rooms.StandingProsecution), party("王某", rooms.StandingAccused)}}
	lease := demoCase{"demo-district", "（2026）黑9902民初105号", "房屋租赁合同纠纷", []rooms.Party{party("康居物业有限公司", rooms.StandingPlaintiff), party("张海", rooms.StandingDefendant)}}
	day := []demoSitting{
		{
			demoCase: sale, kind: rooms.KindTrial, site: "court-1", start: soon, minutes: 90, public: true, panel: bench,
			also: []rooms.Participant{{Name: "何立新", Part: rooms.PartLawyer}, {Name: "赵晓梅", Part: rooms.PartWitness}, {Name: "旁听席", Part: rooms.PartGallery}},
		},
		{
			demoCase: theft, kind: rooms.KindInterrogation, site: "court-2", start: soon.Add(30 * time.Minute), minutes: 60,
			panel:  []rooms.Member{member("hefang", rooms.PartJudge), member("machao", rooms.PartClerk)},
			course: []demoStep{{now.Sub(soon.Add(30 * time.Minute)), rooms.Command{Kind: rooms.CommandPrepare}}},
		},
		{
			demoCase: loan, kind: rooms.KindMediation, start: soon.Add(2 * time.Hour), minutes: 45,
			panel: []rooms.Member{member("hefang", rooms.PartMediator), member("clerk", rooms.PartClerk)},
		},
		{
			demoCase: lease, kind: rooms.KindTrial, start: soon.Add(time.Hour), minutes: 60, public: true,
			panel:  []rooms.Member{member("hefang", rooms.PartJudge), member("machao", rooms.PartClerk)},
			course: []demoStep{{now.Add(-10 * time.Minute).Sub(soon.Add(time.Hour)), rooms.Command{Kind: rooms.CommandCancel, Why: "原告申请撤诉"}}},
		},
		{
			demoCase: loan, kind: rooms.KindTrial, site: "court-1", start: at(1, 9, 0), minutes: 120, public: true, panel: bench,
		},
	}
	if morning := at(0, 8, 30); now.After(morning.Add(2 * time.Hour)) {
		day = append(day, demoSitting{
			demoCase: theft, kind: rooms.KindTrial, site: "court-1", start: morning, minutes: 90, public: true, panel: bench,
			course: []demoStep{
				{-15 * time.Minute, rooms.Command{Kind: rooms.CommandPrepare}}, {time.Minute, rooms.Command{Kind: rooms.CommandOpen}},
				{40 * time.Minute, rooms.Command{Kind: rooms.CommandAdjourn, Why: "被告人身体不适"}}, {52 * time.Minute, rooms.Command{Kind: rooms.CommandResume}},
				{85 * time.Minute, rooms.Command{Kind: rooms.CommandClose}},
			},
		})
	}
	return day
}

// enter enters the case, the hearing with what has happened to it, and who takes
// part.
func (s demoSitting) enter(tx *store.Tx, clerk rooms.User, external string, now time.Time) error {
	c, err := s.ensure(tx, clerk, now)
	if err != nil {
		return err
	}
	entered := s.start.Add(-72 * time.Hour)
	plan := rooms.Plan{
		Case: c.ID, Court: s.court, Site: s.site, Kind: s.kind, Title: s.title, Start: s.start, Minutes: s.minutes, Public: s.public, ExternalID: external, Panel: s.panel,
	}
	h, events, err := rooms.Schedule(login.NewID(), plan, rooms.Actor{User: clerk.ID, Name: clerk.FullName}, entered)
	if err != nil {
		return err
	}
	lead, _ := h.Leader()
	for _, step := range s.course {
		more, err := h.Apply(rooms.Actor{User: lead.User, Name: lead.Name}, step.command, s.start.Add(step.after))
		if err != nil {
			return err
		}
		events = append(events, more...)
	}
	people := h.PanelParticipants(login.NewID)
	for _, p := range s.parties {
		people = append(people, rooms.Participant{Name: p.Name, Part: p.Standing.Part(), Standing: p.Standing})
	}
	people = append(people, s.also...)
	for i := range people {
		people[i].Hearing = h.ID
		if people[i].ID == "" {
			people[i].ID = login.NewID()
		}
	}
	return errors.Join(rooms.CheckParticipants(h.Kind, people), tx.PutHearing(h, events), tx.PutParticipants(h.ID, people))
}

// ensure finds the case, or enters it.
func (c demoCase) ensure(tx *store.Tx, clerk rooms.User, now time.Time) (rooms.Case, error) {
	number, err := rooms.ParseCaseNumber(c.number)
	if err != nil {
		return rooms.Case{}, err
	}
	found, err := tx.CaseByNumber(number)
	if !errors.Is(err, store.ErrNotFound) {
		return found, err
	}
	found = rooms.Case{ID: login.NewID(), Court: c.court, Number: number, Title: c.title, Parties: c.parties, CreatedAt: now, CreatedBy: clerk.ID}
	return found, errors.Join(found.Check(), tx.PutCase(found))
}
