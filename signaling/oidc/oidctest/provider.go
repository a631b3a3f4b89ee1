// Package oidctest is a small identity provider for tests: it knows one person,
// lets them in without asking, and is strict about what its client must do. Its
// fields can be changed between requests to have it forge what it sends.
//
//	p := oidctest.New(t)
//	p.Person["roles"] = []string{"judges"}
//	p.Claims = func(c map[string]any) { c["aud"] = "somebody-else" }
package oidctest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Client is the one that the provider knows.
const (
	Client = "avhub"
	Secret = "s3cret-of-the-client"
)

// Provider is the identity provider. Change its fields while no request runs.
type Provider struct {
	*httptest.Server
	T      testing.TB
	Person map[string]any // claims about the person, sub among them
	Key    *rsa.PrivateKey
	KeyID  string

	Metadata func(map[string]any)               // changes what it says of itself
	Claims   func(map[string]any)               // changes the token's claims
	Sign     func(claims map[string]any) string // makes the token; nil: RS256
	Answer   func(url.Values)                   // changes what the browser brings back
	Token    func(map[string]any)               // changes the token endpoint's answer
	UserInfo map[string]any                     // nil: the person

	mu    sync.Mutex
	codes map[string]granted
	asked map[string]int
}

// granted is what a code stands for.
type granted struct{ redirect, challenge, nonce string }

// key is one for all providers of a test program: making one takes a while.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// New starts a provider that ends with the test.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{
		T: t, Key: key(), KeyID: "k1", codes: map[string]granted{}, asked: map[string]int{},
		Person: map[string]any{"sub": "248289761001", "preferred_username": "wang", "name": "王建国", "roles": []string{"judges"}, "sid": "session-1"},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.configuration)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userInfo)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked[r.URL.Path]++
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// Asked counts requests to a path.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

func (p *Provider) configuration(w http.ResponseWriter, _ *http.Request) {
	says := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"userinfo_endpoint": p.URL + "/userinfo", "end_session_endpoint": p.URL + "/logout",
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}, "token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
		"authorization_response_iss_parameter_supported": true, "code_challenge_methods_supported": []string{"S256"},
	}
	if p.Metadata != nil {
		p.Metadata(says)
	}
	answer(w, http.StatusOK, says)
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.Key.Public(), KeyID: p.KeyID, Use: "sig"}}})
}

// authorize lets the person in and sends the browser back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name, want := range map[string]string{"response_type": "code", "client_id": Client, "code_challenge_method": "S256"} {
		if q.Get(name) != want {
			p.T.Errorf("%s is %q, not %q", name, q.Get(name), want)
		}
	}
	if !slices.Contains(strings.Fields(q.Get("scope")), "openid") || len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 || len(q.Get("code_challenge")) != 43 {
		p.T.Errorf("a weak request: %v", q)
	}
	code := rand.Text()
	p.codes[code] = granted{q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce")}
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
	if p.Answer != nil {
		p.Answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token gives the token for a code, once, to whom it was asked by.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	name, secret, _ := r.BasicAuth()
	g, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case name != Client || secret != Secret:
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	case !known, g.redirect != r.PostFormValue("redirect_uri"), g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "the code is not good"})
		return
	}
	access := rand.Text()
	half := sha256.Sum256([]byte(access))
	claims := maps.Clone(p.Person)
	maps.Copy(claims, map[string]any{
		"iss": p.URL, "aud": Client, "nonce": g.nonce, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
		"at_hash": base64.RawURLEncoding.EncodeToString(half[:16]),
	})
	if p.Claims != nil {
		p.Claims(claims)
	}
	says := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": p.signed(claims)}
	if p.Token != nil {
		p.Token(says)
	}
	answer(w, http.StatusOK, says)
}

func (p *Provider) signed(claims map[string]any) string {
	if p.Sign != nil {
		return p.Sign(claims)
	}
	return p.JWT(jose.RS256, p.Key, p.KeyID, claims)
}

// JWT signs claims with a key.
func (p *Provider) JWT(method jose.SignatureAlgorithm, key any, id string, claims map[string]any) string {
	options := (&jose.SignerOptions{}).WithType("JWT")
	if id != "" {
		options = options.WithHeader("kid", id)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: method, Key: key}, options)
	if err != nil {
		p.T.Error(err)
		return ""
	}
	body, err := json.Marshal(claims)
	if err != nil {
		p.T.Error(err)
		return ""
	}
	signed, err := signer.Sign(body)
	if err != nil {
		p.T.Error(err)
		return ""
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		p.T.Error(err)
	}
	return text
}

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	if p.UserInfo != nil {
		answer(w, http.StatusOK, p.UserInfo)
		return
	}
	answer(w, http.StatusOK, p.Person)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
