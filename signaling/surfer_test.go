package signaling_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"avhub/signaling"
)

// surfer keeps cookies, and goes where it is sent.
type surfer struct {
	*http.Client
	t   *testing.T
	hub *hub
}

func newSurfer(t *testing.T, h *hub) *surfer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	// The cookies are Secure, which browsers take for kept on this machine and
	// Go's jar does not.
	return &surfer{&http.Client{Jar: loopbackJar{jar}, Transport: strict{&http.Transport{DisableKeepAlives: true}}}, t, h}
}

// strict keeps cookies that are SameSite=Strict from going along where another
// site has sent the browser, as browsers do and Go's jar does not.
type strict struct{ *http.Transport }

func (s strict) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/api/v1/oidc/callback" {
		r = r.Clone(r.Context())
		shown := r.Cookies()
		r.Header.Del("Cookie")
		for _, c := range shown {
			if c.Name == "__Host-avhub-oidc" { // which is Lax
				r.AddCookie(c)
			}
		}
	}
	return s.Transport.RoundTrip(r)
}

// loopbackJar is a jar as browsers have it.
type loopbackJar struct{ *cookiejar.Jar }

func (j loopbackJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.Jar.SetCookies(secure(u), cookies)
}

func (j loopbackJar) Cookies(u *url.URL) []*http.Cookie { return j.Jar.Cookies(secure(u)) }

func secure(u *url.URL) *url.URL {
	s := *u
	s.Scheme = "https"
	return &s
}

// open opens an address and says where that led.
func (b *surfer) open(address string) *url.URL {
	b.t.Helper()
	r, err := b.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return r.Request.URL
}

// ask asks the API as whoever is logged in.
func (b *surfer) ask(method, path, body string, out any) int {
	b.t.Helper()
	r, err := http.NewRequest(method, b.hub.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	a, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer a.Body.Close()
	if out != nil {
		if err := json.NewDecoder(a.Body).Decode(out); err != nil {
			b.t.Fatal(err)
		}
	}
	return a.StatusCode
}

func (b *surfer) me() (me signaling.Me) {
	b.t.Helper()
	if status := b.ask("GET", "/api/v1/me", "", &me); status != http.StatusOK {
		return signaling.Me{}
	}
	return me
}
