package signaling_test

import (
	"net/http"
	"strings"
	"testing"

	"avhub/configs"
	"avhub/media/rtsp/camera"
	"avhub/signaling"
)

// Every answer of every route, allowed or refused: no script but the hub's files,
// no frame around it, no address of its pages told elsewhere, no device of the
// browser for others, nothing kept in caches.
func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	x := newHouse(t)
	looked := 0
	look := func(pattern string, a *answer) {
		looked++
		csp := map[string]string{}
		for directive := range strings.SplitSeq(a.Header.Get("Content-Security-Policy"), ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
			csp[name] = value
		}
		for name, want := range map[string]string{
			"default-src": "'self'", "connect-src": "'self'", "media-src": "'self' blob:", "img-src": "'self' data: blob:", "style-src": "'self' 'unsafe-inline'",
			"frame-ancestors": "'none'", "base-uri": "'self'", "form-action": "'self'",
			"script-src": "", "script-src-elem": "", "script-src-attr": "", "object-src": "", "worker-src": "", "frame-src": "", // as default-src: files of the hub alone
		} {
			if csp[name] != want {
				t.Errorf("%s: %s is %q, want %q", pattern, name, csp[name], want)
			}
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control": "no-store",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", pattern, name, got)
			}
		}
		permissions := a.Header.Get("Permissions-Policy")
		for _, device := range []string{"camera=(self)", "microphone=(self)", "geolocation=()", "payment=()", "usb=()"} {
			if !strings.Contains(permissions, device) {
				t.Errorf("%s: Permissions-Policy is %q", pattern, permissions)
			}
		}
		for _, name := range []string{"Server", "X-Powered-By"} {
			if got := a.Header.Get(name); got != "" {
				t.Errorf("%s: %s: %s", pattern, name, got)
			}
		}
	}
	for pattern, requests := range x.requests() {
		method, _, ok := strings.Cut(pattern, " ")
		if !ok {
			method = "GET"
		}
		r := requests[0]
		if r.make != nil {
			r.path = r.make(t, x)
		}
		kind := "application/json"
		if r.kind != "" {
			kind = r.kind
		}
		for _, who := range []string{"stranger", "admin", "clerk"} {
			b := x.browser()
			for name, value := range x.browsers[who].cookies {
				b.cookies[name] = value
			}
			if pattern != "POST /api/v1/logout" {
				look(pattern+" as "+who, b.ask(t, method, r.path, r.body, "Content-Type", kind))
			}
		}
	}
	look("another host", x.ask(t, "GET", "/api/v1/hub", "", "Host", "elsewhere.example"))
	look("another origin", x.ask(t, "POST", "/api/v1/sources", "{}", "Origin", "https://elsewhere.example"))
	look("a path out of the root", x.ask(t, "GET", "/a/..%2f..%2fx/../../y", ""))
	if looked < 200 {
		t.Errorf("%d answers", looked)
	}
}

// A page of another site, opened in a browser that can reach the hub.
func TestAnotherSitesPageCannotChangeTheHub(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for name, headers := range map[string][]string{
		"a new browser":         {"Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example"},
		"an old browser":        {"Origin", "https://elsewhere.example"},
		"another port":          {"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"},
		"a page without a site": {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
	} {
		for _, kind := range []string{"application/json", "text/plain", ""} {
			a := h.ask(t, "POST", "/api/v1/sources", `{"id":"evil","url":"rtsp://elsewhere.example/x"}`, append(headers, "Content-Type", kind)...)
			if a.StatusCode != http.StatusForbidden || a.problem(t).Code != "cross_origin" {
				t.Errorf("%s, %q: %d %s", name, kind, a.StatusCode, a.body)
			}
			if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("%s may read the answer: %s", name, got)
			}
		}
		a := h.ask(t, "GET", "/api/v1/sources", "", headers...)
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s may read the sources: %s", name, got)
		}
	}
	for name, headers := range map[string][]string{
		"the hub's own page": {"Sec-Fetch-Site", "same-origin", "Origin", h.url}, "a program": nil,
	} {
		id := map[bool]string{true: "one", false: "two"}[headers == nil]
		a := h.ask(t, "POST", "/api/v1/sources", `{"id":"`+id+`"}`, append(headers, "Content-Type", "application/json")...)
		if a.StatusCode != http.StatusCreated {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
}

// Whatever is asked, done wrong and logged: the cameras' passwords stay inside.
func TestPasswordsNeverComeBack(t *testing.T) {
	t.Parallel()
	c := cameras(t, "court-1")
	fromFile := source("court-1", c.URL("court-1"))
	fromFile.SubURL = configs.URL(c.URL("court-1" + camera.SubSuffix))
	h := newHub(t, fromFile, offline)
	follow := h.follow(t, "")
	var said []string
	ask := func(method, path, body string) {
		a := h.ask(t, method, path, body, "Content-Type", "application/json")
		said = append(said, method+" "+path+": "+a.body)
		for name, values := range a.Header {
			said = append(said, name+": "+strings.Join(values, ", "))
		}
	}
	ask("POST", "/api/v1/sources", `{"id":"one","url":"`+c.URL("court-1")+`","sub_url":"rtsp://10.0.0.5/x?token=`+password+`"}`)
	ask("POST", "/api/v1/sources", `{"id":"two","url":"rtsp://`+user+`:`+password+`@"}`)
	ask("POST", "/api/v1/sources", `{"id":"two","url":"http://`+user+`:`+password+`@10.0.0.5/"}`)
	ask("POST", "/api/v1/sources", `{"id":"two","url":"rtsp://`+user+`:`+password+`/with@10.0.0.5/"}`)
	ask("POST", "/api/v1/sources", `{"id":"two","url":"rtsp://`+user+`:`+password+`@10.0.0.5/`+strings.Repeat("x", 3000)+`"}`)
	ask("POST", "/api/v1/sources", `{"id":"two","url":["`+c.URL("court-1")+`"]}`)
	ask("POST", "/api/v1/sources", `{"id":"two","url":"`+c.URL("court-1")+`"`)
	ask("PATCH", "/api/v1/sources/one", `{"name":"One"}`)
	ask("PATCH", "/api/v1/sources/one", `{"url":"`+c.URL("none")+`"}`)
	ask("POST", "/api/v1/sources/probe", `{"url":"`+c.URL("none")+`"}`)
	ask("POST", "/api/v1/sources/probe", `{"url":"rtsp://`+user+`:`+password+`@127.0.0.1:1/x"}`)
	h.awaitState(t, "court-1", "live")
	h.awaitState(t, "away", "offline")
	h.awaitState(t, "one", "offline")
	for _, path := range []string{"/api/v1/sources", "/api/v1/sources/away", "/api/v1/sources/one", "/api/v1/hub", "/metrics", "/readyz"} {
		ask("GET", path, "")
	}
	said = append(said, h.offer(t, "/whep/away", recorded(t, "chrome-viewer")).body)
	ask("DELETE", "/api/v1/sources/one", "")
	for {
		_, raw, err := follow.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, string(raw))
		if strings.Contains(string(raw), `"`+signaling.SourceRemoved+`"`) {
			break
		}
	}
	said = append(said, h.log.String())
	shown := false
	for _, text := range said {
		shown = shown || strings.Contains(text, user+":***@")
		if at := strings.Index(text, password); at >= 0 {
			t.Errorf("the password stands in …%s", text[max(0, at-100):min(len(text), at+30)])
		}
	}
	if !shown {
		t.Error("no address was shown at all: this test sees nothing")
	}
}

// A stored password must not be lured to another machine by a form.
func TestAPasswordStaysWithItsCamera(t *testing.T) {
	t.Parallel()
	c, elsewhere := cameras(t, "court-1"), cameras(t, "court-1")
	h := newHub(t, source("court-1", c.URL("court-1")))
	masked := func(s *camera.Server) string { return strings.Replace(s.URL("court-1"), password, "***", 1) }
	var found signaling.ProbeResult
	h.api(t, "POST", "/sources/probe", fields{"url": masked(c), "source": "court-1"}, http.StatusOK, &found)
	if !found.OK {
		t.Errorf("*** did not stand for the password: %+v", found.Cause)
	}
	h.api(t, "POST", "/sources/probe", fields{"url": masked(elsewhere), "source": "court-1"}, http.StatusOK, &found)
	if found.OK || found.Cause == nil || found.Cause.Code != "unauthorized" {
		t.Errorf("another machine was given it: %+v", found)
	}
}
