package rooms

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// hearingAt is a hearing of one judge at a site, from an hour to another on 5 March.
func hearingAt(t *testing.T, id, site, user string, from, to float64) Hearing {
	t.Helper()
	p := trialPlan()
	p.Site, p.Start, p.Minutes = site, nine.Add(time.Duration((from-9)*60)*time.Minute), int((to-from)*60)
	p.Panel = []Member{{user, user, PartJudge}}
	h, _, err := Schedule(id, p, sun, nine.Add(-dayOne))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestACourtsDay(t *testing.T) {
	t.Parallel()
	from, to, err := Day("2021-03-05", nil)
	if err != nil || !from.Equal(time.Date(2021, 3, 4, 16, 0, 0, 0, time.UTC)) || to.Sub(from) != dayOne {
		t.Fatal(from, to, err)
	}
	for _, text := range []string{"", "5/3/2021", "2021-02-30", "2021-3-5", "2021-03-05T00:00"} {
		if _, _, err := Day(text, Shanghai); err == nil {
			t.Errorf("%q is a day", text)
		}
	}
	elsewhere := time.FixedZone("elsewhere", 3600)
	if from, _, _ := Day("2021-03-05", elsewhere); !from.Equal(time.Date(2021, 3, 4, 23, 0, 0, 0, time.UTC)) {
		t.Error(from)
	}
	cancelled := hearingAt(t, "h6", "court-1", "u1", 10, 11)
	do(t, &cancelled, cmd(CommandCancel))
	var got []string
	for _, s := range Calendar([]Hearing{
		hearingAt(t, "h1", "court-2", "u1", 14, 15), hearingAt(t, "h2", "court-1", "u1", 9, 10), hearingAt(t, "h3", "court-2", "u2", 9, 10),
		hearingAt(t, "h4", "court-1", "u1", 23.5, 24.5), hearingAt(t, "h5", "court-1", "u1", -0.5, 0.5), cancelled,
		hearingAt(t, "the day before", "court-1", "u1", -2, 0), hearingAt(t, "the day after", "court-1", "u1", 24, 25),
	}, from, to) {
		got = append(got, s.Hearing)
	}
	if want := "h5 h2 h3 h6 h1 h4"; strings.Join(got, " ") != want {
		t.Errorf("%v, not %s", got, want)
	}
}

func TestTwoCannotHaveOneCourtroom(t *testing.T) {
	t.Parallel()
	h := func(id, site, user string, from, to float64) Hearing { return hearingAt(t, id, site, user, from, to) }
	cancelled := h("b", "court-1", "u2", 9, 12)
	do(t, &cancelled, cmd(CommandCancel))
	closed := h("a", "court-1", "u1", 9, 12)
	for _, x := range []struct {
		c  Command
		at float64
	}{{cmd(CommandPrepare), 8.9}, {cmd(CommandOpen), 9}, {cmd(CommandClose), 10}} {
		if _, err := closed.Apply(Actor{"u1", "u1"}, x.c, nine.Add(time.Duration((x.at-9)*60)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	for name, x := range map[string]struct {
		hearings []Hearing
		want     string
	}{
		"one":                       {[]Hearing{h("a", "court-1", "u1", 9, 10)}, ""},
		"one after the other":       {[]Hearing{h("a", "court-1", "u1", 9, 10), h("b", "court-1", "u1", 10, 11)}, ""},
		"two rooms":                 {[]Hearing{h("a", "court-1", "u1", 9, 10), h("b", "court-2", "u2", 9, 10)}, ""},
		"one room":                  {[]Hearing{h("a", "court-1", "u1", 9, 11), h("b", "court-1", "u2", 10, 12)}, "site court-1: a b 10:00-11:00"},
		"the later first":           {[]Hearing{h("b", "court-1", "u2", 10, 12), h("a", "court-1", "u1", 9, 11)}, "site court-1: a b 10:00-11:00"},
		"one inside the other":      {[]Hearing{h("a", "court-1", "u1", 9, 12), h("b", "court-1", "u2", 10, 11)}, "site court-1: a b 10:00-11:00"},
		"one judge":                 {[]Hearing{h("a", "court-1", "u1", 9, 11), h("b", "court-2", "u1", 10, 12)}, "person u1: a b 10:00-11:00 (warning)"},
		"both":                      {[]Hearing{h("a", "court-1", "u1", 9, 10), h("b", "court-1", "u1", 9, 10)}, "site court-1: a b 09:00-10:00, person u1: a b 09:00-10:00 (warning)"},
		"without rooms":             {[]Hearing{h("a", "", "u1", 9, 10), h("b", "", "u2", 9, 10)}, ""},
		"with one that is off":      {[]Hearing{h("a", "court-1", "u1", 9, 11), cancelled}, ""},
		"after one closed early":    {[]Hearing{closed, h("b", "court-1", "u1", 10, 11)}, ""},
		"before it was closed":      {[]Hearing{closed, h("b", "court-1", "u2", 9.5, 11)}, "site court-1: a b 09:30-10:00"},
		"a long one and many short": {[]Hearing{h("a", "court-1", "u1", 9, 12), h("b", "court-1", "u2", 9, 10), h("c", "court-1", "u3", 10, 11)}, "site court-1: a b 09:00-10:00, site court-1: a c 10:00-11:00"},
		"a chain":                   {[]Hearing{h("a", "court-1", "u1", 9, 10), h("b", "court-1", "u2", 9.5, 11), h("c", "court-1", "u3", 10.5, 12)}, "site court-1: a b 09:30-10:00, site court-1: b c 10:30-11:00"},
	} {
		var slots []Slot
		for _, h := range x.hearings {
			slots = append(slots, h.Slots()...)
		}
		var got []string
		for _, c := range Clashes(slots) {
			s := fmt.Sprintf("%s %s%s: %s %s %s-%s", c.Kind, c.Site, c.Person.User, c.A, c.B, c.From.In(Shanghai).Format("15:04"), c.To.In(Shanghai).Format("15:04"))
			if c.Warning() {
				s += " (warning)"
			}
			if !c.Kind.Valid() {
				t.Error(c.Kind)
			}
			got = append(got, s)
		}
		if strings.Join(got, ", ") != x.want {
			t.Errorf("%s: %s, not %s", name, strings.Join(got, ", "), x.want)
		}
	}
}

// A hearing adjourned to another day stands in the calendar on both, and gives its
// courtroom back when it is adjourned.
func TestAnAdjournedHearingStandsOnBothDays(t *testing.T) {
	t.Parallel()
	h := scheduled(t, trialPlan())
	do(t, &h, cmd(CommandPrepare), cmd(CommandOpen), cmd(CommandAdjourn), cmd(CommandPostpone))
	slots := h.Slots()
	if len(slots) != 2 || slots[0].Start != nine || slots[0].End != nine.Add(2*time.Minute) || slots[1].Start != nine.Add(7*dayOne) || slots[1].End != nine.Add(7*dayOne+2*time.Hour) {
		t.Fatalf("%+v", slots)
	}
	other := hearingAt(t, "h2", "court-1", "u7", 10, 11)
	if got := Clashes(append(slots, other.Slots()...)); got != nil {
		t.Errorf("%+v", got)
	}
	if ClashKind("colour").Valid() {
		t.Error("colours clash")
	}
}
