package rooms

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Shanghai is China's time, which courts use unless they are told otherwise. It is
// not looked up: the hub must not depend on the machine's list of time zones.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Slot is a hearing's sitting in the calendar.
type Slot struct {
	Hearing string       `json:"hearing"` // id
	Start   time.Time    `json:"start"`
	End     time.Time    `json:"end"` // planned; when it was closed, if that was earlier
	Court   string       `json:"court"`
	Site    string       `json:"site,omitempty"`
	Case    string       `json:"case,omitempty"`
	Kind    RoomKind     `json:"kind"`
	Title   string       `json:"title"`
	State   HearingState `json:"state"`
	Panel   []Member     `json:"panel,omitempty"`
}

// Slots are all sittings of a hearing: one, or several if it was adjourned to
// another day.
func (h Hearing) Slots() []Slot {
	sittings := append(slices.Clone(h.Earlier), Sitting{h.Start, h.Minutes, h.Site})
	return each(sittings, func(s Sitting) Slot {
		end := s.End()
		if !h.ClosedAt.IsZero() && h.ClosedAt.After(s.Start) && h.ClosedAt.Before(end) {
			end = h.ClosedAt
		}
		return Slot{h.ID, s.Start, end, h.Court, s.Site, h.Case, h.Kind, h.Title, h.State, h.Panel}
	})
}

// Day is when a day begins and ends in a time zone; without one, in Shanghai's.
// The text is of the form 2021-03-05.
func Day(text string, zone *time.Location) (from, to time.Time, err error) {
	if zone == nil {
		zone = Shanghai
	}
	from, err = time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return from, to, fmt.Errorf("%q is no day: write it as 2021-03-05", cut(text))
	}
	return from.UTC(), from.AddDate(0, 0, 1).UTC(), nil
}

// Calendar is the sittings that take place between two times, even in part, by
// start, then site. Those of cancelled hearings are among them.
func Calendar(hearings []Hearing, from, to time.Time) []Slot {
	var slots []Slot
	for _, h := range hearings {
		for _, s := range h.Slots() {
			if s.Start.Before(to) && s.End.After(from) {
				slots = append(slots, s)
			}
		}
	}
	slices.SortFunc(slots, bySlot)
	return slots
}

func bySlot(a, b Slot) int {
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Site, b.Site), cmp.Compare(a.Hearing, b.Hearing))
}

// ClashKind is what two hearings cannot share.
type ClashKind string

// Kinds of clashes.
const (
	SiteClash   ClashKind = "site"   // one courtroom, two hearings: must not be
	PersonClash ClashKind = "person" // one judge or clerk, two hearings: a warning, a short hearing may fit into a break
)

// ClashKinds are all there are.
var ClashKinds = []ClashKind{SiteClash, PersonClash}

// Valid tells whether the kind exists.
func (k ClashKind) Valid() bool { return slices.Contains(ClashKinds, k) }

// Clash is two sittings at the same time that want the same.
type Clash struct {
	Kind   ClashKind `json:"kind"`
	A      string    `json:"a"` // hearing that begins first
	B      string    `json:"b"`
	Site   string    `json:"site,omitempty"`
	Person Member    `json:"person,omitzero"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// Warning tells whether the clash may be.
func (c Clash) Warning() bool { return c.Kind != SiteClash }

// Clashes finds sittings at the same time that want the same, by time. Of each
// sitting it names one clash with an earlier one for its site and for each person,
// the earlier one being that which lasts longest: no sitting that clashes goes
// unnamed, and a day full of them gives a list that can be read. Sittings that only
// touch do not clash, and cancelled hearings need no room.
func Clashes(slots []Slot) []Clash {
	slots = slices.DeleteFunc(slices.Clone(slots), func(s Slot) bool { return s.State == StateCancelled })
	slices.SortFunc(slots, bySlot)
	sites, people := map[string]Slot{}, map[string]Slot{} // the sitting so far that lasts longest
	var list []Clash
	for _, s := range slots {
		if c, ok := meet(sites, s.Site, s); ok {
			c.Kind, c.Site = SiteClash, s.Site
			list = append(list, c)
		}
		for _, m := range s.Panel {
			if c, ok := meet(people, m.User, s); ok {
				c.Kind, c.Person = PersonClash, m
				list = append(list, c)
			}
		}
	}
	return list
}

// meet compares a sitting with the one that lasts longest of those before it, and
// keeps the longer.
func meet(longest map[string]Slot, key string, s Slot) (Clash, bool) {
	if key == "" {
		return Clash{}, false
	}
	before, ok := longest[key]
	if !ok || s.End.After(before.End) {
		longest[key] = s
	}
	if !ok || before.Hearing == s.Hearing || !s.Start.Before(before.End) {
		return Clash{}, false
	}
	end := s.End
	if before.End.Before(end) {
		end = before.End
	}
	return Clash{A: before.Hearing, B: s.Hearing, From: s.Start, To: end}, true
}
