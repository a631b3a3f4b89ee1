package signaling_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"avhub/rooms"
	"avhub/rooms/office"
)

func TestEverybodyIsOfferedWhatIsTheirsToDo(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	path := "/api/v1/hearings/" + x.ID
	view := func(who string) office.HearingView { return into[office.HearingView](t, h.as(t, who, "GET", path, "")) }
	kinds := func(v office.HearingView) (all []rooms.CommandKind) {
		for _, o := range v.Offers {
			all = append(all, o.Kind)
		}
		return all
	}
	plan := []rooms.CommandKind{rooms.CommandChange, rooms.CommandChangePanel, rooms.CommandPostpone, rooms.CommandPrepare, rooms.CommandCancel}
	for name, c := range map[string]struct {
		who   string
		want  []rooms.CommandKind
		power office.HearingPowers
	}{
		"the clerk": {b.clerk, plan, office.HearingPowers{Manage: true, Enter: true}}, "the judge": {b.judge, plan, office.HearingPowers{Manage: true, Enter: true}},
		"the inspector": {b.inspector, nil, office.HearingPowers{Enter: true}},
	} {
		if v := view(c.who); !slices.Equal(kinds(v), c.want) || v.May != c.power || v.Number.IsZero() {
			t.Errorf("%s is offered %v, may %+v", name, kinds(v), v.May)
		}
	}
	into[rooms.Hearing](t, h.as(t, b.clerk, "POST", path+"/commands", `{"kind":"prepare"}`))
	into[rooms.Hearing](t, h.as(t, b.judge, "POST", path+"/commands", `{"kind":"open"}`))
	for _, o := range view(b.clerk).Offers {
		if !o.OnOrder {
			t.Errorf("the clerk is offered %+v", o)
		}
	}
	if v := view(b.judge); !slices.Contains(kinds(v), rooms.CommandClose) || v.Offers[0].OnOrder {
		t.Errorf("the judge is offered %+v", v.Offers)
	}
}

// Who is on the panel without an account, and who is beside it, stay one person
// each when the panel changes.
func TestParticipantsFollowThePanel(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	path := "/api/v1/hearings/" + x.ID
	panel := func(members ...string) string {
		bench := []string{`{"user":"` + b.judgeUser.ID + `","name":"王法官","part":"presiding_judge"}`}
		return `{"kind":"change_panel","panel":[` + strings.Join(append(bench, members...), ",") + `]}`
	}
	people := func() map[string]string {
		by := map[string]string{}
		for _, p := range into[office.HearingView](t, h.as(t, b.clerk, "GET", path, "")).Participants {
			if by[p.Name] != "" {
				t.Errorf("%s stands there twice", p.Name)
			}
			by[p.Name] = p.ID
		}
		return by
	}
	assessor := `{"name":"张陪审","part":"assessor"}`
	into[items[rooms.Participant]](t, h.as(t, b.clerk, "PUT", path+"/participants", `{"items":[{"name":"李四","part":"defendant"}]}`))
	into[rooms.Hearing](t, h.as(t, b.judge, "POST", path+"/commands", panel(assessor)))
	first := people()
	into[rooms.Hearing](t, h.as(t, b.judge, "POST", path+"/commands", panel(assessor, `{"name":"王陪审","part":"assessor"}`)))
	second := people()
	if len(first) != 3 || len(second) != 4 || second["张陪审"] != first["张陪审"] || second["李四"] != first["李四"] {
		t.Errorf("%v, then %v", first, second)
	}
	into[items[rooms.Participant]](t, h.as(t, b.judge, "PUT", path+"/participants", `{"items":[]}`))
	if got := people(); len(got) != 3 || got["张陪审"] == "" || got["李四"] != "" {
		t.Errorf("without participants beside it, the panel is %v", got)
	}
	into[rooms.Hearing](t, h.as(t, b.judge, "POST", path+"/commands", panel()))
	if got := people(); len(got) != 1 {
		t.Errorf("who left the panel is still there: %v", got)
	}
}

func TestAJudgesCaseIsTheirsBeforeItHasAHearing(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	c := into[rooms.Case](t, h.as(t, b.judge, "POST", "/api/v1/cases", `{"court":"aihui","number":"（2026）黑1102民初99号","title":"借款合同纠纷"}`))
	if a := h.as(t, b.judge, "GET", "/api/v1/cases/"+c.ID, ""); a.StatusCode != http.StatusOK {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if got := into[items[rooms.Case]](t, h.as(t, b.judge, "GET", "/api/v1/cases?q=99", "")).Items; len(got) != 1 {
		t.Errorf("%+v", got)
	}
	other := h.court.token(h.court.user("other-judge", rooms.Grant{Role: rooms.Judge, Court: "aihui"}))
	if a := h.as(t, other, "GET", "/api/v1/cases/"+c.ID, ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("another judge sees it: %d", a.StatusCode)
	}
	if got := into[items[rooms.Case]](t, h.as(t, other, "GET", "/api/v1/cases", "")).Items; len(got) != 0 {
		t.Errorf("another judge finds %+v", got)
	}
}
