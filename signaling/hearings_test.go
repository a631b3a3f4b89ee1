package signaling_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/store"
)

// as asks as somebody with a token.
func (h *hub) as(t *testing.T, token, method, path, body string) *answer {
	t.Helper()
	return h.ask(t, method, path, body, "Authorization", "Bearer "+token, "Content-Type", "application/json")
}

// into reads an answer that must be a success.
func into[T any](t *testing.T, a *answer) T {
	t.Helper()
	var v T
	if a.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s", a.Request.Method, a.Request.URL, a.StatusCode, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

type items[T any] struct{ Items []T }

// bench is the people of a hearing at aihui.
type bench struct {
	judge, clerk, otherClerk, inspector, auditor string // tokens
	judgeUser, clerkUser                         store.Account
}

// disableJudge has the administrator disable the judge's account.
func (b bench) disableJudge(h *hub) {
	h.court.change(func(tx *store.Tx) error {
		judge, err := tx.User(b.judgeUser.ID)
		if err != nil {
			return err
		}
		judge.Disabled = true
		return tx.PutUser(judge)
	})
}

func newBench(t *testing.T, h *hub) bench {
	t.Helper()
	grant := func(r rooms.Role, court string) rooms.Grant { return rooms.Grant{Role: r, Court: court} }
	b := bench{judgeUser: h.court.user("judge", grant(rooms.Judge, "aihui")), clerkUser: h.court.user("clerk", grant(rooms.Clerk, "aihui"))}
	b.judge, b.clerk = h.court.token(b.judgeUser), h.court.token(b.clerkUser)
	b.otherClerk = h.court.token(h.court.user("other", grant(rooms.Clerk, "beian")))
	b.inspector = h.court.token(h.court.user("inspector", grant(rooms.Inspector, "heihe")))
	b.auditor = h.court.token(h.court.user("auditor", grant(rooms.Auditor, "heihe")))
	h.court.change(func(tx *store.Tx) error {
		return tx.PutSite(rooms.Site{ID: "room-1", Court: "aihui", Kind: rooms.Courtroom, Name: "第一法庭"})
	})
	await(t, "the hub knows the place", func() bool {
		return strings.Contains(h.ask(t, "GET", "/api/v1/sites", "").body, "room-1")
	})
	return b
}

// schedule enters a case and a hearing of it, half an hour from now.
func (b bench) schedule(t *testing.T, h *hub) rooms.Hearing {
	t.Helper()
	c := into[rooms.Case](t, h.as(t, b.clerk, "POST", "/api/v1/cases",
		`{"court":"aihui","number":"(2026)黑1102民初23号","title":"买卖合同纠纷","parties":[{"name":"张三","standing":"plaintiff"},{"name":"李四","standing":"defendant"}]}`))
	if c.Number.String() != "（2026）黑1102民初23号" {
		t.Errorf("the number is %s", c.Number)
	}
	plan, err := json.Marshal(rooms.Plan{
		Case: c.ID, Court: "aihui", Site: "room-1", Kind: rooms.KindTrial, Title: "买卖合同纠纷", Start: time.Now().Add(30 * time.Minute), Minutes: 60, Public: true, Recorded: true,
		Panel: []rooms.Member{{User: b.judgeUser.ID, Name: "王法官", Part: rooms.PartPresidingJudge}, {User: b.clerkUser.ID, Name: "李书记", Part: rooms.PartClerk}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return into[rooms.Hearing](t, h.as(t, b.clerk, "POST", "/api/v1/hearings", string(plan)))
}

func TestAHearingFromItsEntryToTheFile(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	path := "/api/v1/hearings/" + x.ID
	do := func(who, command string) *answer { return h.as(t, who, "POST", path+"/commands", command) }

	for name, who := range map[string]string{"another court's clerk": b.otherClerk, "the auditor": b.auditor} {
		if a := h.as(t, who, "GET", path, ""); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s sees the hearing: %d", name, a.StatusCode)
		}
		if a := do(who, `{"kind":"prepare"}`); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s commands the hearing: %d", name, a.StatusCode)
		}
	}
	if a := do(b.inspector, `{"kind":"prepare"}`); a.StatusCode != http.StatusForbidden {
		t.Errorf("the inspector commands the hearing: %d %s", a.StatusCode, a.body)
	}
	if a := do(b.judge, `{"kind":"open"}`); a.StatusCode != http.StatusConflict || !strings.Contains(a.problem(t).Detail, "scheduled hearing cannot be opened") {
		t.Errorf("opened before anybody could come in: %d %s", a.StatusCode, a.body)
	}
	for _, step := range []struct {
		who, command string
		state        rooms.HearingState
	}{
		{b.clerk, `{"kind":"prepare"}`, rooms.StateWaiting},
		{b.judge, `{"kind":"open"}`, rooms.StateInSession},
		{b.clerk, `{"kind":"adjourn","why":"当事人申请休庭","ordered_by":"` + b.judgeUser.ID + `"}`, rooms.StateAdjourned},
		{b.judge, `{"kind":"resume"}`, rooms.StateInSession},
		{b.judge, `{"kind":"closed_session","why":"涉及商业秘密"}`, rooms.StateClosedSession},
		{b.judge, `{"kind":"resume"}`, rooms.StateInSession},
		{b.judge, `{"kind":"close"}`, rooms.StateClosed},
		{b.clerk, `{"kind":"file"}`, rooms.StateFiled},
	} {
		if got := into[rooms.Hearing](t, do(step.who, step.command)); got.State != step.state {
			t.Fatalf("%s: %s", step.command, got.State)
		}
	}
	if a := do(b.clerk, `{"kind":"adjourn","why":"x"}`); a.StatusCode != http.StatusConflict && a.StatusCode != http.StatusForbidden {
		t.Errorf("a filed hearing was adjourned: %d %s", a.StatusCode, a.body)
	}
	whole := into[struct {
		History      []rooms.Event
		Participants []rooms.Participant
	}](t, h.as(t, b.judge, "GET", path, ""))
	if len(whole.History) != 9 || len(whole.Participants) != 2 || whole.History[3].OrderedBy != b.judgeUser.ID || whole.History[3].Why != "当事人申请休庭" {
		t.Errorf("%+v", whole)
	}
	day := x.Start.In(rooms.Shanghai).Format(time.DateOnly)
	for name, c := range map[string]struct {
		who  string
		want int
	}{"the judge": {b.judge, 1}, "the inspector": {b.inspector, 1}, "another court's clerk": {b.otherClerk, 0}} {
		if got := into[items[rooms.Hearing]](t, h.as(t, c.who, "GET", "/api/v1/hearings?day="+day, "")); len(got.Items) != c.want {
			t.Errorf("%s sees %d hearings of the day", name, len(got.Items))
		}
	}
	for q, want := range map[string]int{"2026黑1102民初23": 1, "李四": 1, "买卖": 1, "民终": 0, "%25": 0} {
		if got := into[items[rooms.Case]](t, h.as(t, b.clerk, "GET", "/api/v1/cases?q="+q, "")); len(got.Items) != want {
			t.Errorf("%s finds %d cases", q, len(got.Items))
		}
	}
}

// joining is what the hub answers to a join link.
type joining struct{ Answer, Name, Hearing string }

// come comes with a link, in a browser with these cookies, and returns those it
// has afterwards.
func (h *hub) come(t *testing.T, token, code, cookies string) (joining, string) {
	t.Helper()
	a := h.ask(t, "POST", "/api/v1/join", `{"token":"`+token+`","code":"`+code+`"}`, "Authorization", "", "Content-Type", "application/json", "Cookie", cookies)
	jar := map[string]string{}
	for _, c := range (&http.Request{Header: http.Header{"Cookie": {cookies}}}).Cookies() {
		jar[c.Name] = c.Value
	}
	for _, c := range a.Cookies() {
		jar[c.Name] = c.Value
	}
	var all []string
	for name, value := range jar {
		all = append(all, name+"="+value)
	}
	return into[joining](t, a), strings.Join(all, "; ")
}

func TestAJoinLinkIsForOnePersonOneHearingOneDevice(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	b := newBench(t, h)
	x := b.schedule(t, h)
	path := "/api/v1/hearings/" + x.ID
	people := into[items[rooms.Participant]](t, h.as(t, b.clerk, "PUT", path+"/participants", `{"items":[{"name":"李四","part":"defendant"},{"name":"王证","part":"witness"}]}`))
	defendant := ""
	for _, p := range people.Items {
		if p.Name == "李四" {
			defendant = p.ID
		}
	}
	if len(people.Items) != 4 || defendant == "" {
		t.Fatalf("%+v", people)
	}
	link := into[struct{ ID, Token, Digits string }](t, h.as(t, b.clerk, "POST", path+"/links", `{"participant":"`+defendant+`","code":true}`))
	if len(link.Token) > 60 || len(link.Digits) != 6 {
		t.Errorf("%+v", link)
	}
	if got, _ := h.come(t, link.Token, "", ""); got.Answer != "code" {
		t.Errorf("without the code: %+v", got)
	}
	wrong := "000000"
	if link.Digits == wrong {
		wrong = "000001"
	}
	if got, _ := h.come(t, link.Token, wrong, ""); got.Answer != "code_wrong" {
		t.Errorf("with a wrong code: %+v", got)
	}
	got, cookies := h.come(t, link.Token, link.Digits, "")
	if got.Answer != "let_in" || got.Name != "李四" || got.Hearing != x.ID {
		t.Fatalf("%+v", got)
	}
	guest := func(method, path string) *answer {
		return h.ask(t, method, path, "", "Authorization", "", "Cookie", cookies)
	}
	if a := guest("GET", path); a.StatusCode != http.StatusOK || strings.Contains(a.body, "王证") || strings.Contains(a.body, `"history"`) {
		t.Errorf("the guest sees %d %s", a.StatusCode, a.body)
	}
	other := b.scheduleSecond(t, h, x.Case)
	for path, want := range map[string]int{
		"/api/v1/hearings/" + other: 404, "/api/v1/sources": 200, "/api/v1/sources/field-1": 404, "/api/v1/users": 403, "/api/v1/hub": 403, "/metrics": 403, "/api/v1/audit": 403,
		"/api/v1/me": 200, path + "/links": 403, "/api/v1/cases": 403,
	} {
		if a := guest("GET", path); a.StatusCode != want || path == "/api/v1/sources" && strings.Contains(a.body, "field-1") {
			t.Errorf("the guest asks for %s: %d %.200s", path, a.StatusCode, a.body)
		}
	}
	// The same device after a reload, without the code; another one never.
	again, _ := h.come(t, link.Token, "", cookies)
	elsewhere, _ := h.come(t, link.Token, link.Digits, "")
	if again.Answer != "let_in" || elsewhere.Answer != "elsewhere" {
		t.Errorf("again %+v, elsewhere %+v", again, elsewhere)
	}
	for name, token := range map[string]string{"nonsense": "x", "cut": link.Token[:49], "changed": "B" + link.Token[1:]} {
		if a := h.ask(t, "POST", "/api/v1/join", `{"token":"`+token+`"}`, "Authorization", "", "Content-Type", "application/json"); a.StatusCode != http.StatusUnprocessableEntity && a.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
	if a := h.as(t, b.otherClerk, "DELETE", path+"/links/"+link.ID, ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("another court's clerk ends the link: %d", a.StatusCode)
	}
	if a := h.as(t, b.clerk, "DELETE", path+"/links/"+link.ID, ""); a.StatusCode != http.StatusNoContent {
		t.Fatalf("revoke: %d %s", a.StatusCode, a.body)
	}
	if a := guest("GET", path); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("after the link has ended: %d", a.StatusCode)
	}
	if got, _ := h.come(t, link.Token, link.Digits, cookies); got.Answer != "revoked" {
		t.Errorf("%+v", got)
	}
}

// scheduleSecond enters another hearing of a case, the day after.
func (b bench) scheduleSecond(t *testing.T, h *hub, caseID string) string {
	t.Helper()
	plan, _ := json.Marshal(rooms.Plan{Case: caseID, Court: "aihui", Kind: rooms.KindTrial, Title: "第二次", Start: time.Now().Add(24 * time.Hour), Minutes: 60, Recorded: true})
	return into[rooms.Hearing](t, h.as(t, b.clerk, "POST", "/api/v1/hearings", string(plan))).ID
}

func TestHearingsComeFromAListAndFromTheCaseSystem(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	send := func(token, query, csv string) *answer {
		return h.ask(t, "POST", "/api/v1/hearings/import?court=aihui"+query, csv, "Authorization", "Bearer "+token, "Content-Type", "text/csv")
	}
	type imported struct {
		Rows                 []rooms.ImportRow
		Problems             []rooms.ImportProblem
		Added, Changed, Same int
	}
	day := time.Now().AddDate(0, 0, 3).In(rooms.Shanghai).Format(time.DateOnly)
	good := rooms.ImportTemplate(true) // headings, and an example below them
	heading, _, _ := strings.Cut(string(good), "\n")
	t.Logf("headings: %s", heading)
	csv := "案号,案由,日期,时间,时长,法庭,类型,公开,审判长,书记员,当事人,外部编号\n" +
		"（2026）黑1102民初7号,借款合同纠纷," + day + ",09:00,60,第一法庭,庭审,是,judge,clerk,原告:赵一;被告:钱二,A-1\n"
	if got := into[imported](t, send(b.clerk, "&preview=true", csv)); len(got.Rows) != 1 || got.Added != 0 {
		t.Fatalf("preview: %+v", got)
	}
	if got := into[imported](t, send(b.clerk, "&preview=true", strings.Replace(csv, "09:00", "25:00", 1))); len(got.Problems) == 0 || got.Problems[0].Line != 2 {
		t.Errorf("a wrong time: %+v", got)
	}
	if got := into[imported](t, send(b.clerk, "", csv)); got.Added != 1 {
		t.Errorf("import: %+v", got)
	}
	if got := into[imported](t, send(b.clerk, "", csv)); got.Same != 1 || got.Added+got.Changed != 0 {
		t.Errorf("the same again: %+v", got)
	}
	if got := into[imported](t, send(b.clerk, "", strings.Replace(csv, "09:00", "10:00", 1))); got.Changed != 1 {
		t.Errorf("another time: %+v", got)
	}
	for name, x := range map[string]struct {
		token, csv string
		want       int
	}{"another court's clerk": {b.otherClerk, csv, 403}, "the judge": {b.judge, csv, 403}, "too large": {b.clerk, strings.Repeat("x", 1<<20+1), 413}} {
		if a := send(x.token, "", x.csv); a.StatusCode != x.want {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
	plan := `{"external_id":"S-9","court":"aihui","kind":"conference","title":"庭前会议","start":"` + time.Now().Add(48*time.Hour).UTC().Format(time.RFC3339) + `","minutes":30,"public":false,"recorded":false}`
	first := into[rooms.Hearing](t, h.as(t, b.clerk, "PUT", "/api/v1/hearings/external", plan))
	second := into[rooms.Hearing](t, h.as(t, b.clerk, "PUT", "/api/v1/hearings/external", plan))
	if first.ID != second.ID || second.Version != first.Version {
		t.Errorf("not the same: %+v %+v", first, second)
	}
}

func TestTheAudit(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	b := newBench(t, h)
	x := b.schedule(t, h)
	h.as(t, b.otherClerk, "GET", "/api/v1/hearings/"+x.ID, "")
	h.as(t, b.clerk, "PATCH", "/api/v1/cases/"+x.Case, `{"title":"=HYPERLINK(\"http://evil.example\")"}`)
	type entry struct {
		N       uint64
		Who     struct{ Name, Kind string }
		Action  string
		Outcome string
		Object  struct{ ID string }
	}
	search := func(token, query string) []entry {
		return into[items[entry]](t, h.as(t, token, "GET", "/api/v1/audit?"+query, "")).Items
	}
	await(t, "the index has the denial", func() bool { return len(search(b.auditor, "object="+x.ID+"&outcome=denied")) == 1 })
	found := search(b.auditor, "object="+x.ID)
	if len(found) != 2 || found[0].Outcome != "denied" || found[0].Who.Name != "other" || found[1].Action != "manage_hearing" || found[1].Who.Name != "clerk" {
		t.Errorf("%+v", found)
	}
	for name, token := range map[string]string{"the clerk": b.clerk, "the administrator": h.boss, "the inspector": b.inspector} {
		for _, path := range []string{"/api/v1/audit", "/api/v1/audit.csv", "/api/v1/audit/head"} {
			if a := h.as(t, token, "GET", path, ""); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", name, path, a.StatusCode)
			}
		}
	}
	below := h.court.token(h.court.user("auditor2", rooms.Grant{Role: rooms.Auditor, Court: "beian"}))
	if got := search(below, "object="+x.ID); len(got) != 0 {
		t.Errorf("an auditor of another court finds %+v", got)
	}
	a := h.as(t, b.auditor, "GET", "/api/v1/audit.csv?who="+b.clerkUser.ID, "")
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.body, "\ufefftime,") || strings.Contains(a.body, ",=") || !strings.Contains(a.body, x.ID) {
		t.Errorf("export: %d %.300s", a.StatusCode, a.body)
	}
	await(t, "the export is in the audit", func() bool { return len(search(b.auditor, "action=read_audit&outcome=done")) == 1 })
	page := into[struct{ Next string }](t, h.as(t, b.auditor, "GET", "/api/v1/audit?limit=1", ""))
	if page.Next == "" || len(search(b.auditor, "limit=1&after="+page.Next)) != 1 {
		t.Errorf("%+v", page)
	}
	if a := h.as(t, b.auditor, "GET", "/api/v1/audit?after=x", ""); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a page of nowhere: %d", a.StatusCode)
	}
}
