package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// user adds an account by the command line.
func (h *hub) user(t *testing.T, name, role, court string) {
	t.Helper()
	h.run(t, bossPassword, "user", "add", name, "--role", role, "--court", court)
}

// tokenOf makes a token of a user by the command line.
func (h *hub) tokenOf(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(h.run(t, "", "token", "create", "--user", name))
}

// logIn logs in and returns the session's cookie, name=value, and its id.
func (h *hub) logIn(t *testing.T, name string) (cookie, session string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "password": bossPassword})
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.Post("http://"+h.http+"/api/v1/login", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	var me struct{ Session string }
	if err := json.NewDecoder(a.Body).Decode(&me); err != nil || a.StatusCode != http.StatusOK {
		t.Fatal(a.Status, err)
	}
	for _, c := range a.Cookies() {
		if c.Name == "__Host-avhub" {
			return c.Name + "=" + c.Value, me.Session
		}
	}
	t.Fatal("no cookie")
	return "", ""
}

// ask asks the API with some credential: a header and its value.
func (h *hub) ask(t *testing.T, header, value, method, path string, in, out any) int {
	t.Helper()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+h.http+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if header != "" {
		r.Header.Set(header, value)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	if out != nil && a.StatusCode < 300 {
		if err := json.Unmarshal(raw, out); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
	}
	return a.StatusCode
}

// userID finds an account's id.
func (h *hub) userID(t *testing.T, name string) string {
	t.Helper()
	var list struct{ Items []struct{ ID, Name string } }
	h.call(t, "GET", "/users", nil, &list)
	for _, u := range list.Items {
		if u.Name == name {
			return u.ID
		}
	}
	t.Fatalf("there is no user %s", name)
	return ""
}

// player plays by RTSP over TCP, by hand: it asks for what it is told to and
// counts the bytes that come.
type player struct {
	conn  net.Conn
	last  atomic.Int64 // UnixNano of the last bytes
	bytes atomic.Int64
	ended chan struct{} // the hub has hung up
}

// play asks for a path with a token and begins to play.
func (h *hub) play(t *testing.T, path, token string) *player {
	t.Helper()
	conn, err := net.Dial("tcp", h.rtsp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p := &player{conn: conn, ended: make(chan struct{})}
	r := bufio.NewReader(conn)
	url := "rtsp://" + h.rtsp + "/" + path
	seq, session := 0, ""
	ask := func(method, url string, headers ...string) string {
		seq++
		text := fmt.Sprintf("%s %s RTSP/1.0\r\nCSeq: %d\r\n", method, url, seq)
		if session != "" {
			text += "Session: " + session + "\r\n"
		}
		if _, err := io.WriteString(conn, text+strings.Join(headers, "\r\n")+"\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		var answer strings.Builder
		length := 0
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			answer.WriteString(line)
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				switch strings.ToLower(name) {
				case "content-length":
					_, _ = fmt.Sscan(value, &length)
				case "session":
					session, _, _ = strings.Cut(strings.TrimSpace(value), ";")
				}
			}
			if line == "\r\n" {
				break
			}
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(r, body); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(answer.String(), "RTSP/1.0 200") {
			t.Fatalf("%s: %s", method, answer.String())
		}
		return string(body)
	}
	sdp := ask("DESCRIBE", url+"?token="+token, "Accept: application/sdp")
	control := ""
	for line := range strings.Lines(sdp) {
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "a=control:"); ok && c != "*" {
			control = c
			break
		}
	}
	if !strings.HasPrefix(control, "rtsp://") {
		control = url + "/" + control
	}
	ask("SETUP", control, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
	ask("PLAY", url)
	go func() {
		defer close(p.ended)
		buffer := make([]byte, 64<<10)
		for {
			n, err := r.Read(buffer)
			if n > 0 {
				p.bytes.Add(int64(n))
				p.last.Store(time.Now().UnixNano())
			}
			if err != nil {
				return
			}
		}
	}()
	return p
}

func (p *player) silent() time.Duration { return time.Since(time.Unix(0, p.last.Load())) }

// follower follows the events.
type follower struct {
	ended chan struct{}
	err   error // set when ended is closed
}

func (h *hub) follow(t *testing.T, header, value string) *follower {
	t.Helper()
	conn, answer, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+h.http+"/api/v1/events", http.Header{header: {value}})
	if err != nil {
		t.Fatal(err, answer)
	}
	t.Cleanup(func() { _ = conn.Close() })
	f := &follower{ended: make(chan struct{})}
	go func() {
		defer close(f.ended)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				f.err = err
				return
			}
		}
	}()
	return f
}
