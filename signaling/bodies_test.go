package signaling_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// raw sends words over a connection of its own and returns all that comes
// until the hub closes it, with the time that took.
func (h *hub) raw(t *testing.T, words string) (string, time.Duration) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Error(err)
		return "", 0
	}
	defer conn.Close()
	started := time.Now()
	if _, err := io.WriteString(conn, strings.ReplaceAll(words, "BOSS", h.boss)); err != nil {
		t.Error(err)
	}
	_ = conn.SetReadDeadline(started.Add(15 * time.Second))
	said, err := io.ReadAll(conn)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection stays open: %v", err)
	}
	return string(said), time.Since(started)
}

// Who begins a request and does not go on is told so, or cut off, in time.
func TestHalfOpenRequestsEnd(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	var all sync.WaitGroup
	for name, c := range map[string]struct {
		words string
		want  string // in the answer; empty: none
		least time.Duration
	}{
		"nothing at all":       {"", "", 4 * time.Second},
		"half a header":        {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer BOSS\r\nX-", "400 Bad Request", 4 * time.Second},
		"half an offer":        {"POST /whep/field-1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer BOSS\r\nContent-Type: application/sdp\r\nContent-Length: 500\r\n\r\nv=0", "408 Request Timeout", 9 * time.Second},
		"half a chunked offer": {"POST /whip/field-1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer BOSS\r\nContent-Type: application/sdp\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nv=0\r\n", "408 Request Timeout", 9 * time.Second},
		"half a JSON body":     {"POST /api/v1/sources HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer BOSS\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{", "408 Request Timeout", 9 * time.Second},
		"a header without end": {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer BOSS\r\nX: " + strings.Repeat("x", 64<<10), "431 Request Header Fields Too Large", 0},
		"no HTTP":              {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400 Bad Request", 0},
	} {
		all.Go(func() { // at once, however few cores there are
			said, took := h.raw(t, c.words)
			if c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("%s: it was answered %q", name, said)
			}
			if took < c.least || took > 13*time.Second {
				t.Errorf("%s: it took %s", name, took)
			}
			if strings.HasPrefix(c.want, "408") && !strings.Contains(said, `"code":"timeout"`) {
				t.Errorf("%s: the answer is no problem: %s", name, said)
			}
		})
	}
	all.Wait()
}

func TestLargeBodiesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	var all sync.WaitGroup
	for path, kind := range map[string]string{"/whep/field-1": "application/sdp", "/whip/field-1": "application/sdp", "/api/v1/sources": "application/json"} {
		for _, length := range []string{"Content-Length: 10485760\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n100000\r\n"} {
			// The refusal must not wait for all ten megabytes.
			words := "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer BOSS\r\nContent-Type: " + kind + "\r\n" + length + strings.Repeat("x", 80<<10)
			all.Go(func() {
				said, took := h.raw(t, words)
				if !strings.Contains(said, "413 Request Entity Too Large") || !strings.Contains(said, `"code":"too_large"`) || took > 5*time.Second {
					t.Errorf("%s: %.200q after %s", path, said, took)
				}
			})
		}
	}
	all.Wait()
}
