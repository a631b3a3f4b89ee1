package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// at is a client at another address of this machine.
func at(t *testing.T, address string) *http.Client {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{MaxIdleConnsPerHost: 8, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, addr)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// post posts JSON and returns the status; 0 if there was no answer.
func post(client *http.Client, url, cookie string, in any) int {
	raw, err := json.Marshal(in)
	if err != nil {
		return 0
	}
	r, err := http.NewRequest("POST", url, strings.NewReader(string(raw)))
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	a, err := client.Do(r)
	if err != nil {
		return 0
	}
	defer a.Body.Close()
	_, _ = io.Copy(io.Discard, a.Body)
	return a.StatusCode
}

// Thousands of guesses by each way in: five are looked at, nobody gets in, the
// owner does, and neither the log nor the audit is filled with it.
func TestThousandsOfGuesses(t *testing.T) {
	t.Parallel()
	h := newHub(t, "--demo", "--demo-cameras", freeAddr(t))
	h.awaitState(t, "court-1", "live")
	h.user(t, "wang", "inspector", "heihe")
	device := ""
	{ // a browser that wang has logged in from before
		a, err := http.Post("http://"+h.http+"/api/v1/login", "application/json", strings.NewReader(`{"name":"wang","password":"`+bossPassword+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		for _, c := range a.Cookies() {
			if strings.HasSuffix(c.Name, "-device") {
				device = c.Name + "=" + c.Value
			}
		}
	}
	const each = 2000
	said := len(h.out.String())
	count := func(n int, guess func(worker, n int) int) map[int]int {
		var mu sync.Mutex
		statuses := map[int]int{}
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range n / 8 {
					status := guess(w, i)
					mu.Lock()
					statuses[status]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		return statuses
	}
	guesser := at(t, "127.0.0.66")
	login, join := "http://"+h.http+"/api/v1/login", "http://"+h.http+"/api/v1/join"
	got := count(each, func(w, n int) int {
		return post(guesser, login, "", map[string]string{"name": "wang", "password": fmt.Sprint("guess ", w, n)})
	})
	if got[401] > 5 || got[429] < each-5 || len(got) > 2 {
		t.Errorf("%d passwords: %v", each, got)
	}
	if status := post(guesser, login, "", map[string]string{"name": "wang", "password": bossPassword}); status != 429 {
		t.Errorf("the right one, by who has guessed before: %d", status)
	}
	got = count(each, func(w, n int) int {
		return post(guesser, join, "", map[string]string{"token": fmt.Sprintf("Ab%048d", w*each+n)})
	})
	if got[422] > 10 || got[200] > 0 || got[429] < each-10 {
		t.Errorf("%d join links: %v", each, got)
	}
	dialer := websocket.Dialer{NetDialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.67")}}).DialContext}
	got = count(each, func(w, n int) int {
		header := http.Header{"Cookie": {fmt.Sprintf("__Host-avhub=%043d", w*each+n)}}
		if n%2 == 0 {
			header = http.Header{"Authorization": {fmt.Sprintf("Bearer avt_%049d", w*each+n)}}
		}
		conn, a, err := dialer.Dial("ws://"+h.http+"/api/v1/events", header)
		if err == nil {
			_ = conn.Close()
		}
		if a == nil {
			return 0
		}
		return a.StatusCode
	})
	if got[101] > 0 || got[401]+got[429] < each*9/10 {
		t.Errorf("%d sockets: %v", each, got)
	}
	var mu sync.Mutex
	rtsp := map[string]int{}
	count(each/5, func(w, n int) int { // five on a connection, then it is closed
		for line, times := range h.guessByRTSP(t, w*each+n) {
			mu.Lock()
			rtsp[line] += times
			mu.Unlock()
		}
		return 0
	})
	if rtsp["RTSP/1.0 401 Unauthorized"] < each/2 || rtsp["RTSP/1.0 200 OK"] > 0 {
		t.Errorf("%d tokens and digests by RTSP: %v", each, rtsp)
	}

	// The owner gets in elsewhere, and there at the browser that is known.
	right := map[string]string{"name": "wang", "password": bossPassword}
	if status := post(at(t, "127.0.0.99"), login, "", right); status != 200 {
		t.Errorf("the owner elsewhere: %d", status)
	}
	await(t, 10*time.Second, "the owner gets in at a known browser, where the guesser is", func() bool { return post(guesser, login, device, right) == 200 })
	if p := h.play(t, "court-1", h.token); p == nil {
		t.Error("the owner of a token does not play")
	}
	// What it leaves.
	if more := len(h.out.String()) - said; more > 64<<10 {
		t.Errorf("%d bytes in the log", more)
	}
	lines := 0
	for range strings.Lines(h.run(t, "", "verify", "--json", filepath.Join(h.dir, "audit"))) {
		lines++
	}
	var report struct{ Entries int }
	if err := json.Unmarshal([]byte(h.run(t, "", "verify", "--json", filepath.Join(h.dir, "audit"))), &report); err != nil || report.Entries > 200 || lines != 1 {
		t.Errorf("%d entries in the audit, %v", report.Entries, err)
	}
}

// guessByRTSP makes a connection's worth of guesses and counts the answers.
func (h *hub) guessByRTSP(t *testing.T, n int) map[string]int {
	t.Helper()
	answers := map[string]int{}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.68")}, Timeout: 10 * time.Second}
	conn, err := dialer.Dial("tcp", h.rtsp)
	if err != nil {
		answers["no connection"]++
		return answers
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(conn)
	nonce := ""
	for i := range 6 {
		url, authorization := "rtsp://"+h.rtsp+"/court-1", ""
		if nonce != "" && i%2 == 1 {
			authorization = fmt.Sprintf("Authorization: Digest username=\"boss\", realm=\"avhub\", nonce=%q, uri=%q, response=\"%032x\"\r\n", nonce, url, n*10+i)
		} else {
			url += fmt.Sprintf("?token=avt_%049d", n*10+i)
		}
		if _, err := fmt.Fprintf(conn, "DESCRIBE %s RTSP/1.0\r\nCSeq: %d\r\n%s\r\n", url, i+1, authorization); err != nil {
			return answers
		}
		first := ""
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return answers
			}
			line = strings.TrimSpace(line)
			if first == "" {
				first = line
			}
			if _, after, ok := strings.Cut(line, `nonce="`); ok {
				nonce, _, _ = strings.Cut(after, `"`)
			}
			if line == "" {
				break
			}
		}
		answers[first]++
	}
	return answers
}
