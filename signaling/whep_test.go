package signaling_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"avhub/configs"
	"avhub/media/rtsp/camera"
	"avhub/signaling"
)

// recorded is a browser's or encoder's offer.
func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../media/webrtc/testdata/offers/" + name + ".sdp")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\n", "\r\n")
}

// offer posts an offer to a door such as /whep/court-1.
func (h *hub) offer(t *testing.T, door, sdp string) *answer {
	t.Helper()
	return h.ask(t, "POST", door, sdp, "Content-Type", "application/sdp")
}

// court is a hub with the four rooms of the demo court, main stream only but
// for the second room, and sources that give nothing.
func court(t *testing.T) *hub {
	t.Helper()
	c := cameras(t, "court-1", "court-2", "court-4")
	second := source("court-2", c.URL("court-2"))
	second.SubURL = configs.URL(c.URL("court-2" + camera.SubSuffix))
	h265 := source("court-4", c.URL("court-4"))
	both := source("court-4b", c.URL("court-4"))
	both.SubURL = configs.URL(c.URL("court-4" + camera.SubSuffix))
	return newHub(t, source("court-1", c.URL("court-1")), second, h265, both, offline, push)
}

func TestWHEPAnswersAnOffer(t *testing.T) {
	t.Parallel()
	h := court(t)
	for _, c := range []struct{ door, browser, stream string }{
		{"/whep/court-1", "chrome-viewer", "main"},
		{"/whep/court-1", "firefox-viewer", "main"},
		{"/whep/court-1?stream=sub", "chrome-viewer", "main"}, // it has no other
		{"/whep/court-2", "chrome-viewer", "main"},
		{"/whep/court-2?stream=auto", "chrome-viewer", "main"},
		{"/whep/court-2?stream=main", "chrome-viewer", "main"},
		{"/whep/court-2?stream=sub", "chrome-viewer", "sub"},
		{"/whep/court-4", "chrome-viewer", "main"},
		{"/whep/court-4b", "firefox-viewer", "sub"}, // its main stream is H.265, which Firefox does not play
	} {
		a := h.offer(t, c.door, recorded(t, c.browser))
		if a.StatusCode != http.StatusCreated {
			t.Errorf("%s, %s: %d %s", c.door, c.browser, a.StatusCode, a.body)
			continue
		}
		path, _, _ := strings.Cut(c.door, "?")
		for header, want := range map[string]string{
			"Content-Type": `^application/sdp$`,
			"Location":     `^` + path + `/[0-9a-f]{32}$`,
			"ETag":         `^"[^"]+"$`,
			"Link":         `^<stun:stun\.court\.example>; rel="ice-server"$`,
			"Accept-Patch": `^application/trickle-ice-sdpfrag$`,
			"Avhub-Stream": `^` + c.stream + `$`,
		} {
			if got := a.Header.Get(header); !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("%s, %s: %s is %q", c.door, c.browser, header, got)
			}
		}
		if !strings.HasPrefix(a.body, "v=0\r\n") || !strings.Contains(a.body, "a=ice-lite") || !strings.Contains(a.body, "a=candidate:") ||
			!strings.Contains(a.body, "H26") || !strings.Contains(strings.ToLower(a.body), "opus/48000/2") {
			t.Errorf("%s, %s: answer\n%s", c.door, c.browser, a.body)
		}
	}
}

func TestWHEPSaysWhyNot(t *testing.T) {
	t.Parallel()
	h := court(t)
	h.awaitState(t, "court-1", "live")
	chrome := recorded(t, "chrome-viewer")
	const sdp, large = "application/sdp", 64<<10 + 1
	for name, c := range map[string]struct {
		door, kind, body string
		status           int
		code             string
	}{
		"unknown source":               {"/whep/nowhere", sdp, chrome, 404, "unknown_source"},
		"a camera that is away":        {"/whep/away", sdp, chrome, 409, "refused"},
		"nobody publishes":             {"/whep/field-1", sdp, chrome, 409, "no_publisher"},
		"no content type":              {"/whep/court-1", "", chrome, 415, "content_type"},
		"the wrong content type":       {"/whep/court-1", "application/json", chrome, 415, "content_type"},
		"too large":                    {"/whep/court-1", sdp, chrome + strings.Repeat("a=x\r\n", large/5), 413, "too_large"},
		"empty":                        {"/whep/court-1", sdp, "", 400, "bad_sdp"},
		"nonsense":                     {"/whep/court-1", sdp, "v=0\r\nhello", 400, "bad_sdp"},
		"an offer to send":             {"/whep/court-1", sdp, recorded(t, "obs-publisher"), 400, "bad_sdp"},
		"a stream that does not exist": {"/whep/court-1?stream=best", sdp, chrome, 400, "bad_stream"},
		"a delay that is no number":    {"/whep/court-1?delay=soon", sdp, chrome, 400, "bad_delay"},
		"a delay beyond what there is": {"/whep/court-1?delay=41000", sdp, chrome, 400, "bad_delay"},
	} {
		t.Run(name, func(t *testing.T) {
			a := h.ask(t, "POST", c.door, c.body, "Content-Type", c.kind, "Origin", localPlayer)
			if a.StatusCode != c.status {
				t.Fatalf("%d, want %d: %s", a.StatusCode, c.status, a.body)
			}
			if p := a.problem(t); p.Code != c.code {
				t.Errorf("code %s, want %s: %s", p.Code, c.code, p.Detail)
			}
			if after, err := strconv.Atoi(a.Header.Get("Retry-After")); c.status == 409 && (err != nil || after < 1) {
				t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
			}
			if got := a.Header.Get("Access-Control-Allow-Origin"); got != localPlayer {
				t.Errorf("this machine's player cannot read it: Access-Control-Allow-Origin: %q", got)
			}
		})
	}
}

func TestWHEPNamesBothSidesCodecs(t *testing.T) {
	t.Parallel()
	h := court(t)
	silent := strings.NewReplacer("a=rtpmap:109 opus", "a=rtpmap:109 vorbis").Replace(recorded(t, "firefox-viewer"))
	for _, offer := range []string{recorded(t, "firefox-viewer"), silent} {
		a := h.offer(t, "/whep/court-4", offer)
		if a.StatusCode != http.StatusNotAcceptable {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		p := a.problem(t)
		if p.Code != "no_common_codec" || p.Reason != "h265" {
			t.Errorf("code %s, reason %s", p.Code, p.Reason)
		}
		if !slices.Contains(p.SourceCodecs, "H265") || !slices.Contains(p.SourceCodecs, "AAC") ||
			!slices.Contains(p.BrowserCodecs, "H264") || slices.Contains(p.BrowserCodecs, "H265") {
			t.Errorf("the camera's %v, the browser's %v", p.SourceCodecs, p.BrowserCodecs)
		}
		if !strings.Contains(p.Detail, "H.265") || !strings.Contains(p.Detail, "set the camera") {
			t.Errorf("nobody can act on: %s", p.Detail)
		}
	}
}

func TestDeleteEndsASession(t *testing.T) {
	t.Parallel()
	h := court(t)
	a := h.offer(t, "/whep/court-1", recorded(t, "chrome-viewer"))
	session := a.Header.Get("Location")
	var s signaling.Source
	if h.api(t, "GET", "/sources/court-1", nil, http.StatusOK, &s); s.Viewers != 1 {
		t.Errorf("%d viewers", s.Viewers)
	}
	for _, elsewhere := range []string{strings.Replace(session, "court-1", "court-2", 1), strings.Replace(session, "/whep", "/whip", 1)} {
		if a := h.ask(t, "DELETE", elsewhere, ""); a.StatusCode != http.StatusNotFound {
			t.Errorf("DELETE %s: %d, though the session is not there", elsewhere, a.StatusCode)
		}
	}
	if a := h.ask(t, "DELETE", session, ""); a.StatusCode != http.StatusOK {
		t.Errorf("DELETE: %d %s", a.StatusCode, a.body)
	}
	if a := h.ask(t, "DELETE", session, ""); a.StatusCode != http.StatusNotFound || a.problem(t).Code != "no_session" {
		t.Errorf("DELETE again: %d %s", a.StatusCode, a.body)
	}
	await(t, "the viewer is no longer counted", func() bool {
		h.api(t, "GET", "/sources/court-1", nil, http.StatusOK, &s)
		return s.Viewers == 0
	})
}

// localPlayer is a page of this machine, though not the hub's.
const localPlayer = "http://localhost:5173"

func TestDoorsRefuseOtherSitesPlayers(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for _, origin := range []string{"https://player.example", "null"} {
		a := h.ask(t, "OPTIONS", "/whep/field-1", "", "Origin", origin, "Access-Control-Request-Method", "POST")
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s may watch: %s", origin, got)
		}
	}
}

func TestDoorsAllowThisMachinesPlayers(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for _, path := range []string{"/whep/field-1", "/whip/field-1", "/whep/field-1/0123", "/whip/field-1/0123"} {
		a := h.ask(t, "OPTIONS", path, "", "Origin", localPlayer, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type,authorization,if-match")
		if a.StatusCode != http.StatusNoContent {
			t.Errorf("OPTIONS %s: %d", path, a.StatusCode)
		}
		for header, words := range map[string]string{
			"Access-Control-Allow-Origin":   localPlayer,
			"Access-Control-Allow-Methods":  "POST PATCH DELETE OPTIONS",
			"Access-Control-Allow-Headers":  "content-type authorization if-match",
			"Access-Control-Expose-Headers": "location etag link retry-after",
			"Accept-Post":                   "application/sdp",
			"Link":                          `rel="ice-server"`,
		} {
			got := strings.ToLower(a.Header.Get(header))
			for word := range strings.FieldsSeq(words) {
				if !strings.Contains(got, strings.ToLower(word)) {
					t.Errorf("OPTIONS %s: %s: %s lacks %s", path, header, got, word)
				}
			}
		}
	}
}

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for _, c := range []struct{ path, methods, allow string }{
		{"/whep/field-1", "GET PUT PATCH DELETE", "OPTIONS, POST"},
		{"/whip/field-1", "GET PUT PATCH DELETE", "OPTIONS, POST"},
		{"/whep/field-1/0123", "GET PUT POST", "OPTIONS, PATCH, DELETE"},
		{"/whip/field-1/0123", "GET PUT POST", "OPTIONS, PATCH, DELETE"},
		{"/api/v1/sources", "PUT PATCH DELETE", "GET, POST"},
		{"/api/v1/sources/field-1", "PUT POST", "DELETE, GET, PATCH"},
	} {
		for method := range strings.FieldsSeq(c.methods) {
			a := h.ask(t, method, c.path, "")
			if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != c.allow {
				t.Errorf("%s %s: %d, Allow: %s", method, c.path, a.StatusCode, a.Header.Get("Allow"))
				continue
			}
			if p := a.problem(t); p.Code != "method" {
				t.Errorf("%s %s: %+v", method, c.path, p)
			}
		}
	}
	if a := h.ask(t, "GET", "/api/v1/nothing", ""); a.StatusCode != http.StatusNotFound || a.problem(t).Code != "unknown_route" {
		t.Errorf("an unknown route: %d %s", a.StatusCode, a.body)
	}
}
