package signaling_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/rooms/store"
	"avhub/signaling"
)

func TestACaseNumberIsCheckedWhileItIsTyped(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	check := func(who, text string) signaling.CheckedNumber {
		return into[signaling.CheckedNumber](t, h.as(t, who, "GET", "/api/v1/cases/number?text="+url.QueryEscape(text), ""))
	}
	for text, wrong := range map[string]string{
		"2026": "court", "（26）黑1102民初23号": "year", "（2026）火星民初23号": "court", "（2026）黑1102": "type", "（2026）黑1102民初": "number", "（2026）黑1102民初23": "end", "（2026）黑1102民初23号之零": "sub",
	} {
		if got := check(b.clerk, text); got.Wrong != wrong || got.Why == "" || got.Case != "" {
			t.Errorf("%s: %+v", text, got)
		}
	}
	for who, want := range map[string]string{b.clerk: x.Case, b.judge: x.Case, b.otherClerk: "", b.auditor: ""} {
		if got := check(who, "[2026] 黑1102 民初 ２３号"); got.Wrong != "" || got.Number.String() != "（2026）黑1102民初23号" || got.Case != want {
			t.Errorf("%+v, want the case %q", got, want)
		}
	}
}

func TestThosePlanningSeeWhoCanSitAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	h.court.user("chief", rooms.Grant{Role: rooms.Judge, Court: "heihe"})
	gone := h.court.user("gone", rooms.Grant{Role: rooms.Judge, Court: "aihui"})
	gone.Disabled = true
	h.court.change(func(tx *store.Tx) error { return tx.PutUser(gone) })
	for name, c := range map[string]struct {
		who, court string
		want       int
	}{
		"the clerk": {b.clerk, "aihui", 200}, "the judge": {b.judge, "aihui", 200}, "the clerk at the court above": {b.clerk, "heihe", 403},
		"another court's clerk": {b.otherClerk, "aihui", 403}, "the inspector": {b.inspector, "aihui", 403}, "the administrator": {h.boss, "aihui", 403},
	} {
		a := h.as(t, c.who, "GET", "/api/v1/courts/"+c.court+"/colleagues", "")
		if a.StatusCode != c.want {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
		if a.StatusCode != http.StatusOK {
			continue
		}
		list := into[items[office.Colleague]](t, a).Items
		names := []string{}
		for _, x := range list {
			names = append(names, x.Name)
			if x.Name == "clerk" && (!slices.Equal(x.Roles, []rooms.Role{rooms.Clerk}) || x.User != b.clerkUser.ID || x.FullName != "某clerk") {
				t.Errorf("%+v", x)
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"auditor", "boss", "chief", "clerk", "inspector", "judge"}) {
			t.Errorf("%s sees %v", name, names)
		}
	}
	for name, who := range map[string]struct {
		token string
		want  map[string]office.CourtPowers
	}{
		"the clerk": {b.clerk, map[string]office.CourtPowers{"aihui": {Import: true, Schedule: true}}},
		"the judge": {b.judge, map[string]office.CourtPowers{"aihui": {Schedule: true}}},
		"the boss":  {h.boss, map[string]office.CourtPowers{"heihe": {Accounts: true, Courts: true, Sources: true}, "aihui": {Accounts: true, Courts: true, Sources: true}, "beian": {Accounts: true, Courts: true, Sources: true}}},
	} {
		for _, c := range into[items[office.CourtInfo]](t, h.as(t, who.token, "GET", "/api/v1/courts", "")).Items {
			if c.May != who.want[c.ID] {
				t.Errorf("%s at %s: %+v", name, c.ID, c.May)
			}
		}
	}
	words := into[signaling.Vocabulary](t, h.as(t, b.clerk, "GET", "/api/v1/vocabulary", ""))
	if len(words.Kinds) != 8 || len(words.Parts) != len(rooms.Parts) || len(words.Standings) != len(rooms.Standings) || words.Kinds[0].Chinese != "庭审" {
		t.Errorf("%+v", words)
	}
	for language, want := range map[string]string{"": "案号", "zh-CN": "案号", "en": "case number"} {
		a := h.as(t, b.clerk, "GET", "/api/v1/hearings/template.csv?language="+language, "")
		if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.body, "\ufeff"+want+",") || !strings.Contains(a.Header.Get("Content-Disposition"), "hearings.csv") {
			t.Errorf("template %q: %d %.60s", language, a.StatusCode, a.body)
		}
	}
}

func TestAPlanTellsWhatItWouldClashWith(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	check := func(who string, change func(*rooms.Plan), query string) *answer {
		p := x.Plan
		change(&p)
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		return h.as(t, who, "POST", "/api/v1/hearings/clashes"+query, string(raw))
	}
	same := func(*rooms.Plan) {}
	got := into[items[office.PlanClash]](t, check(b.clerk, same, "")).Items
	if len(got) != 3 || got[0].Kind != rooms.SiteClash || got[0].Hearing != x.ID || got[0].Title != x.Title || !got[0].From.Equal(x.Start) || got[1].Kind != rooms.PersonClash || got[1].Person != "王法官" {
		t.Errorf("%+v", got)
	}
	for name, c := range map[string]struct {
		change func(*rooms.Plan)
		query  string
	}{
		"for itself":        {same, "?hearing=" + x.ID},
		"right after":       {func(p *rooms.Plan) { p.Start = p.End() }, ""},
		"elsewhere, others": {func(p *rooms.Plan) { p.Site, p.Panel = "", nil }, ""},
		"of no time yet":    {func(p *rooms.Plan) { p.Start = time.Time{} }, ""},
		"of no length":      {func(p *rooms.Plan) { p.Minutes = -60 }, ""},
	} {
		if got := into[items[office.PlanClash]](t, check(b.clerk, c.change, c.query)).Items; len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if a := check(b.otherClerk, same, ""); a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusNotFound {
		t.Errorf("another court's clerk: %d %s", a.StatusCode, a.body)
	}
	if list := into[items[rooms.Hearing]](t, h.as(t, b.clerk, "GET", "/api/v1/hearings?q=23", "")).Items; len(list) != 1 {
		t.Errorf("checking has entered something: %+v", list)
	}
}

func TestHearingsAreListedWithTheirNamesAndFoundByTheirCase(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	next := b.scheduleSecond(t, h, x.Case)
	list := func(who, query string) []office.HearingInfo {
		return into[items[office.HearingInfo]](t, h.as(t, who, "GET", "/api/v1/hearings?"+query, "")).Items
	}
	day := "day=" + x.Start.In(rooms.Shanghai).Format(time.DateOnly)
	got := list(b.clerk, day)
	if len(got) != 1 || got[0].Number.String() != "（2026）黑1102民初23号" || got[0].CourtName != "爱辉区人民法院" || got[0].SiteName != "第一法庭" || len(got[0].Parties) != 2 {
		t.Errorf("%+v", got)
	}
	for query, want := range map[string]int{day + "&court=aihui": 1, day + "&court=heihe": 1, day + "&court=beian": 0, "q=李四": 2, "q=民初23号": 2, "q=民终": 0, "q=李四&court=beian": 0} {
		if got := list(b.inspector, query); len(got) != want {
			t.Errorf("%s: %d hearings", query, len(got))
		}
	}
	if got := list(b.clerk, "q=2026黑1102"); got[0].ID != next || got[1].ID != x.ID {
		t.Errorf("not the newest first: %+v", got)
	}
	if got := list(b.judge, "q=李四"); len(got) != 1 || got[0].ID != x.ID { // they do not sit in the second
		t.Errorf("the judge finds %+v", got)
	}
	if got := list(b.otherClerk, "q=李四"); len(got) != 0 {
		t.Errorf("another court's clerk finds %+v", got)
	}
	if a := h.as(t, b.auditor, "GET", "/api/v1/hearings?q=李四", ""); a.StatusCode != http.StatusForbidden {
		t.Errorf("the auditor: %d", a.StatusCode)
	}
}
