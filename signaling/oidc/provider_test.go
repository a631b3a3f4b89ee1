package oidc_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"

	"avhub/signaling/oidc"
	"avhub/signaling/oidc/oidctest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const callback = "https://hub.court.example/api/v1/oidc/callback"

// open prepares the hub's side of a provider.
func open(t *testing.T, p *oidctest.Provider, change ...func(*oidc.Options)) *oidc.Provider {
	t.Helper()
	o := oidc.Options{Issuer: p.URL, ClientID: oidctest.Client, ClientSecret: oidctest.Secret, Scopes: []string{"profile"}, Claim: "roles"}
	for _, f := range change {
		f(&o)
	}
	provider, err := oidc.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Close() })
	return provider
}

// walk goes to an address as a browser does, and returns what it is sent back with.
func walk(t *testing.T, address string) url.Values {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	back, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusFound || !strings.HasPrefix(back.String(), callback+"?") {
		t.Fatal(r.Status, back, err)
	}
	return back.Query()
}

func begin(t *testing.T, provider *oidc.Provider) (oidc.Request, url.Values) {
	t.Helper()
	address, request, err := provider.Begin(t.Context(), callback, false)
	if err != nil {
		t.Fatal(err)
	}
	return request, walk(t, address)
}

func TestLogIn(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	provider := open(t, p)
	for range 2 { // the second time it need not be asked about itself
		request, answer := begin(t, provider)
		who, err := provider.Finish(t.Context(), request, answer)
		if err != nil {
			t.Fatal(err)
		}
		if who.Issuer != p.URL || who.Subject != "248289761001" || who.Name != "wang" || who.FullName != "王建国" || who.Session != "session-1" || !slices.Equal(who.Roles, []string{"judges"}) {
			t.Errorf("%+v", who)
		}
	}
	if n := p.Asked("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("asked %d times about itself", n)
	}
	if n := p.Asked("/userinfo"); n != 0 {
		t.Errorf("userinfo was asked %d times for what the token says", n)
	}
}

// Roles may lie deep in the token, or only at the userinfo endpoint.
func TestWhereRolesStand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claim  string
		person map[string]any
		info   map[string]any
		want   []string
	}{
		"deep":          {"realm_access.roles", map[string]any{"realm_access": map[string]any{"roles": []string{"a", "b"}}}, nil, []string{"a", "b"}},
		"a dotted name": {"https://court.example/roles", map[string]any{"https://court.example/roles": []string{"a"}}, nil, []string{"a"}},
		"one text":      {"group", map[string]any{"group": "clerks"}, nil, []string{"clerks"}},
		"odd values":    {"group", map[string]any{"group": []any{"a", 7, nil, map[string]any{}, "b"}}, nil, []string{"a", "b"}},
		"another kind":  {"group", map[string]any{"group": 7}, nil, nil},
		"nowhere":       {"group", nil, map[string]any{"sub": "248289761001"}, nil},
		"userinfo":      {"group", nil, map[string]any{"sub": "248289761001", "group": []string{"a"}, "name": "another"}, []string{"a"}},
	} {
		p := oidctest.New(t)
		for k, v := range c.person {
			p.Person[k] = v
		}
		p.UserInfo = c.info
		provider := open(t, p, func(o *oidc.Options) { o.Claim = c.claim })
		request, answer := begin(t, provider)
		who, err := provider.Finish(t.Context(), request, answer)
		if err != nil || !slices.Equal(who.Roles, c.want) || who.FullName != "王建国" {
			t.Errorf("%s: %+v %v, want %v", name, who, err, c.want)
		}
	}
}

func codeOf(err error) oidc.Code {
	var e *oidc.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// An answer counts for its own request, and once.
func TestAnswersAreNotReplayed(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	provider := open(t, p)
	request, answer := begin(t, provider)
	stolen, _ := begin(t, provider) // of the same person, another time
	if _, err := provider.Finish(t.Context(), stolen, answer); codeOf(err) != oidc.Invalid {
		t.Errorf("the answer to another request: %v", err)
	}
	stolen.State = request.State
	if _, err := provider.Finish(t.Context(), stolen, answer); codeOf(err) != oidc.Invalid {
		t.Errorf("with another verifier: %v", err)
	}
	request, answer = begin(t, provider)
	if _, err := provider.Finish(t.Context(), request, answer); err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Finish(t.Context(), request, answer); codeOf(err) != oidc.Invalid {
		t.Errorf("a second time: %v", err)
	}
	if _, err := provider.Finish(t.Context(), oidc.Request{}, url.Values{"state": {""}, "code": {"x"}, "iss": {p.URL}}); codeOf(err) != oidc.Invalid {
		t.Errorf("no request at all: %v", err)
	}
}

// New keys are taken in while the hub runs.
func TestTheProviderChangesItsKey(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	provider := open(t, p)
	for _, id := range []string{"k1", "k2"} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		p.Key, p.KeyID = key, id
		request, answer := begin(t, provider)
		if _, err := provider.Finish(t.Context(), request, answer); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestProvidersThatWillNotDo(t *testing.T) {
	t.Parallel()
	says := func(name string, value any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.Metadata = func(m map[string]any) { m[name] = value } }
	}
	for want, forge := range map[string]func(*oidctest.Provider){
		"did not match":                         says("issuer", "https://sso.elsewhere.example"),
		"token_endpoint: http://10.0.0.5":       says("token_endpoint", "http://10.0.0.5/token"),
		"authorization_endpoint":                says("authorization_endpoint", "ftp://x/"),
		"jwks_uri":                              says("jwks_uri", ""),
		"userinfo_endpoint":                     says("userinfo_endpoint", "http://10.0.0.5/userinfo"),
		"the provider alone has, such as RS256": says("id_token_signing_alg_values_supported", []string{"HS256", "none"}),
		"too large":                             says("x", strings.Repeat("x", 2<<20)),
	} {
		p := oidctest.New(t)
		forge(p)
		_, _, err := open(t, p).Begin(t.Context(), callback, false)
		if codeOf(err) != oidc.Unavailable || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for issuer, want := range map[string]string{
		"http://sso.court.example": "not protected by TLS", "sso.court.example": "https://", "": "needed", "https://u:p@sso.court.example": "https://",
	} {
		if _, err := oidc.New(oidc.Options{Issuer: issuer, ClientID: "x"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", issuer, err)
		}
	}
	if _, err := oidc.New(oidc.Options{Issuer: "https://sso.court.example", ClientID: "x", CA: "/nowhere.pem"}); err == nil {
		t.Error("a file that is not there")
	}
}

// A provider that is away when the hub starts is found when it is back.
func TestAProviderThatIsAway(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	now := time.Now()
	away := true
	p.Metadata = func(m map[string]any) {
		if away {
			m["issuer"] = "not ready"
		}
	}
	provider := open(t, p, func(o *oidc.Options) { o.Now = func() time.Time { return now } })
	for range 3 {
		if err := provider.Look(t.Context()); codeOf(err) != oidc.Unavailable {
			t.Fatal(err)
		}
	}
	if n := p.Asked("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("asked %d times within two seconds", n)
	}
	away, now = false, now.Add(3*time.Second)
	if err := provider.Look(t.Context()); err != nil {
		t.Error(err)
	}
	p.Close()
	_, request, err := provider.Begin(context.Background(), callback, true)
	if err != nil {
		t.Fatal(err) // it is known; the browser will tell
	}
	if _, err := provider.Finish(t.Context(), request, url.Values{"state": {request.State}, "code": {"x"}, "iss": {p.URL}}); codeOf(err) != oidc.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestLogOutTokens(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	provider := open(t, p)
	if got := provider.LogOutAddress(); got != "" {
		t.Errorf("before it was asked: %s", got)
	}
	token := func(change func(map[string]any)) string {
		claims := map[string]any{
			"iss": p.URL, "aud": oidctest.Client, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "jti": "j1", "sub": "248289761001", "sid": "session-1",
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
		}
		change(claims)
		return p.JWT(jose.RS256, p.Key, p.KeyID, claims)
	}
	l, id, err := provider.VerifyLogOut(t.Context(), token(func(map[string]any) {}))
	if err != nil || l != (oidc.LogOut{Issuer: p.URL, Subject: "248289761001", Session: "session-1"}) || id != "j1" {
		t.Errorf("%+v %s %v", l, id, err)
	}
	if got := provider.LogOutAddress(); got != p.URL+"/logout?client_id=avhub" {
		t.Errorf("log out at %s", got)
	}
	for name, change := range map[string]func(map[string]any){
		"no event":         func(c map[string]any) { delete(c, "events") },
		"another client":   func(c map[string]any) { c["aud"] = "another" },
		"another issuer":   func(c map[string]any) { c["iss"] = "https://sso.elsewhere.example" },
		"a log-in's token": func(c map[string]any) { c["nonce"] = "x" },
		"nobody":           func(c map[string]any) { delete(c, "sub"); delete(c, "sid") },
		"no id":            func(c map[string]any) { delete(c, "jti") },
		"old":              func(c map[string]any) { c["iat"] = time.Now().Add(-time.Hour).Unix() },
		"over":             func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() },
	} {
		if _, _, err := provider.VerifyLogOut(t.Context(), token(change)); codeOf(err) != oidc.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	var seen oidc.Seen
	now := time.Now()
	if seen.Before("j1", now) || !seen.Before("j1", now.Add(time.Minute)) || seen.Before("j2", now) || seen.Before("j1", now.Add(time.Hour)) {
		t.Error("a token is new once, as long as it could be shown again")
	}
}
