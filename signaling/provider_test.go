package signaling_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/rooms/store"
	"avhub/signaling"
	"avhub/signaling/oidc"
	"avhub/signaling/oidc/oidctest"
)

// rules of the tests' hub: who is a judge, a clerk and an administrator.
var rules = []office.RoleRule{
	{Value: "judges", Grant: rooms.Grant{Role: rooms.Judge, Court: "aihui", Sites: []string{"court-1"}}},
	{Value: "more-judges", Grant: rooms.Grant{Role: rooms.Judge, Court: "aihui", Sites: []string{"court-2", "court-1"}}},
	{Value: "clerks", Grant: rooms.Grant{Role: rooms.Clerk, Court: "beian"}},
	{Value: "admins", Grant: rooms.Grant{Role: rooms.Admin, Court: "heihe"}},
	{Value: "judges", Grant: rooms.Grant{Role: rooms.Auditor, Court: "atlantis"}}, // there is no such court
}

// newProviderHub starts a hub with an identity provider.
func newProviderHub(t *testing.T, mapped bool) (*hub, *oidctest.Provider) {
	t.Helper()
	idp := oidctest.New(t)
	provider, err := oidc.New(oidc.Options{Issuer: idp.URL, ClientID: oidctest.Client, ClientSecret: oidctest.Secret, Scopes: []string{"profile"}, Claim: "roles"})
	if err != nil {
		t.Fatal(err)
	}
	closes(t, provider.Close)
	v := variation{options: func(o *signaling.Options) {
		o.Provider = &signaling.Provider{Name: "黑龙江法院统一身份认证", OIDC: provider}
	}}
	if mapped {
		v.roles = rules
	}
	return newHubWith(t, v, push), idp
}

func grantsOf(me signaling.Me) string {
	var all []string
	for _, g := range me.Roles {
		all = append(all, string(g.Role)+"@"+g.Court+":"+strings.Join(g.Sites, "+"))
	}
	return strings.Join(all, " ")
}

func TestLogInThroughTheProvider(t *testing.T) {
	t.Parallel()
	h, idp := newProviderHub(t, true)
	var door signaling.Door
	h.api(t, "GET", "/door", nil, http.StatusOK, &door)
	if !door.OIDC || door.Name != "黑龙江法院统一身份认证" {
		t.Errorf("%+v", door)
	}
	b := newSurfer(t, h)
	if at := b.open(h.url + "/api/v1/oidc/login?next=/audit%3Fx=1"); at.RequestURI() != "/audit?x=1" {
		t.Fatalf("came to %s", at)
	}
	me := b.me()
	if me.Name != "wang" || me.FullName != "王建国" || me.Stage != "full" || me.HasPassword || !me.Linked || grantsOf(me) != "judge@aihui:court-1" {
		t.Errorf("%+v", me)
	}
	if me.LogOut != idp.URL+"/logout?client_id=avhub" {
		t.Errorf("log out at %s", me.LogOut)
	}

	// The provider's say counts at the next log-in; the account is the same.
	idp.Person["roles"], idp.Person["preferred_username"], idp.Person["name"] = []string{"more-judges", "judges", "clerks"}, "wang.jianguo", "王建国（改名）"
	b.open(h.url + "/api/v1/oidc/login")
	again := b.me()
	if again.ID != me.ID || again.Name != "wang" || grantsOf(again) != "judge@aihui:court-1+court-2 clerk@beian:" {
		t.Errorf("%+v", again)
	}

	// Without a role here they are not let in, and what they had is gone.
	idp.Person["roles"] = []string{"gardeners"}
	if at := b.open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=no_role" {
		t.Errorf("came to %s", at)
	}
	if me := b.me(); len(me.Roles) != 0 || b.ask("GET", "/api/v1/hub", "", nil) != http.StatusForbidden {
		t.Errorf("%+v", me)
	}
	if at := newSurfer(t, h).open(h.url + "/api/v1/oidc/login?next=https://evil.example/"); at.RequestURI() != "/login?failed=no_role" {
		t.Errorf("came to %s", at)
	}
	idp.Person["sub"] = "somebody new"
	if at := newSurfer(t, h).open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=no_role" {
		t.Errorf("came to %s", at)
	}
}

// A name is no identity: the account of that name stays its owner's until they
// link it themselves.
func TestAccountsAreLinkedByTheirOwners(t *testing.T) {
	t.Parallel()
	h, _ := newProviderHub(t, false)
	wang := h.court.user("wang", rooms.Grant{Role: rooms.Judge, Court: "heihe"})
	b := newSurfer(t, h)
	if at := b.open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=not_linked" || b.me().ID != "" {
		t.Fatalf("came to %s as %+v", at, b.me())
	}
	if status := b.ask("POST", "/api/v1/login", `{"name":"wang","password":"`+goodPassword+`"}`, nil); status != http.StatusOK {
		t.Fatal(status)
	}
	if status := b.ask("POST", "/api/v1/me/identity", `{"password":"not mine at all"}`, nil); status != http.StatusUnprocessableEntity {
		t.Errorf("linked with a wrong password: %d", status)
	}
	var to struct{ Address string }
	if status := b.ask("POST", "/api/v1/me/identity", `{"password":"`+goodPassword+`"}`, &to); status != http.StatusOK || !strings.Contains(to.Address, "prompt=login") {
		t.Fatal(status, to)
	}
	if at := b.open(to.Address); at.RequestURI() != "/account?linked=yes" {
		t.Fatalf("came to %s", at)
	}
	other := newSurfer(t, h)
	other.open(h.url + "/api/v1/oidc/login")
	if me := other.me(); me.ID != wang.ID || !me.Linked || grantsOf(me) != "judge@heihe:" {
		t.Errorf("%+v", me)
	}

	// Another account cannot have the same identity.
	h.court.user("li", rooms.Grant{Role: rooms.Clerk, Court: "heihe"})
	li := newSurfer(t, h)
	li.ask("POST", "/api/v1/login", `{"name":"li","password":"`+goodPassword+`"}`, nil)
	li.ask("POST", "/api/v1/me/identity", `{"password":"`+goodPassword+`"}`, &to)
	if at := li.open(to.Address); at.RequestURI() != "/account?failed=linked_elsewhere" {
		t.Errorf("came to %s", at)
	}

	// Unlinked, what the provider had let in is out.
	if status := b.ask("POST", "/api/v1/users/"+wang.ID+"/identity/drop", `{"password":"`+goodPassword+`"}`, nil); status != http.StatusNoContent {
		t.Error(status)
	}
	if me := other.me(); me.ID != "" {
		t.Errorf("still in: %+v", me)
	}
	if me := b.me(); me.ID != wang.ID || me.Linked {
		t.Errorf("%+v", me)
	}
	if at := other.open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=not_linked" {
		t.Errorf("came to %s", at)
	}
}

func TestANameThatIsTakenStaysTaken(t *testing.T) {
	t.Parallel()
	h, idp := newProviderHub(t, true)
	h.court.user("wang", rooms.Grant{Role: rooms.Admin, Court: "heihe"})
	idp.Person["roles"] = []string{"admins"}
	b := newSurfer(t, h)
	if at := b.open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=name_taken" || b.me().ID != "" {
		t.Errorf("came to %s as %+v", at, b.me())
	}
	for proposal, want := range map[string]string{"王建国": "p-", "": "p-", "Li.Si@court.example": "li.si"} {
		idp.Person["sub"], idp.Person["preferred_username"] = "of "+proposal, proposal
		b := newSurfer(t, h)
		b.open(h.url + "/api/v1/oidc/login")
		if me := b.me(); !strings.HasPrefix(me.Name, want) || me.FullName != "王建国" {
			t.Errorf("%q becomes %+v", proposal, me)
		}
	}
}

// Attacks on the way there and back.
func TestAttacksOnTheWay(t *testing.T) {
	t.Parallel()
	h, idp := newProviderHub(t, true)
	var brought url.Values
	idp.Answer = func(v url.Values) { brought = v }
	victim, attacker := newSurfer(t, h), newSurfer(t, h)
	stop := func(b *surfer) {
		b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if strings.HasPrefix(r.URL.Path, "/api/v1/oidc/callback") {
				return http.ErrUseLastResponse
			}
			return nil
		}
	}
	goOn := func(b *surfer) { b.CheckRedirect = nil }

	// The attacker logs in as themselves, stops, and has the victim go on.
	stop(attacker)
	attacker.open(h.url + "/api/v1/oidc/login")
	planted := h.url + "/api/v1/oidc/callback?" + brought.Encode()
	if at := victim.open(planted); at.RequestURI() != "/login?failed=flow" || victim.me().ID != "" {
		t.Errorf("the victim is logged in as another: %s %+v", at, victim.me())
	}
	goOn(attacker) // and it is used up
	if at := attacker.open(planted); at.RequestURI() != "/login?failed=flow" {
		t.Errorf("used a second time: %s", at)
	}

	// A state that was used, and one that never was.
	victim.open(h.url + "/api/v1/oidc/login")
	if victim.me().ID == "" {
		t.Fatal("not let in")
	}
	used := brought
	for name, answer := range map[string]url.Values{"used": used, "made up": {"state": {login.NewSecret()}, "code": {"x"}}, "empty": {}} {
		if at := victim.open(h.url + "/api/v1/oidc/callback?" + answer.Encode()); at.RequestURI() != "/login?failed=flow" {
			t.Errorf("%s: %s", name, at)
		}
	}

	// A token that is forged leads nowhere, and its browser stays out.
	idp.Sign = func(c map[string]any) string { return idp.JWT(jose.HS256, idp.Key.N.Bytes(), "k1", c) }
	forger := newSurfer(t, h)
	if at := forger.open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=provider_invalid" || forger.me().ID != "" {
		t.Errorf("%s %+v", at, forger.me())
	}
	idp.Sign = nil
	idp.Answer = func(v url.Values) {
		v.Del("code")
		v.Set("error", "access_denied")
		v.Set("error_description", "<script>alert(1)</script>\nfoo=bar")
	}
	if at := forger.open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=provider_refused" {
		t.Errorf("%s", at)
	}
	idp.Answer = nil

	// Somebody has the victim's browser link the attacker's identity: it is
	// bound to the account that asked, with its password.
	h.court.user("li", rooms.Grant{Role: rooms.Clerk, Court: "heihe"})
	li := newSurfer(t, h)
	li.ask("POST", "/api/v1/login", `{"name":"li","password":"`+goodPassword+`"}`, nil)
	var to struct{ Address string }
	li.ask("POST", "/api/v1/me/identity", `{"password":"`+goodPassword+`"}`, &to)
	li.ask("POST", "/api/v1/logout", "", nil)
	if at := li.open(to.Address); at.RequestURI() != "/login?failed=flow" {
		t.Errorf("linked for nobody: %s", at)
	}

	for next, want := range map[string]string{
		"/wall": "/wall", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "/a\r\nSet-Cookie: x=y": "/", "": "/", "javascript:alert(1)": "/",
	} {
		if at := newSurfer(t, h).open(h.url + "/api/v1/oidc/login?" + url.Values{"next": {next}}.Encode()); at.RequestURI() != want || !strings.HasPrefix(at.String(), h.url) {
			t.Errorf("next %q leads to %s", next, at)
		}
	}
	if said := h.log.String(); strings.Contains(said, oidctest.Secret) || strings.Contains(said, used.Get("code")) {
		t.Error("a secret is in the log")
	}
}

func TestTheSecondFactorIsAskedForWhicheverWayOneComes(t *testing.T) {
	t.Parallel()
	h, idp := newProviderHub(t, false)
	wang := h.court.user("wang", rooms.Grant{Role: rooms.Judge, Court: "heihe"})
	wang.Subject, wang.TOTP, wang.MustChange = idp.URL+" 248289761001", login.NewTOTPSecret(), true
	h.court.change(func(tx *store.Tx) error { return tx.PutUser(wang) })
	b := newSurfer(t, h)
	if at := b.open(h.url + "/api/v1/oidc/login?next=/account"); at.RequestURI() != "/login?next=%2Faccount" {
		t.Errorf("came to %s", at)
	}
	if me := b.me(); me.Stage != "second_factor" || b.ask("GET", "/api/v1/hub", "", nil) != http.StatusForbidden {
		t.Errorf("%+v", me)
	}
	if status := b.ask("POST", "/api/v1/login/code", `{"code":"`+totp(t, wang.TOTP)+`"}`, nil); status != http.StatusOK || b.me().Stage != "full" {
		t.Errorf("%d %+v", status, b.me())
	}
	if b.me().LogOut == "" {
		t.Error("how the session began is forgotten")
	}
}

// A disabled account stays out; who is logged out at the provider is out here.
func TestWhatTheProviderAndAdministratorsEnd(t *testing.T) {
	t.Parallel()
	h, idp := newProviderHub(t, true)
	b := newSurfer(t, h)
	b.open(h.url + "/api/v1/oidc/login")
	me := b.me()
	token := func(id string, change func(map[string]any)) string {
		claims := map[string]any{
			"iss": idp.URL, "aud": oidctest.Client, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "jti": id, "sid": "session-1",
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
		}
		change(claims)
		return idp.JWT(jose.RS256, idp.Key, idp.KeyID, claims)
	}
	post := func(token string) int {
		a := h.ask(t, "POST", "/api/v1/oidc/logout", url.Values{"logout_token": {token}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Authorization", "")
		return a.StatusCode
	}
	for name, bad := range map[string]string{
		"nonsense": "x", "nothing": "", "forged": idp.JWT(jose.HS256, idp.Key.N.Bytes(), "k1", map[string]any{"iss": idp.URL}), "for another": token("j0", func(c map[string]any) { c["aud"] = "x" }),
	} {
		if status := post(bad); status != http.StatusBadRequest || b.me().ID == "" {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status := post(token("j1", func(c map[string]any) { c["sid"] = "another session" })); status != http.StatusOK || b.me().ID == "" {
		t.Errorf("another session: %d", status)
	}
	good := token("j2", func(map[string]any) {})
	if status := post(good); status != http.StatusOK || b.me().ID != "" {
		t.Errorf("%d %+v", status, b.me())
	}
	b.open(h.url + "/api/v1/oidc/login")
	if status := post(good); status != http.StatusBadRequest || b.me().ID == "" {
		t.Errorf("the same token again: %d", status)
	}
	if status := post(token("j3", func(c map[string]any) { delete(c, "sid"); c["sub"] = idp.Person["sub"] })); status != http.StatusOK || b.me().ID != "" {
		t.Errorf("all of a person's: %d %+v", status, b.me())
	}

	yes := true
	h.api(t, "PATCH", "/users/"+me.ID, fields{"disabled": yes}, http.StatusOK, nil)
	if at := b.open(h.url + "/api/v1/oidc/login"); at.RequestURI() != "/login?failed=disabled" || b.me().ID != "" {
		t.Errorf("came to %s", at)
	}
	var seen []string
	await(t, "the audit", func() bool {
		seen = nil
		_ = h.court.store.View(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.SearchAudit(store.AuditQuery{Limit: 100})
			for _, r := range rows {
				seen = append(seen, r.Action+" "+r.Outcome)
			}
			return err
		})
		text := strings.Join(seen, "\n")
		return strings.Contains(text, string(audit.EndSession)+" done") && strings.Contains(text, string(audit.LogIn)+" denied") && strings.Contains(text, "manage_accounts done")
	})
}

// The last administrator stays one, whatever the provider says.
func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	h, idp := newProviderHub(t, true)
	h.court.change(func(tx *store.Tx) error { // the boss, who is one too, is gone
		a, err := tx.UserByName("boss")
		if err != nil {
			return err
		}
		a.Disabled = true
		return tx.PutUser(a)
	})
	idp.Person["roles"] = []string{"admins"}
	b := newSurfer(t, h)
	b.open(h.url + "/api/v1/oidc/login")
	idp.Person["roles"] = []string{"clerks"}
	b.open(h.url + "/api/v1/oidc/login")
	if me := b.me(); grantsOf(me) != "clerk@beian: admin@heihe:" {
		t.Errorf("%+v", me.Roles)
	}
}
