package configs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Bound are the addresses that the hub listens on: what is configured, narrowed
// down to this machine as far as nothing protects what comes over a network.
type Bound struct {
	HTTP, RTSP, WebRTC string
	TURN, TURNS        string // empty: off
	// Narrowed are the keys whose address names no host and means this machine
	// only, where with TLS it would mean all of its addresses.
	Narrowed []string
}

// Bind says where to listen. Passwords and cookies must not cross a network in
// the clear, so without http.tls all ports are this machine's own. Behind a
// proxy that ends TLS, RTSP, WebRTC and TURN are open, and HTTP is where it says
// that it is.
func (c *Config) Bind() Bound {
	var b Bound
	for _, d := range c.doors(&b) {
		addr, narrowed, err := d.bind()
		if err != nil { // check has refused it; what cannot be told is not opened
			addr = "127.0.0.1:0"
		}
		*d.to = addr
		if narrowed {
			b.Narrowed = append(b.Narrowed, d.key)
		}
	}
	return b
}

// ThisMachine says that nobody but this machine reaches the pages and the API:
// HTTP listens on loopback, and no proxy hands on what others ask.
func (c *Config) ThisMachine() bool {
	return !c.HTTP.BehindProxy && Local(c.Bind().HTTP)
}

// Local says that a host:port to listen on is one that only this machine reaches.
func Local(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && isLoopback(host)
}

// door is an address to listen on and how far it may be opened.
type door struct {
	key, addr string
	to        *string
	wide      bool // all addresses if it names no host
	explicit  bool // any host that is written out
}

func (c *Config) doors(b *Bound) []door {
	secure, proxied := c.HTTP.TLS.Mode != TLSOff, c.HTTP.BehindProxy
	all := []door{
		{"http.listen", c.HTTP.Listen, &b.HTTP, secure, secure || proxied}, // the proxy is on this machine, unless a host is written out
		{"rtsp.listen", c.RTSP.Listen, &b.RTSP, secure || proxied, secure || proxied},
		{"webrtc.listen", c.WebRTC.Listen, &b.WebRTC, secure || proxied, secure || proxied},
	}
	if t := c.WebRTC.TURN; t.Listen != "" {
		all = append(all, door{"webrtc.turn.listen", t.Listen, &b.TURN, secure || proxied, secure || proxied})
	}
	if t := c.WebRTC.TURN; t.TLSListen != "" {
		all = append(all, door{"webrtc.turn.tls_listen", t.TLSListen, &b.TURNS, secure, secure || proxied})
	}
	return all
}

// meets says that two doors with one port cannot both be opened: unless each
// names a host of its own, they are the same place.
func (d door) meets(other door) bool {
	host, _, _ := net.SplitHostPort(d.addr) // bind has split them
	another, _, _ := net.SplitHostPort(other.addr)
	one, err := netip.ParseAddr(host)
	two, errTwo := netip.ParseAddr(another)
	return err != nil || errTwo != nil || one.IsUnspecified() || two.IsUnspecified() || one == two
}

// bind is the address as it is listened on: ":8080" becomes "127.0.0.1:8080"
// where the door is not open wide. A host that is written out and is not of this
// machine is refused where the door is shut.
func (d door) bind() (addr string, narrowed bool, err error) {
	host, port, err := net.SplitHostPort(d.addr)
	switch {
	case err != nil:
		return "", false, fmt.Errorf("%q is not host:port: write for example 127.0.0.1:8080 or :8080", clip(d.addr))
	case port == "":
		return "", false, errors.New("the port is missing: write for example 127.0.0.1:8080")
	}
	if err := checkPort(port); err != nil {
		return "", false, err
	}
	switch {
	case host == "" && d.wide:
		return d.addr, false, nil
	case host == "":
		return net.JoinHostPort("127.0.0.1", port), true, nil
	case d.explicit || isLoopback(host):
		return d.addr, false, nil
	}
	return "", false, fmt.Errorf("%q is reachable from other machines, where passwords and pictures would travel in the clear: "+
		"set http.tls to self-signed or to a certificate (or http.behind_proxy, where a proxy on this machine ends TLS), "+
		"or write 127.0.0.1:%s or :%s, which without TLS serve this machine only", clip(host), port, port)
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// checkPort takes an empty port, and 0 for one that the system chooses.
func checkPort(port string) error {
	if port == "" {
		return nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("port %q is no port: use 0 to 65535", clip(port))
	}
	return nil
}
