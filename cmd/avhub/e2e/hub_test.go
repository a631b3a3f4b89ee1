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
	"slices"
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
	token      string // of a user who watches, publishes and manages
}

// newHub starts a hub on ports and in a folder of its own.
func newHub(t *testing.T, args ...string) *hub {
	t.Helper()
	return newHubIn(t, nil, args...)
}

// newHubIn starts it in an environment that has more to say.
func newHubIn(t *testing.T, env []string, args ...string) *hub {
	t.Helper()
	h := &hub{dir: t.TempDir(), http: freeAddr(t), rtsp: freeAddr(t), args: append([]string{"serve"}, args...)}
	h.env = append(os.Environ(),
		"AVHUB_HTTP_LISTEN="+h.http, "AVHUB_RTSP_LISTEN="+h.rtsp, "AVHUB_WEBRTC_LISTEN="+freeAddr(t),
		"AVHUB_DATA_DIR="+h.dir)
	h.env = append(h.env, env...)
	h.makeBoss(t)
	h.start(t)
	t.Cleanup(func() {
		h.end(t, syscall.SIGTERM)
		if t.Failed() {
			t.Logf("the hub said:\n%s", h.out)
		}
	})
	return h
}

// boss is the user that the tests work as.
const boss, bossPassword = "boss", "lantern orbit 77 quarry"

// makeBoss adds the user and a token by the command line, before the hub runs.
func (h *hub) makeBoss(t *testing.T) {
	t.Helper()
	for _, role := range []string{"inspector", "technician", "admin"} {
		h.run(t, bossPassword, "user", "add", boss, "--role", role, "--court", "heihe")
	}
	h.token = strings.TrimSpace(h.run(t, "", "token", "create", "--user", boss))
}

// run runs a command of avhub on the hub's data and returns what it prints.
func (h *hub) run(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary(t), args...)
	var said bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stderr = h.env, strings.NewReader(stdin), &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("avhub %s: %v: %s", strings.Join(args, " "), err, said.String())
	}
	return string(out)
}

// rtspURL is the address of a path, with the boss's name and token.
func (h *hub) rtspURL(path string) string {
	return "rtsp://" + boss + ":" + h.token + "@" + h.rtsp + "/" + path
}

// whep is the address to watch a source at, with the boss's token.
func (h *hub) whep(source string) string {
	return "http://:" + h.token + "@" + h.http + "/whep/" + source
}

// do sends a request as the boss.
func (h *hub) do(method, path, kind string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequest(method, "http://"+h.http+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return http.DefaultClient.Do(r)
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

// binary is where make build puts the program.
func binary(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../../bin/avhub")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// startAvhub starts the program that make build has made.
func startAvhub(t *testing.T, env []string, args ...string) (*exec.Cmd, *output) {
	t.Helper()
	cmd, out := exec.Command(binary(t), args...), &output{}
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
	await(t, longEnough, what.String(), func() bool { return what.MatchString(o.String()) })
}

// longEnough is how long what has to come is waited for on a busy machine.
const longEnough = time.Minute

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
	answer, err := h.do(method, "/api/v1"+path, "application/json", body)
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

// awaitState waits until a source's main stream is in one of the states.
func (h *hub) awaitState(t *testing.T, id string, states ...string) {
	t.Helper()
	await(t, longEnough, id+" is "+strings.Join(states, " or "), func() bool {
		var s source
		h.call(t, "GET", "/sources/"+id, nil, &s)
		return slices.Contains(states, s.Main.State)
	})
}

// awaitFlows waits until a source gives something. On a busy machine a good
// encoder may be late with its packets, and is then told to be degraded.
func (h *hub) awaitFlows(t *testing.T, id string) {
	t.Helper()
	h.awaitState(t, id, "live", "degraded")
}

// metric reads one value from /metrics.
func (h *hub) metric(t *testing.T, name string) float64 {
	t.Helper()
	answer, err := h.do("GET", "/metrics", "", nil)
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
