package configs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check says everything that is wrong, each with its key.
func (c *Config) Check() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s %s", key, fmt.Sprintf(format, args...)))
	}
	oneOf := func(key, v string, all ...string) {
		if !slices.Contains(all, v) {
			bad(key, "is %q: use one of %s", v, strings.Join(all, ", "))
		}
	}
	if c.DataDir == "" {
		bad("data_dir", "is empty: name a folder")
	}
	oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf("log.format", c.Log.Format, "text", "json")
	for key, addr := range map[string]string{"http.listen": c.HTTP.Listen, "rtsp.listen": c.RTSP.Listen, "webrtc.listen": c.WebRTC.Listen} {
		if _, _, err := Loopback(addr); err != nil {
			bad(key, "%s", err)
		}
	}
	if err := c.HTTP.TLS.check(); err != nil {
		bad("http.tls", "%s", err)
	}
	for i, ip := range c.WebRTC.PublicIPs {
		if _, err := netip.ParseAddr(ip); err != nil {
			bad(fmt.Sprintf("webrtc.public_ips[%d]", i), "is %q: write an IP address", ip)
		}
	}
	for i, s := range c.WebRTC.ICEServers {
		s.check(func(f string, a ...any) { bad(fmt.Sprintf("webrtc.ice_servers[%d]", i), f, a...) })
	}
	within(bad, "recording.segment", c.Recording.Segment, 5*time.Second, 10*time.Minute)
	within(bad, "recording.part", c.Recording.Part, 100*time.Millisecond, 5*time.Second)
	oneOf("recording.sync", c.Recording.Sync, "part", "segment", "never")
	oneOf("archive.object_lock", c.Archive.ObjectLock, "governance", "compliance", "none")
	oneOf("transcription.engine", c.Transcription.Engine, "none", "funasr", "vosk", "sherpa", "openai", "command")
	errs = append(errs, c.checkSources()...)
	return errors.Join(errs...)
}

func (s ICEServer) check(bad func(string, ...any)) {
	if len(s.URLs) == 0 {
		bad("has no urls: write stun:host:port or turn:host:port")
	}
	for _, u := range s.URLs {
		if !slices.ContainsFunc([]string{"stun:", "stuns:", "turn:", "turns:"}, func(p string) bool { return strings.HasPrefix(u, p) }) {
			bad("has the url %q: it must begin with stun:, stuns:, turn: or turns:", u)
		}
	}
}

func within(bad func(string, string, ...any), key string, d, least, most time.Duration) {
	if d < least || d > most {
		bad(key, "is %s: use %s to %s", d, least, most)
	}
}

func (c *Config) checkSources() []error {
	var errs []error
	seen := map[string]int{}
	for i, s := range c.Sources {
		key := fmt.Sprintf("sources[%d]", i)
		for _, e := range FieldErrors(s.Check()) {
			errs = append(errs, fmt.Errorf("%s.%s", key, e))
		}
		if first, twice := seen[s.ID]; twice {
			errs = append(errs, fmt.Errorf("%s.id is %q, as is sources[%d].id: ids must differ", key, s.ID, first))
		}
		seen[s.ID] = i
	}
	return errs
}

// Loopback turns an address to listen on into one that only this machine
// reaches: until accounts close the doors, nobody else may come in. changed
// tells that no host was said. Another host is refused.
func Loopback(addr string) (loopback string, changed bool, err error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", false, fmt.Errorf("is %q: write host:port or :port", addr)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", false, fmt.Errorf("has the port %q: use 0 to 65535", port)
	}
	if host == "" {
		return net.JoinHostPort("127.0.0.1", port), true, nil
	}
	ip, err := netip.ParseAddr(host)
	if host == "localhost" || (err == nil && ip.IsLoopback()) {
		return addr, false, nil
	}
	return "", false, fmt.Errorf("is %q: the hub has no accounts yet and listens on this machine only: use 127.0.0.1:%s", addr, port)
}
