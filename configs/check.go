package configs

import (
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Check says all that is wrong with the settings; [FieldErrors] takes it apart.
func (c *Config) Check() error {
	f := newFaults()
	c.check(f)
	return f.err()
}

func (c *Config) check(f *faults) {
	checkWords(reflect.ValueOf(c).Elem(), "", f)
	if strings.TrimSpace(c.DataDir) == "" {
		f.add("data_dir", "it is empty: write a folder, such as ./data")
	}
	c.checkListens(f)
	c.HTTP.TLS.check(f)
	c.WebRTC.check(f)
	checkURL(c.Database.URL, "database.url", f, "postgres", "postgresql")
	checkURL(c.Cluster.Redis, "cluster.redis", f, "redis", "rediss")
	c.Recording.check(f)
	c.Archive.check(f)
	checkSources(c.Sources, "sources", f)
}

// checkWords holds every setting of few words to its list.
func checkWords(v reflect.Value, path string, f *faults) {
	switch v.Kind() {
	case reflect.Struct:
		for _, k := range keysOf(v.Type()) {
			p, at := join(path, k.name), v.FieldByIndex(k.field.Index)
			if words := k.words(); words != nil && !slices.Contains(words, at.String()) {
				f.add(p, "%q is not one of %s", clip(Mask(at.String())), strings.Join(words, ", "))
			}
			checkWords(at, p, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkWords(v.Index(i), index(path, i), f)
		}
	}
}

func (t TLS) check(f *faults) {
	switch {
	case t.Mode == TLSFiles && (t.Cert == "" || t.Key == ""):
		f.add("http.tls", "it needs both cert and key, paths of PEM files")
	case t.Mode != TLSOff && t.Mode != TLSSelfSigned && t.Mode != TLSFiles:
		f.add("http.tls", "%q is not one of off, self-signed, {cert: FILE, key: FILE}", clip(string(t.Mode)))
	}
}

func (c *Config) checkListens(f *faults) {
	taken := map[string]string{}
	for _, at := range []struct{ path, addr string }{
		{"http.listen", c.HTTP.Listen}, {"rtsp.listen", c.RTSP.Listen}, {"webrtc.listen", c.WebRTC.Listen},
	} {
		if _, _, err := Loopback(at.addr); err != nil {
			f.add(at.path, "%v", err)
			continue
		}
		_, port, _ := net.SplitHostPort(at.addr) // Loopback has split it
		if other, ok := taken[port]; ok && port != "0" {
			f.add(at.path, "port %s is %s's already: choose another", port, other)
		}
		taken[port] = at.path
	}
}

func (w WebRTC) check(f *faults) {
	for i, ip := range w.PublicIPs {
		if addr, err := netip.ParseAddr(ip); err != nil || addr.Zone() != "" || addr.IsUnspecified() {
			f.add(index("webrtc.public_ips", i), "%q is not an IP address that a browser can reach", clip(ip))
		}
	}
	for i, server := range w.ICEServers {
		server.check(index("webrtc.ice_servers", i), f)
	}
}

func (s ICEServer) check(path string, f *faults) {
	if len(s.URLs) == 0 {
		f.add(path, "urls is empty: write for example stun:stun.example.cn:3478")
	}
	for i, u := range s.URLs {
		scheme, host, _ := strings.Cut(u, ":")
		switch {
		case scheme != "stun" && scheme != "stuns" && scheme != "turn" && scheme != "turns", host == "":
			f.add(join(path, index("urls", i)), "write stun:, stuns:, turn: or turns: with a host, such as turn:turn.example.cn:3478")
		case strings.HasPrefix(scheme, "turn") && (s.Username == "" || s.Credential.Empty()):
			f.add(path, "%s: needs username and credential", scheme)
		}
	}
}

func (r Recording) check(f *faults) {
	checkRange(r.Segment, 5*time.Second, 10*time.Minute, "recording.segment", f)
	checkRange(r.Part, 100*time.Millisecond, 5*time.Second, "recording.part", f)
	if r.Part > r.Segment {
		f.add("recording.part", "%v is longer than a segment of %v", r.Part, r.Segment)
	}
}

func checkRange(d, least, most time.Duration, path string, f *faults) {
	if d < least || d > most {
		f.add(path, "%v is out of range: use %s to %s", d, brief(least), brief(most))
	}
}

func (a Archive) check(f *faults) {
	if a.Endpoint == "" {
		return
	}
	if a.Bucket == "" {
		f.add("archive.bucket", "it is empty, and archive.endpoint is set: write the bucket's name")
	}
	if a.AccessKey.Empty() || a.SecretKey.Empty() {
		f.add("archive", "access_key and secret_key are needed with an endpoint")
	}
}

func checkURL(u URL, path string, f *faults, schemes ...string) {
	if err := u.check(schemes...); err != nil {
		f.add(path, "%v", err)
	}
}

// brief is a length of time without its zero parts: 10m for 10m0s.
func brief(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
