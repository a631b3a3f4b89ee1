package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"avhub/configs"
)

// door is an address that the hub will listen on.
type door struct{ key, network, addr string }

// examinePorts looks whether the hub's ports are free, or held by a hub.
func examinePorts(ctx context.Context, cfg *configs.Config) findings {
	all := findings{}
	at := cfg.Bind()
	running := hubAnswers(ctx, at.HTTP, cfg.HTTP.TLS.Mode != configs.TLSOff)
	for _, d := range []door{
		{"http.listen", "tcp", at.HTTP},
		{"rtsp.listen", "tcp", at.RTSP},
		{"webrtc.listen", "udp", at.WebRTC},
		{"webrtc.listen", "tcp", at.WebRTC},
		{"webrtc.turn.listen", "udp", at.TURN},
		{"webrtc.turn.listen", "tcp", at.TURN},
		{"webrtc.turn.tls_listen", "tcp", at.TURNS},
	} {
		if d.addr != "" { // off
			all = append(all, d.examine(ctx, running))
		}
	}
	return all
}

func (d door) examine(ctx context.Context, running bool) finding {
	check := fmt.Sprintf("%s (%s)", d.key, d.network)
	addr := d.addr
	err := tryListen(ctx, d.network, addr)
	switch {
	case err == nil:
		return finding{fine, check, addr + " is free", ""}
	case !errors.Is(err, syscall.EADDRINUSE):
		return finding{fails, check, fmt.Sprintf("%s cannot be opened: %v", d.addr, err), "change " + d.key + " (a port under 1024 needs a right of its own)"}
	}
	name, pid := portOwner(d.network, addr)
	switch {
	case name == "avhub":
		return finding{fine, check, fmt.Sprintf("%s is held by an avhub that is running (process %d)", addr, pid), ""}
	case name != "":
		return finding{fails, check, fmt.Sprintf("%s is held by %s (process %d)", addr, name, pid), "stop it, or change " + d.key}
	case running:
		return finding{fine, check, addr + " is in use, as it is while an avhub is running", ""}
	}
	return finding{fails, check, addr + " is in use", "see by whom with: sudo ss -lntup; stop it, or change " + d.key}
}

func tryListen(ctx context.Context, network, addr string) error {
	var lc net.ListenConfig
	if network == "udp" {
		c, err := lc.ListenPacket(ctx, network, addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := lc.Listen(ctx, network, addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// hubAnswers says that an avhub serves at the address: it knows one by what it
// tells everybody at its door.
func hubAnswers(ctx context.Context, listen string, secure bool) bool {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/api/v1/door", nil)
	if err != nil {
		return false
	}
	// Whose certificate it is does not matter here: nothing is told, and what
	// is answered only words a line.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	var door struct {
		SetUp *bool `json:"set_up"`
		OIDC  *bool `json:"oidc"`
	}
	err = json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 64<<10)).Decode(&door)
	return err == nil && answer.StatusCode == http.StatusOK && door.SetUp != nil && door.OIDC != nil
}

// portOwner is the program that has a port open, as far as this user may see
// it; Linux only, elsewhere nobody is found.
func portOwner(network, addr string) (name string, pid int) {
	_, text, _ := net.SplitHostPort(addr)
	port, err := strconv.Atoi(text)
	if err != nil {
		return "", 0
	}
	sockets := map[string]bool{}
	for _, table := range []string{network, network + "6"} {
		readSockets("/proc/net/"+table, port, network == "tcp", sockets)
	}
	if len(sockets) == 0 {
		return "", 0
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is right
	for _, link := range links {
		if to, err := os.Readlink(link); err != nil || !sockets[to] {
			continue
		}
		process := strings.Split(link, "/")[2]
		comm, _ := os.ReadFile("/proc/" + process + "/comm")
		pid, _ = strconv.Atoi(process)
		return strings.TrimSpace(string(comm)), pid
	}
	return "", 0
}

// readSockets notes the sockets of a port in a table of proc(5) by the name
// that they have as open files.
func readSockets(table string, port int, listening bool, into map[string]bool) {
	const local, state, inode, listen = 1, 3, 9, "0A"
	f, err := os.Open(table)
	if err != nil {
		return
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) <= inode || !strings.HasSuffix(fields[local], fmt.Sprintf(":%04X", port)) {
			continue
		}
		if !listening || fields[state] == listen {
			into["socket:["+fields[inode]+"]"] = true
		}
	}
}
