package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program under measurement.
type process struct{ cmd *exec.Cmd }

// start runs a program and waits until it has written the word.
func start(env []string, ready, name string, args ...string) (*process, error) {
	p := &process{exec.Command(name, args...)}
	p.cmd.Env = append(os.Environ(), env...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.cmd.Stderr = p.cmd.Stdout
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	var said bytes.Buffer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), ready) {
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the process
			return p, nil
		}
		said.WriteString(lines.Text() + "\n")
	}
	_ = p.cmd.Wait()
	return nil, fmt.Errorf("%s %s has ended:\n%s", name, strings.Join(args, " "), said.String())
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = p.cmd.Wait()
}

// usage is CPU time.
type usage struct{ user, system time.Duration }

func (u usage) total() time.Duration { return u.user + u.system }

func (u usage) minus(v usage) usage { return usage{u.user - v.user, u.system - v.system} }

// used is the time that the process has computed so far (proc(5), stat).
func (p *process) used() (usage, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return usage{}, err
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	const utime, stime, ticks = 11, 12, 100
	user, err1 := strconv.Atoi(fields[utime])
	system, err2 := strconv.Atoi(fields[stime])
	if err1 != nil || err2 != nil {
		return usage{}, fmt.Errorf("/proc/%d/stat is not as expected", p.cmd.Process.Pid)
	}
	return usage{time.Duration(user) * time.Second / ticks, time.Duration(system) * time.Second / ticks}, nil
}

// cpu is the sum.
func (p *process) cpu() (time.Duration, error) {
	u, err := p.used()
	return u.total(), err
}

// memory is the resident set, in bytes.
func (p *process) memory() (int, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.Atoi(strings.Fields(string(raw))[1])
	return pages * os.Getpagesize(), err
}

// hub is an avhub under measurement.
type hub struct {
	*process
	http, rtsp string
	dir        string
	env        []string
	token      string
}

const avhub = "bin/avhub"

const bossPassword = "lantern orbit 77 quarry"

func startHub() (*hub, error) {
	dir, err := os.MkdirTemp("", "avhub-bench-")
	if err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(3)
	if err != nil {
		return nil, err
	}
	h := &hub{http: addrs[0], rtsp: addrs[1], dir: dir}
	env := []string{
		"AVHUB_HTTP_LISTEN=" + addrs[0], "AVHUB_RTSP_LISTEN=" + addrs[1], "AVHUB_WEBRTC_LISTEN=" + addrs[2],
		"AVHUB_DATA_DIR=" + dir, "AVHUB_LOG_LEVEL=info",
	}
	h.env = env
	if h.token, err = makeBoss(env); err != nil {
		return nil, err
	}
	h.process, err = start(env, "avhub is running", avhub, "serve")
	return h, err
}

// makeBoss adds a user who watches, publishes, manages and presides, and returns a token.
func makeBoss(env []string) (token string, err error) {
	for _, role := range []string{"inspector", "technician", "admin", "clerk", "judge"} {
		if _, err := command(env, bossPassword, "user", "add", "boss", "--role", role, "--court", "bench"); err != nil {
			return "", err
		}
	}
	return command(env, "", "token", "create", "--user", "boss")
}

// command runs a command of avhub and returns what it prints.
func command(env []string, stdin string, args ...string) (string, error) {
	cmd := exec.Command(avhub, args...)
	cmd.Env, cmd.Stdin, cmd.Stderr = append(os.Environ(), env...), strings.NewReader(stdin), os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

func (h *hub) stop() {
	h.process.stop()
	_ = os.RemoveAll(h.dir)
}

func (h *hub) whep(source string) string {
	return "http://:" + h.token + "@" + h.http + "/whep/" + source
}

func (h *hub) rtspURL(path string) string {
	return "rtsp://boss:" + h.token + "@" + h.rtsp + "/" + path
}

// awaitLive waits until so many sources are live.
func (h *hub) awaitLive(ctx context.Context, count int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		n, err := h.live(ctx)
		if err != nil || n >= count {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%d of %d sources came live", n, count)
		}
	}
}

func (h *hub) live(ctx context.Context) (int, error) {
	var list struct {
		Items []struct {
			Main struct{ State string }
		}
	}
	if err := h.call(ctx, http.MethodGet, "/api/v1/sources", nil, &list); err != nil {
		return 0, err
	}
	n := 0
	for _, s := range list.Items {
		if s.Main.State == "live" {
			n++
		}
	}
	return n, nil
}

func freeAddrs(n int) ([]string, error) {
	var addrs []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}
