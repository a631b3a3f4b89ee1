package signaling_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// browser is somebody's: it keeps cookies, and comes from an address of its own
// on this machine, so that what one is limited to is not another's.
type browser struct {
	h       *hub
	client  *http.Client
	cookies map[string]string
}

var addresses atomic.Int64

func (h *hub) browser() *browser {
	n := addresses.Add(1)
	local := &net.TCPAddr{IP: net.IPv4(127, byte(1+n/60000), byte(n/250%240), byte(2+n%250))}
	dialer := net.Dialer{LocalAddr: local}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, addr)
	}}
	h.court.t.Cleanup(transport.CloseIdleConnections)
	return &browser{h: h, cookies: map[string]string{}, client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// ask sends a request with the cookies; headers are pairs of name and value.
func (b *browser) ask(t *testing.T, method, path, body string, headers ...string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.h.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got.Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return &answer{got, string(text)}
}

// logIn logs in with a password.
func (b *browser) logIn(t *testing.T, name, password string) *answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	return b.ask(t, "POST", "/api/v1/login", string(body))
}

// enter is the browser of an account that is there, logged in.
func (h *hub) enter(t *testing.T, name string) *browser {
	t.Helper()
	b := h.browser()
	if a := b.logIn(t, name, goodPassword); a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", name, a.StatusCode, a.body)
	}
	return b
}

// house is two courts with people and things of each.
type house struct {
	*hub
	columns  []string // roles at aihui, and others
	browsers map[string]*browser
	users    map[string]string // ids, by court
	hearings map[string]rooms.Hearing
	cases    map[string]string
	clerks   map[string]string // tokens, by court
	next     int
}

func newHouse(t *testing.T) *house {
	t.Helper()
	room, far, wall := push, push, push
	room.ID, room.Court, room.SiteID = "cam-aihui", "aihui", "room-aihui"
	far.ID, far.Court, far.SiteID = "cam-beian", "beian", "room-beian"
	wall.ID, wall.Court, wall.Site = "wall-aihui", "aihui", "command_centre"
	x := &house{hub: newHub(t, room, far, wall), browsers: map[string]*browser{}, users: map[string]string{}, hearings: map[string]rooms.Hearing{}, cases: map[string]string{}, clerks: map[string]string{}}
	grant := func(r rooms.Role, court string) rooms.Grant { return rooms.Grant{Role: r, Court: court} }
	x.court.change(func(tx *store.Tx) error {
		for _, court := range []string{"aihui", "beian"} {
			if err := tx.PutSite(rooms.Site{ID: "room-" + court, Court: court, Kind: rooms.Courtroom, Name: "第一法庭"}); err != nil {
				return err
			}
		}
		return nil
	})
	x.columns = []string{"stranger", "half"}
	var judge, clerk string
	for _, r := range rooms.Roles {
		a := x.court.user(strings.ReplaceAll(string(r), "_", "-"), grant(r, "aihui"))
		x.columns = append(x.columns, string(r))
		x.browsers[string(r)] = x.hub.enter(t, a.Name)
		switch r {
		case rooms.Judge:
			judge = a.ID
		case rooms.Clerk:
			clerk = a.ID
			x.clerks["aihui"] = x.court.token(a)
		}
	}
	x.columns = append(x.columns, "guest")
	for _, court := range []string{"aihui", "beian"} {
		x.users[court] = x.court.user("user-of-"+court, grant(rooms.Clerk, court)).ID
	}
	farClerk := x.court.user("far-clerk", grant(rooms.Clerk, "beian"))
	x.clerks["beian"] = x.court.token(farClerk)

	half := x.court.user("half", grant(rooms.Admin, "heihe"), grant(rooms.Judge, "heihe"), grant(rooms.Auditor, "heihe"))
	x.court.change(func(tx *store.Tx) error { return tx.SetTOTP(half.ID, login.NewTOTPSecret(), 0) })
	x.browsers["half"], x.browsers["stranger"] = x.hub.enter(t, "half"), x.hub.browser()

	for court, panel := range map[string]string{"aihui": judge, "beian": farClerk.ID} {
		part := map[string]string{"aihui": "presiding_judge", "beian": "clerk"}[court]
		number := map[string]string{"aihui": "（2026）黑1102民初1号", "beian": "（2026）黑1181民初1号"}[court]
		c := into[rooms.Case](t, x.as(t, x.clerks[court], "POST", "/api/v1/cases", `{"court":"`+court+`","number":"`+number+`","title":"买卖合同纠纷"}`))
		x.cases[court] = c.ID
		members := []rooms.Member{{User: panel, Name: "某人", Part: rooms.Part(part)}}
		if court == "aihui" {
			members = append(members, rooms.Member{User: clerk, Name: "李书记", Part: rooms.PartClerk})
		}
		plan, err := json.Marshal(rooms.Plan{Case: c.ID, Court: court, Site: "room-" + court, Kind: rooms.KindTrial, Title: "买卖合同纠纷", Start: time.Now().Add(10 * time.Minute), Minutes: 60, Recorded: true, Panel: members})
		if err != nil {
			t.Fatal(err)
		}
		x.hearings[court] = into[rooms.Hearing](t, x.as(t, x.clerks[court], "POST", "/api/v1/hearings", string(plan)))
		x.guests(t, court)
	}
	return x
}

// guests enters those who come by link to a court's hearing, and lets the
// defendant of aihui in.
func (x *house) guests(t *testing.T, court string) {
	t.Helper()
	path := "/api/v1/hearings/" + x.hearings[court].ID
	people := into[items[rooms.Participant]](t, x.as(t, x.clerks[court], "PUT", path+"/participants", `{"items":[{"name":"李四","part":"defendant"},{"name":"王证","part":"witness"}]}`))
	for _, p := range people.Items {
		if p.Name != "李四" || court != "aihui" {
			continue
		}
		link := into[struct{ Token string }](t, x.as(t, x.clerks[court], "POST", path+"/links", `{"participant":"`+p.ID+`"}`))
		b := x.hub.browser()
		if a := b.ask(t, "POST", "/api/v1/join", `{"token":"`+link.Token+`"}`); !strings.Contains(a.body, `"let_in"`) {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		x.browsers["guest"] = b
	}
}

// witness is the participant of a court's hearing whose links come and go.
func (x *house) witness(t *testing.T, court string) string {
	t.Helper()
	whole := into[struct{ Participants []rooms.Participant }](t, x.as(t, x.clerks[court], "GET", "/api/v1/hearings/"+x.hearings[court].ID, ""))
	for _, p := range whole.Participants {
		if p.Name == "王证" {
			return p.ID
		}
	}
	t.Fatal("there is no witness")
	return ""
}

// fresh is a name that was not given before.
func (x *house) fresh(what string) string {
	x.next++
	return fmt.Sprintf("%s-%d", what, x.next)
}
