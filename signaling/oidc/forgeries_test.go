package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"avhub/signaling/oidc"
	"avhub/signaling/oidc/oidctest"
)

// What somebody may try with the token, the answer and the provider's word.
func TestForgeries(t *testing.T) {
	t.Parallel()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	none := func(header string) func(map[string]any) string {
		return func(claims map[string]any) string {
			body, _ := json.Marshal(claims)
			return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
		}
	}
	claim := func(name string, value any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) {
			p.Claims = func(c map[string]any) {
				if c[name] = value; value == nil {
					delete(c, name)
				}
			}
		}
	}
	sign := func(f func(p *oidctest.Provider, claims map[string]any) string) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.Sign = func(c map[string]any) string { return f(p, c) } }
	}
	back := func(f func(url.Values)) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.Answer = f }
	}
	for name, c := range map[string]struct {
		forge func(*oidctest.Provider)
		want  oidc.Code
	}{
		"alg none":            {sign(func(_ *oidctest.Provider, c map[string]any) string { return none(`{"alg":"none"}`)(c) }), oidc.Invalid},
		"alg None":            {sign(func(_ *oidctest.Provider, c map[string]any) string { return none(`{"alg":"None","kid":"k1"}`)(c) }), oidc.Invalid},
		"alg missing":         {sign(func(_ *oidctest.Provider, c map[string]any) string { return none(`{}`)(c) }), oidc.Invalid},
		"RS256, no signature": {sign(func(_ *oidctest.Provider, c map[string]any) string { return none(`{"alg":"RS256","kid":"k1"}`)(c) }), oidc.Invalid},
		"HMAC with public key": {sign(func(p *oidctest.Provider, c map[string]any) string {
			return p.JWT(jose.HS256, publicPEM(t, p), "k1", c)
		}), oidc.Invalid},
		"HMAC with the modulus": {sign(func(p *oidctest.Provider, c map[string]any) string {
			return p.JWT(jose.HS256, p.Key.N.Bytes(), "k1", c)
		}), oidc.Invalid},
		"HMAC with the secret": {sign(func(p *oidctest.Provider, c map[string]any) string {
			return p.JWT(jose.HS256, []byte(oidctest.Secret+"................"), "k1", c)
		}), oidc.Invalid},
		"another key":               {sign(func(p *oidctest.Provider, c map[string]any) string { return p.JWT(jose.RS256, other, "k1", c) }), oidc.Invalid},
		"another key, no kid":       {sign(func(p *oidctest.Provider, c map[string]any) string { return p.JWT(jose.RS256, other, "", c) }), oidc.Invalid},
		"another key, unknown kid":  {sign(func(p *oidctest.Provider, c map[string]any) string { return p.JWT(jose.RS256, other, "k2", c) }), oidc.Invalid},
		"another method, own key":   {sign(func(p *oidctest.Provider, c map[string]any) string { return p.JWT(jose.ES256, curve, "k1", c) }), oidc.Invalid},
		"method not offered":        {sign(func(p *oidctest.Provider, c map[string]any) string { return p.JWT(jose.PS512, p.Key, "k1", c) }), oidc.Invalid},
		"a key within the token":    {sign(func(p *oidctest.Provider, c map[string]any) string { return embedded(t, other, c) }), oidc.Invalid},
		"changed after signing":     {sign(func(p *oidctest.Provider, c map[string]any) string { return changed(p, c) }), oidc.Invalid},
		"no token":                  {sign(func(*oidctest.Provider, map[string]any) string { return "" }), oidc.Invalid},
		"nonsense":                  {sign(func(*oidctest.Provider, map[string]any) string { return "a.b.c" }), oidc.Invalid},
		"another audience":          {claim("aud", "another-client"), oidc.Invalid},
		"no audience":               {claim("aud", nil), oidc.Invalid},
		"audiences without azp":     {claim("aud", []string{"another-client", oidctest.Client}), oidc.Invalid},
		"another azp":               {claim("azp", "another-client"), oidc.Invalid},
		"another issuer":            {claim("iss", "https://sso.elsewhere.example"), oidc.Invalid},
		"no issuer":                 {claim("iss", nil), oidc.Invalid},
		"another nonce":             {claim("nonce", "overheard"), oidc.Invalid},
		"no nonce":                  {claim("nonce", nil), oidc.Invalid},
		"no subject":                {claim("sub", nil), oidc.Invalid},
		"an endless subject":        {claim("sub", strings.Repeat("x", 256)), oidc.Invalid},
		"over":                      {claim("exp", time.Now().Add(-time.Minute).Unix()), oidc.Invalid},
		"no end":                    {claim("exp", nil), oidc.Invalid},
		"not yet":                   {claim("nbf", time.Now().Add(time.Hour).Unix()), oidc.Invalid},
		"of tomorrow":               {claim("iat", time.Now().Add(24*time.Hour).Unix()), oidc.Invalid},
		"of yesterday":              {claim("iat", time.Now().Add(-24*time.Hour).Unix()), oidc.Invalid},
		"another access token":      {claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), oidc.Invalid},
		"another state":             {back(func(v url.Values) { v.Set("state", "planted") }), oidc.Invalid},
		"no state":                  {back(func(v url.Values) { v.Del("state") }), oidc.Invalid},
		"another code":              {back(func(v url.Values) { v.Set("code", "planted") }), oidc.Invalid},
		"no code":                   {back(func(v url.Values) { v.Del("code") }), oidc.Invalid},
		"two codes":                 {back(func(v url.Values) { v.Add("code", "planted") }), oidc.Invalid},
		"another provider's answer": {back(func(v url.Values) { v.Set("iss", "https://sso.elsewhere.example") }), oidc.Invalid},
		"a nameless answer":         {back(func(v url.Values) { v.Del("iss") }), oidc.Invalid},
		"turned back":               {back(func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") }), oidc.Refused},
		"an endless answer": {func(p *oidctest.Provider) {
			p.Token = func(m map[string]any) { m["more"] = strings.Repeat("x", 2<<20) }
		}, oidc.Invalid},
		"userinfo of another": {func(p *oidctest.Provider) {
			delete(p.Person, "roles")
			p.UserInfo = map[string]any{"sub": "somebody else", "roles": []string{"admins"}}
		}, oidc.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := oidctest.New(t)
			provider := open(t, p)
			c.forge(p)
			request, answer := begin(t, provider)
			who, err := provider.Finish(t.Context(), request, answer)
			if err == nil || codeOf(err) != c.want {
				t.Fatalf("%+v %v", who, err)
			}
			for _, secret := range []string{oidctest.Secret, request.Verifier, request.Nonce} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("a secret is told: %v", err)
				}
			}
		})
	}
}

func publicPEM(t *testing.T, p *oidctest.Provider) []byte {
	der, err := x509.MarshalPKIXPublicKey(p.Key.Public())
	if err != nil {
		t.Error(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// embedded carries the key that it is signed with (RFC 7515 section 4.1.3).
func embedded(t *testing.T, key *rsa.PrivateKey, claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Error(err)
		return ""
	}
	body, _ := json.Marshal(claims)
	signed, err := signer.Sign(body)
	if err != nil {
		t.Error(err)
		return ""
	}
	text, _ := signed.CompactSerialize()
	return text
}

func changed(p *oidctest.Provider, claims map[string]any) string {
	parts := strings.Split(p.JWT(jose.RS256, p.Key, p.KeyID, claims), ".")
	claims["sub"] = "somebody else"
	body, _ := json.Marshal(claims)
	parts[1] = base64.RawURLEncoding.EncodeToString(body)
	return strings.Join(parts, ".")
}
