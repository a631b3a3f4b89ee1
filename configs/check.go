package configs

import (
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
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
	c.HTTP.check(f)
	if c.RTSP.TLSOnly && c.HTTP.TLS.Mode == TLSOff {
		f.add("rtsp.tls_only", "the hub has no certificate: set http.tls, or leave it out")
	}
	c.WebRTC.check(f)
	c.WebRTC.TURN.check(c.HTTP.TLS.Mode != TLSOff, f)
	checkURL(c.Database.URL, "database.url", f, "postgres", "postgresql")
	if c.Audit.SM2 && !c.Audit.SM3 {
		f.add("audit.sm2", "SM2 signs the chain by SM3: set audit.sm3 too")
	}
	c.OIDC.check(f)
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

func (h HTTP) check(f *faults) {
	h.TLS.check(f)
	h.checkOrigins(f)
	for i, name := range h.Names {
		if !isName(name) {
			f.add(index("http.names", i), "%q is no name: write one such as hub.court.example, or an IP address", clip(name))
		}
	}
	for i, proxy := range h.Proxies {
		if _, err := netip.ParsePrefix(proxy); err == nil {
			continue
		}
		if _, err := netip.ParseAddr(proxy); err != nil {
			f.add(index("http.proxies", i), "%q is no address: write one such as 10.0.0.4, or a network such as 10.0.0.0/24", clip(proxy))
		}
	}
	if h.BehindProxy && h.TLS.Mode != TLSOff {
		f.add("http.behind_proxy", "either the proxy speaks TLS or the hub: set http.tls to off, or leave behind_proxy out")
	}
}

// isName says that a browser can be pointed at it.
func isName(name string) bool {
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.Zone() == "" && !addr.IsUnspecified()
	}
	return hostName.MatchString(name) && len(name) <= 253
}

var realmName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$`)

var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$`)

func (t TLS) check(f *faults) {
	switch {
	case t.Mode == TLSFiles && (t.Cert == "" || t.Key == ""):
		f.add("http.tls", "it needs both cert and key, paths of PEM files")
	case t.Mode != TLSOff && t.Mode != TLSSelfSigned && t.Mode != TLSFiles:
		f.add("http.tls", "%q is not one of off, self-signed, {cert: FILE, key: FILE}", clip(string(t.Mode)))
	}
}

// checkOrigins holds origins to what browsers send (RFC 6454 section 7).
func (h HTTP) checkOrigins(f *faults) {
	for i, origin := range h.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.ToLower(origin) != origin {
			f.add(index("http.origins", i), "%q is no origin: write https://host or https://host:port, in small letters and without a path", clip(Mask(origin)))
		}
	}
}

func (c *Config) checkListens(f *faults) {
	taken := map[string][]door{}
	for _, d := range c.doors(&Bound{}) {
		if _, _, err := d.bind(); err != nil {
			f.add(d.key, "%v", err)
			continue
		}
		_, port, _ := net.SplitHostPort(d.addr) // bind has split it
		for _, other := range taken[port] {
			if port != "0" && d.meets(other) {
				f.add(d.key, "port %s is %s's already: choose another", port, other.key)
				break
			}
		}
		taken[port] = append(taken[port], d)
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

func checkRange(d, least, most time.Duration, path string, f *faults) {
	if d < least || d > most {
		f.add(path, "%v is out of range: use %s to %s", d, brief(least), brief(most))
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
