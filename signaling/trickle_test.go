package signaling_test

import (
	"net/http"
	"strings"
	"testing"
)

const fragmentType = "application/trickle-ice-sdpfrag"

// Of the offer chrome-viewer.
const (
	itsCredentials = "a=ice-ufrag:Yb1K\r\na=ice-pwd:lZ0Yq3eTnVn2mUo8Hj1cQf5R\r\n"
	newCredentials = "a=ice-ufrag:nEw1\r\na=ice-pwd:aNewPasswordOfTwentyTwo\r\n"
	candidate      = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host\r\n"
)

func (h *hub) patch(t *testing.T, session, match, kind, body string) *answer {
	t.Helper()
	headers := []string{"Content-Type", kind}
	if match != "" {
		headers = append(headers, "If-Match", match)
	}
	return h.ask(t, "PATCH", session, body, headers...)
}

func TestTrickle(t *testing.T) {
	t.Parallel()
	h := court(t)
	opened := h.offer(t, "/whep/court-1", recorded(t, "chrome-viewer"))
	session, etag := opened.Header.Get("Location"), opened.Header.Get("ETag")
	for name, c := range map[string]struct {
		session, match, kind, body string
		status                     int
		code                       string
	}{
		"a candidate":                       {session, etag, fragmentType, itsCredentials + candidate, 204, ""},
		"a candidate without credentials":   {session, etag, fragmentType, candidate, 204, ""},
		"under any tag":                     {session, "*", fragmentType, itsCredentials + candidate, 204, ""},
		"the end of candidates":             {session, etag, fragmentType, "a=end-of-candidates\r\n", 204, ""},
		"a candidate that nobody can reach": {session, etag, fragmentType, "a=candidate:1 1 udp 1 4f6e.local 9 typ host\r\n", 204, ""},
		"no If-Match":                       {session, "", fragmentType, candidate, 428, "no_if_match"},
		"an old ETag":                       {session, `"old"`, fragmentType, candidate, 412, "stale"},
		"other credentials, no restart":     {session, etag, fragmentType, newCredentials + candidate, 412, "stale"},
		"a restart without a password":      {session, "*", fragmentType, "a=ice-ufrag:nEw1\r\n", 400, "bad_sdp"},
		"the wrong content type":            {session, etag, "application/sdp", candidate, 415, "content_type"},
		"nonsense":                          {session, etag, fragmentType, "hello", 400, "bad_sdp"},
		"a line break in a password":        {session, "*", fragmentType, "a=ice-ufrag:x\ry\r\na=ice-pwd:z\r\n", 400, "bad_sdp"},
		"empty":                             {session, etag, fragmentType, "", 400, "bad_sdp"},
		"too large":                         {session, etag, fragmentType, strings.Repeat("a=x\r\n", 64<<10/5+1), 413, "too_large"},
		"unknown session":                   {"/whep/court-1/0123456789abcdef0123456789abcdef", etag, fragmentType, candidate, 404, "no_session"},
	} {
		t.Run(name, func(t *testing.T) {
			a := h.patch(t, c.session, c.match, c.kind, c.body)
			if a.StatusCode != c.status {
				t.Fatalf("%d, want %d: %s", a.StatusCode, c.status, a.body)
			}
			if c.code != "" && a.problem(t).Code != c.code {
				t.Errorf("code %s, want %s", a.problem(t).Code, c.code)
			}
		})
	}
}

func TestRestartOfICE(t *testing.T) {
	t.Parallel()
	h := court(t)
	opened := h.offer(t, "/whep/court-1", recorded(t, "chrome-viewer"))
	session, old := opened.Header.Get("Location"), opened.Header.Get("ETag")

	a := h.patch(t, session, "*", fragmentType, newCredentials+candidate)
	etag := a.Header.Get("ETag")
	if a.StatusCode != http.StatusOK || etag == "" || etag == old || a.Header.Get("Content-Type") != fragmentType {
		t.Fatalf("restart: %d, ETag %s after %s, %s: %s", a.StatusCode, etag, old, a.Header.Get("Content-Type"), a.body)
	}
	for _, want := range []string{"a=ice-lite", "a=ice-ufrag:" + strings.Trim(etag, `"`), "a=ice-pwd:", "a=candidate:", "a=end-of-candidates"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%s is not in the answer\n%s", want, a.body)
		}
	}
	if a := h.patch(t, session, old, fragmentType, itsCredentials+candidate); a.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("trickle under the old ETag: %d", a.StatusCode)
	}
	if a := h.patch(t, session, etag, fragmentType, newCredentials+candidate); a.StatusCode != http.StatusNoContent {
		t.Errorf("trickle under the new ETag: %d %s", a.StatusCode, a.body)
	}
	if a := h.ask(t, "DELETE", session, ""); a.StatusCode != http.StatusOK {
		t.Errorf("DELETE: %d", a.StatusCode)
	}
	if a := h.patch(t, session, etag, fragmentType, candidate); a.StatusCode != http.StatusNotFound {
		t.Errorf("PATCH of a session that has ended: %d", a.StatusCode)
	}
}
