package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

var listening = regexp.MustCompile(`rtsp://\S+`)

// Thousands of offers, bodies without end and half-open connections: all are
// answered or cut, the memory stays flat, and a viewer is served meanwhile.
func TestFloodsAreLimited(t *testing.T) {
	t.Parallel()
	h := newHub(t, "--demo", "--demo-cameras", freeAddr(t))
	h.awaitState(t, "court-1", "live")
	idle := h.metric(t, "go_memstats_heap_inuse_bytes")
	sockets := h.sockets(t)

	t.Run("offers", func(t *testing.T) {
		var mu sync.Mutex
		answers := map[int]int{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 500 {
					r, err := h.do("POST", "/whep/court-1", "application/sdp", strings.NewReader("v=0\r\nnonsense"))
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					_ = r.Body.Close()
					mu.Lock()
					answers[r.StatusCode]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if answers[http.StatusTooManyRequests] < 2000 || answers[http.StatusBadRequest] == 0 || len(answers) != 2 {
			t.Errorf("4,000 offers were answered %v", answers)
		}
	})
	t.Run("large bodies", func(t *testing.T) {
		for path, kind := range map[string]string{"/whep/court-1": "application/sdp", "/api/v1/sources": "application/json"} {
			// The offers before may have used up this address's share: wait for some.
			await(t, longEnough, path+" answers 413", func() bool {
				r, err := h.do("POST", path, kind, bytes.NewReader(make([]byte, 10<<20)))
				if err != nil {
					return false // cut while sending: it may be so, but 413 must come as well
				}
				defer r.Body.Close()
				return r.StatusCode == http.StatusRequestEntityTooLarge
			})
		}
	})
	t.Run("half-open", func(t *testing.T) {
		var open []net.Conn
		for i := range 300 {
			addr, words := h.http, "POST /whep/court-1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+h.token+"\r\nContent-Type: application/sdp\r\nContent-Length: 500\r\n\r\nv=0"
			if i%2 == 1 {
				addr, words = h.rtsp, "DESCRIBE rtsp://hub/court-1 RTSP/1.0\r\n"
			}
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fmt.Fprint(c, words)
			open = append(open, c)
		}
		for i, c := range open {
			_ = c.SetReadDeadline(time.Now().Add(longEnough))
			answer, err := io.ReadAll(c)
			if err != nil {
				t.Fatalf("connection %d stays open: %v", i, err)
			}
			if i%2 == 0 && !bytes.Contains(answer, []byte(" 408 ")) && !bytes.Contains(answer, []byte(" 429 ")) {
				t.Errorf("connection %d was answered %.60q", i, answer)
			}
		}
	})
	await(t, longEnough, "memory and sockets as before", func() bool {
		return h.sockets(t) <= sockets+10 && h.metric(t, "go_memstats_heap_inuse_bytes") < idle+32<<20
	})
	if r, err := h.do("GET", "/readyz", "", nil); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("the hub is not ready any more: %v %v", r, err)
	}
}
