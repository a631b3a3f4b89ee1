package office

import (
	"context"
	"slices"
	"time"

	"avhub/rooms"
	"avhub/rooms/store"
)

// HearingInfo is a hearing with the names of what it refers to by id.
type HearingInfo struct {
	rooms.Hearing
	Number    rooms.CaseNumber `json:"case_number" doc:"案号; empty: none"`
	Parties   []rooms.Party    `json:"parties" doc:"of its case"`
	CourtName string           `json:"court_name"`
	SiteName  string           `json:"site_name" doc:"empty: everybody comes by the network"`
}

// HearingQuery asks for hearings.
type HearingQuery struct {
	// From, To is the time that they overlap; not asked where Text is given.
	From, To time.Time
	// Court: only of this court and those under it; empty: of all.
	Court string
	// Text: of any time, with this in their case's number, cause or parties.
	Text string
}

// searchMost bounds how many cases a search looks at.
const searchMost = 100

// Hearings are those that a caller may know of: of a time, by their start, or
// with a text in their case, newest first.
func (o *Office) Hearings(ctx context.Context, c Caller, q HearingQuery) ([]HearingInfo, error) {
	if !o.sees(c, rooms.SeeHearing) {
		_, err := o.mayAny(ctx, c, rooms.SeeHearing, nil)
		return nil, err
	}
	c.Free()
	var list []HearingInfo
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		all, err := o.find(tx, c, q)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(h rooms.Hearing) bool {
			object := o.hearingObject(h)
			return !o.decide(c, rooms.SeeHearing, object).OK || q.Court != "" && !slices.Contains(object.Courts, q.Court)
		})
		list, err = o.named(tx, all[:min(len(all), listMost)])
		return err
	})
	return list, err
}

// find reads hearings from the database, more than the caller may know of.
func (o *Office) find(tx *store.Tx, c Caller, q HearingQuery) ([]rooms.Hearing, error) {
	if q.Text != "" {
		return o.search(tx, c, q.Text)
	}
	all, err := tx.Hearings(store.HearingQuery{
		Courts: o.courtsOf(c, rooms.SeeHearing), People: c.Principal.User, From: q.From.Add(-24 * time.Hour), To: q.To, Limit: listMost,
	})
	return slices.DeleteFunc(all, func(h rooms.Hearing) bool { return !h.Start.Before(q.To) || !h.End().After(q.From) }), err
}

// search finds hearings by their case, newest first.
func (o *Office) search(tx *store.Tx, c Caller, text string) ([]rooms.Hearing, error) {
	cases, err := tx.Cases(o.caseQuery(c, text, searchMost))
	if err != nil {
		return nil, err
	}
	var all []rooms.Hearing
	for _, x := range cases {
		hearings, err := tx.HearingsOf(x.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, hearings...)
	}
	slices.SortStableFunc(all, func(a, b rooms.Hearing) int { return b.Start.Compare(a.Start) })
	return all, nil
}

// named finds the names of what hearings refer to.
func (o *Office) named(tx *store.Tx, hearings []rooms.Hearing) ([]HearingInfo, error) {
	var ids []string
	for _, h := range hearings {
		if h.Case != "" {
			ids = append(ids, h.Case)
		}
	}
	slices.Sort(ids)
	cases, err := tx.CasesByID(slices.Compact(ids))
	by := map[string]rooms.Case{}
	for _, x := range cases {
		by[x.ID] = x
	}
	w := o.world.Load()
	list := make([]HearingInfo, len(hearings))
	for i, h := range hearings {
		x := by[h.Case]
		list[i] = HearingInfo{Hearing: h, Number: x.Number, Parties: x.Parties, CourtName: w.courts[h.Court].Name, SiteName: w.sites[h.Site].Name}
	}
	return list, err
}

// HearingView is a hearing as somebody sees it, with what they can do about it.
type HearingView struct {
	HearingInfo
	Participants []rooms.Participant `json:"participants"`
	Commands     []rooms.CommandKind `json:"commands" doc:"that its state allows; not all are everybody's to give"`
	Offers       []rooms.Offer       `json:"offers" doc:"commands that the caller can give now"`
	May          HearingPowers       `json:"may"`
}

// HearingPowers are what the caller may do about a hearing in any state.
type HearingPowers struct {
	Manage bool `json:"manage" doc:"change it, its participants and their links"`
	Enter  bool `json:"enter" doc:"its room"`
}

// View finds one hearing with its history and participants, and what the caller
// can do about it.
func (o *Office) View(ctx context.Context, c Caller, id string) (HearingView, error) {
	h, people, err := o.Hearing(ctx, c, id)
	if err != nil {
		return HearingView{}, err
	}
	v := HearingView{Participants: people, Commands: h.State.Commands(h.Kind), Offers: []rooms.Offer{}}
	err = o.o.Store.View(ctx, func(tx *store.Tx) error {
		list, err := o.named(tx, []rooms.Hearing{h})
		v.HearingInfo = list[0]
		return err
	})
	if c.Principal.Guest != nil { // who else is of the case a guest learns in the room
		v.Parties = nil
	}
	object := o.hearingObject(h)
	can := func(a rooms.Action) bool { return o.decide(c, a, object).OK }
	v.May = HearingPowers{Manage: can(rooms.ManageHearing), Enter: can(rooms.EnterHearing)}
	if c.Principal.Guest == nil {
		v.Offers = slices.DeleteFunc(h.Offers(c.Principal.User), func(x rooms.Offer) bool { return !can(actionOf(x.Kind)) })
	}
	return v, err
}

// Clashes tells what a plan would clash with; nothing is entered. hearing is the id
// of the one that it is to change, empty for a new one. What else is wrong with a
// plan is told when it is entered.
func (o *Office) Clashes(ctx context.Context, c Caller, p rooms.Plan, hearing string) ([]PlanClash, error) {
	p = p.Normal()
	if _, err := o.mayObject(ctx, c, rooms.ManageHearing, o.plannedObject(p)); err != nil {
		return nil, err
	}
	list := []PlanClash{}
	if p.Start.IsZero() || p.Minutes < 1 || p.Minutes > 24*60 {
		return list, nil
	}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		others, err := tx.Sittings(p.Start.Add(-24*time.Hour), p.End().Add(24*time.Hour))
		slots := rooms.Hearing{Plan: p, State: rooms.StateScheduled}.Slots()
		by := map[string]rooms.Hearing{}
		for _, h := range others {
			if h.ID != hearing {
				by[h.ID] = h
				slots = append(slots, h.Slots()...)
			}
		}
		list = list[:0]
		for _, x := range rooms.Clashes(slots) {
			if x.A != "" && x.B != "" { // both are there already
				continue
			}
			clash := PlanClash{Kind: x.Kind, Person: x.Person.Name, From: x.From, To: x.To}
			if other := by[x.A+x.B]; o.decide(c, rooms.SeeHearing, o.hearingObject(other)).OK {
				clash.Hearing, clash.Title = other.ID, other.Title
			}
			list = append(list, clash)
		}
		return err
	})
	return list, err
}

// PlanClash is what a plan would clash with.
type PlanClash struct {
	Kind    rooms.ClashKind `json:"kind" enum:"site,person" doc:"site: the courtroom is taken; person: somebody sits elsewhere"`
	Person  string          `json:"person,omitempty"`
	From    time.Time       `json:"from"`
	To      time.Time       `json:"to"`
	Hearing string          `json:"hearing,omitempty" doc:"id of the other, where the caller may know of it"`
	Title   string          `json:"title,omitempty"`
}
