package signaling_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/store"
)

// Whether a name is somebody's cannot be told from what is answered, nor from
// how long that takes.
func TestNamesCannotBeTold(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.court.user("wang", rooms.Grant{Role: rooms.Judge, Court: "heihe"})
	gone := h.court.user("gone", rooms.Grant{Role: rooms.Judge, Court: "heihe"})
	oidc := h.court.user("oidc", rooms.Grant{Role: rooms.Judge, Court: "heihe"})
	gone.Disabled, oidc.Password = true, ""
	h.court.change(func(tx *store.Tx) error {
		if err := tx.PutUser(gone); err != nil {
			return err
		}
		return tx.PutUser(oidc)
	})
	names := []string{"nobody", "wang", "gone", "oidc", "No Name At All", ""}
	said := map[string]map[string]bool{}
	took := map[string][]time.Duration{}
	for n := range 15 { // before anybody has to wait
		for k := range names {
			name := names[(k+n)%len(names)]
			b := h.browser() // from an address of its own
			began := time.Now()
			a := b.logIn(t, name, "a wrong password")
			took[name] = append(took[name], time.Since(began))
			var headers []string
			for header, values := range a.Header {
				if header != "Date" {
					headers = append(headers, header+": "+strings.Join(values, ","))
				}
			}
			slices.Sort(headers)
			if said[name] == nil {
				said[name] = map[string]bool{}
			}
			said[name][fmt.Sprint(a.StatusCode, headers, a.body)] = true
		}
	}
	for _, name := range names {
		if len(said[name]) != 1 || fmt.Sprint(said[name]) != fmt.Sprint(said["nobody"]) {
			t.Errorf("%q is told\n%v\nnobody\n%v", name, said[name], said["nobody"])
		}
	}
	for _, name := range names { // the fastest: what slows the machine only adds
		if off := slices.Min(took[name]) - slices.Min(took["nobody"]); off.Abs() > 5*time.Millisecond {
			t.Errorf("%q takes %s longer or less than nobody", name, off)
		}
	}
}

// Nobody writes a line of their own into the log.
func TestNobodyForgesALineOfTheLog(t *testing.T) {
	t.Parallel()
	x := newHouse(t)
	const forged = "time=2026-01-01T00:00:00Z level=INFO msg=\"log-in\" user=admin"
	evil := "x\n" + forged + "\r\n\x1b[2K" + forged + "\u2028" + forged
	raw, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	b := x.browsers["technician"]
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/api/v1/login", `{"name":` + text + `,"password":` + text + `}`},
		{"POST", "/api/v1/join", `{"token":` + text + `,"code":` + text + `}`},
		{"POST", "/api/v1/sources", `{"id":"new","court":"aihui","name":` + text + `,"url":"rtsp://u:p@127.0.0.1:1/` + "%0a" + `time=x"}`},
		{"POST", "/api/v1/sources", `{"id":"newer","court":"aihui","url":` + text + `}`},
		{"POST", "/api/v1/sources/probe", `{"url":"rtsp://127.0.0.1:1/%0atime=2026","source":` + text + `}`},
		{"GET", "/api/v1/sources/%0a" + "time=2026-01-01%20level=INFO", ""},
		{"POST", "/whep/%0atime=2026-01-01", "nonsense"},
		{"GET", "/%0d%0atime=2026-01-01", ""},
		{"GET", "/api/v1/audit?who=%0atime=2026", ""},
	} {
		x.browsers["technician"].ask(t, c.method, c.path, c.body, "User-Agent", "x\ttime=2026-01-01 level=INFO", "X-Forwarded-For", "1.2.3.4 time=2026", "Referer", "time=2026")
		b.ask(t, c.method, c.path, c.body)
	}
	if a := x.browsers["admin"].ask(t, "PATCH", "/api/v1/users/"+x.users["aihui"], `{"full_name":`+text+`}`); a.StatusCode != 422 {
		t.Errorf("a name of several lines: %d %s", a.StatusCode, a.body)
	}
	for line := range strings.Lines(x.log.String()) {
		if !strings.HasPrefix(line, "time=") || strings.HasPrefix(line, "time=2026-01-01") || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\r\x1b\u2028") {
			t.Errorf("a forged line: %q", line)
		}
	}
	err = fs.WalkDir(os.DirFS(x.court.audit.Dir()), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".jsonl") {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(x.court.audit.Dir(), path))
		for line := range strings.Lines(string(raw)) {
			if !strings.HasPrefix(line, `{"n":`) || strings.ContainsAny(line, "\r\x1b\u2028") {
				t.Errorf("a forged entry: %q", line)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// totp is what an authenticator app shows now (RFC 6238).
func totp(t *testing.T, secret string) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, uint64(time.Now().Unix()/30))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// Secrets of people are shown once, to them, and stand nowhere else: not in the
// log, the audit, other answers, nor, but for those that must be reckoned with,
// in the database.
func TestPeoplesSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	x := newHouse(t)
	secrets := map[string]string{"the password": "planted ostrich 41 umbrella", "the next password": "planted giraffe 52 lagoon", "a wrong password": "planted falcon 63 meadow"}
	var said []string
	keep := func(a *answer) *answer {
		said = append(said, a.body)
		return a
	}
	admin := x.browsers["admin"]
	keep(admin.ask(t, "POST", "/api/v1/users", `{"name":"zhaoliu","full_name":"某人","roles":[{"role":"judge","court":"aihui"}],"password":"`+secrets["the password"]+`"}`))
	b := x.browser()
	keep(b.logIn(t, "zhaoliu", secrets["a wrong password"]))
	keep(b.logIn(t, secrets["the password"], "x")) // in the wrong field
	if a := keep(b.logIn(t, "zhaoliu", secrets["the password"])); a.StatusCode != 200 {
		t.Fatal(a.body)
	}
	secrets["a session of before the change"] = b.cookies[cookieName]
	if a := keep(b.ask(t, "POST", "/api/v1/me/password", `{"old":"`+secrets["the password"]+`","new":"`+secrets["the next password"]+`"}`)); a.StatusCode != 200 {
		t.Fatal(a.body)
	}
	secrets["the session"], secrets["the device"] = b.cookies[cookieName], b.cookies[cookieName+"-device"]
	factor := into[struct{ Secret string }](t, b.ask(t, "POST", "/api/v1/me/second-factor", ""))
	secrets["the second factor"] = factor.Secret
	codes := into[struct{ Codes []string }](t, b.ask(t, "PUT", "/api/v1/me/second-factor", `{"secret":"`+factor.Secret+`","code":"`+totp(t, factor.Secret)+`","password":"`+secrets["the next password"]+`"}`))
	for i, c := range codes.Codes {
		secrets[fmt.Sprint("recovery code ", i)] = c
	}
	token := into[struct{ Token string }](t, b.ask(t, "POST", "/api/v1/me/tokens", `{"name":"x","scopes":["watch"],"days":1}`))
	secrets["the API token"] = token.Token
	path := "/api/v1/hearings/" + x.hearings["aihui"].ID
	link := into[struct{ Token, Digits string }](t, x.browsers["clerk"].ask(t, "POST", path+"/links", `{"participant":"`+x.witness(t, "aihui")+`","code":true}`))
	guest := x.browser()
	keep(guest.ask(t, "POST", "/api/v1/join", `{"token":"`+link.Token+`","code":"`+link.Digits+`"}`))
	secrets["the guest's session"], secrets["the guest's device"] = guest.cookies[cookieName], guest.cookies[cookieName+"-device"]
	if secrets["the guest's session"] == "" {
		t.Fatal("the guest is not in")
	}
	linkSecrets := map[string]string{"the join link": link.Token, "the link's digits": `"` + link.Digits + `"`}

	for _, path := range []string{"me", "users", "users/id-clerk/tokens", "users/id-clerk/sessions", "courts", "sites", "sources", "cases", "hearings", "audit", "audit.csv", "audit/head", "hub", "door"} {
		for _, who := range []string{"admin", "clerk", "auditor", "technician", "judge"} {
			keep(x.browsers[who].ask(t, "GET", "/api/v1/"+path, ""))
		}
		keep(b.ask(t, "GET", "/api/v1/"+path, ""))
	}
	keep(x.ask(t, "GET", "/metrics", ""))
	keep(b.ask(t, "GET", path, ""))
	places := map[string]string{"an answer": strings.Join(said, "\n"), "the log": x.log.String()}
	dir := x.court.audit.Dir()
	for place, pattern := range map[string]string{"the audit": dir + "/*", "the database": filepath.Dir(dir) + "/avhub.db*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(place, err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			places[place] += string(raw)
		}
	}
	if !strings.Contains(places["the audit"], `"zhaoliu"`) || !strings.Contains(places["the database"], "zhaoliu") || !strings.Contains(places["an answer"], "zhaoliu") {
		t.Error("this test looks in the wrong places")
	}
	for what, secret := range secrets {
		for place, text := range places {
			if what == "the second factor" && place == "the database" { // it must be reckoned with
				continue
			}
			if len(secret) < 16 || strings.Contains(text, secret) {
				t.Errorf("%s stands in %s (or is short: %d)", what, place, len(secret))
			}
		}
	}
	for what, secret := range linkSecrets {
		for place, text := range places {
			if strings.Contains(text, secret) {
				t.Errorf("%s stands in %s", what, place)
			}
		}
	}
}
