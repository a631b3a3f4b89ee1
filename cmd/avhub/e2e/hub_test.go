package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// hub is bin/avhub as a process.
type hub struct {
	http, rtsp string // host:port
	dir        string
	env        []string
	args       []string
	cmd        *exec.Cmd
	out        *output
}

// newHub starts a hub on ports and in a folder of its own.
func newHub(t *testing.T, args ...string) *hub {
	t.Helper()
	h := &hub{dir: t.TempDir(), http: freeAddr(t), rtsp: freeAddr(t), args: append([]string{"serve"}, args...)}
	h.env = append(os.Environ(),
		"AVHUB_HTTP_LISTEN="+h.http, "AVHUB_RTSP_LISTEN="+h.rtsp, "AVHUB_WEBRTC_LISTEN="+freeAddr(t),
		"AVHUB_DATA_DIR="+h.dir)
	h.start(t)
	t.Cleanup(func() { h.end(t, syscall.SIGTERM) })
	return h
}

func (h *hub) start(t *testing.T) {
	t.Helper()
	h.cmd, h.out = startAvhub(t, h.env, h.args...)
	h.out.await(t, regexp.MustCompile(`avhub is running`))
}

// end stops the hub, if it runs, and returns how long that took.
func (h *hub) end(t *testing.T, how os.Signal) time.Duration {
	t.Helper()
	return stop(t, h.cmd, how)
}

// startAvhub starts the program that make build has made.
func startAvhub(t *testing.T, env []string, args ...string) (*exec.Cmd, *output) {
	t.Helper()
	binary, err := filepath.Abs("../../../bin/avhub")
	if err != nil {
		t.Fatal(err)
	}
	cmd, out := exec.Command(binary, args...), &output{}
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, out
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: make build makes it", err)
	}
	return cmd, out
}

// stop ends a process and waits for that.
func stop(t *testing.T, cmd *exec.Cmd, how os.Signal) time.Duration {
	t.Helper()
	if cmd.ProcessState != nil {
		return 0
	}
	started := time.Now()
	if err := cmd.Process.Signal(how); err != nil {
		t.Error(err)
	}
	limit := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	_ = cmd.Wait() // how it ends is the caller's to judge
	return time.Since(started)
}

// output keeps what a process writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) await(t *testing.T, what *regexp.Regexp) {
	t.Helper()
	await(t, 20*time.Second, what.String(), func() bool { return what.MatchString(o.String()) })
}

// await looks until done, and fails after the limit.
func await(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited %s in vain for: %s", limit, what)
		}
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// call asks the API and reads the answer into out, if that is not nil.
func (h *hub) call(t *testing.T, method, path string, in, out any) int {
	t.Helper()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+h.http+"/api/v1"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if out != nil {
		if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
	return answer.StatusCode
}

// source is what these tests read of a source.
type source struct {
	ID   string
	Name string
	Main struct {
		State   string
		Cause   *struct{ Code string }
		Packets uint64
		Video   *struct{ Codec string }
		Audio   *struct{ Codec string }
	}
}

func (h *hub) add(t *testing.T, fields map[string]string) {
	t.Helper()
	var answer map[string]any
	if status := h.call(t, "POST", "/sources", fields, &answer); status != http.StatusCreated {
		t.Fatalf("add %s: %d %v", fields["id"], status, answer)
	}
}

func (h *hub) awaitState(t *testing.T, id, state string) {
	t.Helper()
	await(t, 20*time.Second, id+" is "+state, func() bool {
		var s source
		h.call(t, "GET", "/sources/"+id, nil, &s)
		return s.Main.State == state
	})
}

// metric reads one value from /metrics.
func (h *hub) metric(t *testing.T, name string) float64 {
	t.Helper()
	answer, err := http.Get("http://" + h.http + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var v float64
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			if _, err := fmt.Sscan(rest, &v); err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// sockets is how many the hub has open.
func (h *hub) sockets(t *testing.T) int {
	t.Helper()
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", h.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}
