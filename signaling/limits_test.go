package signaling_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestThousandsOfOffersAreLimited(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, a := range h.pipeline(t, "/whep/field-1", 750) {
				mu.Lock()
				statuses[a.StatusCode]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	// A second's share and the burst are taken up, little more.
	if statuses[http.StatusBadRequest] < 200 || statuses[http.StatusTooManyRequests] < 2000 || len(statuses) != 2 {
		t.Errorf("3,000 offers were answered %v", statuses)
	}
	refused := 0
	for _, a := range h.pipeline(t, "/whip/field-1", 750) {
		if a.StatusCode != http.StatusTooManyRequests {
			continue
		}
		refused++
		if p := a.problem(t); p.Code != "too_many_offers" || a.Header.Get("Retry-After") != "1" {
			t.Fatalf("Retry-After %q, %+v", a.Header.Get("Retry-After"), p)
		}
	}
	if refused < 400 {
		t.Errorf("%d of 750 offers to WHIP were refused", refused)
	}
	// Others are served meanwhile, and in a moment offers are taken again.
	if a := h.ask(t, "GET", "/readyz", ""); a.StatusCode != http.StatusOK {
		t.Errorf("readyz: %d", a.StatusCode)
	}
	await(t, "an offer is taken again", func() bool {
		return h.offer(t, "/whep/field-1", "nonsense").StatusCode == http.StatusBadRequest
	})
}

// pipeline sends n offers of nonsense to a door, over one connection.
func (h *hub) pipeline(t *testing.T, door string, n int) (answers []*answer) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Error(err)
		return nil
	}
	defer conn.Close()
	request, err := http.NewRequestWithContext(t.Context(), "POST", h.url+door, nil)
	if err != nil {
		t.Error(err)
		return nil
	}
	one := "POST " + door + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + h.boss + "\r\nContent-Type: application/sdp\r\nContent-Length: 8\r\n\r\nnonsense"
	r := bufio.NewReader(conn)
	for range n {
		if _, err := io.WriteString(conn, one); err != nil {
			t.Error(err)
			return answers
		}
		got, err := http.ReadResponse(r, request)
		if err != nil {
			t.Error(err)
			return answers
		}
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Error(err)
		}
		answers = append(answers, &answer{got, string(text)})
	}
	return answers
}

// A panic in one request is a 500 for it alone.
func TestNonsenseOfAllKindsIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	bodies := []string{"", "\x00", "\xff\xfe", "v=0", "null", `{"id":null}`, "[1]", "{}", strings.Repeat("{", 1000)}
	paths := []string{
		"/whep/%00", "/whep/..%2f..", "/whip/%E6%B3%95", "/whep/field-1/%2e%2e", "/api/v1/sources/%ff", "/api/v1/sources/%2f/snapshot.jpg",
		"/api/v1/sources/probe", "/api/v1/sources", "/api/v1/sources/field-1", "/api/v1/sources/field-1/snapshot.jpg?width=-1", "/api/v1/events?after=" + strings.Repeat("9", 5000),
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"} {
			for i, body := range bodies {
				kind := []string{"application/json", "application/sdp", "application/trickle-ice-sdpfrag"}[i%3]
				if a := h.ask(t, method, path, body, "Content-Type", kind, "If-Match", "*"); a.StatusCode >= 500 {
					t.Errorf("%s %s %q: %d %s", method, path, body, a.StatusCode, a.body)
				}
			}
		}
	}
	if log := h.log.String(); strings.Contains(log, "panic") {
		t.Error(log)
	}
}
