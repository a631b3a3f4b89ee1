package signaling

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"avhub/media/turn"
	"avhub/media/webrtc"
)

// ICE is which servers browsers are told of: those of the configuration, and the
// hub's own relay, for which each session gets credentials that end with it.
type ICE struct {
	Servers  []webrtc.ICEServer
	TURN     *turn.Server  // nil: none
	Host     string        // under which browsers reach it; empty: the request's
	Lifetime time.Duration // of credentials
	Log      *slog.Logger
}

// For are the servers for a session, told in answer to a request of its browser.
// Over must follow when the session has ended.
func (c *ICE) For(r *http.Request, session string) []webrtc.ICEServer {
	if c.TURN == nil {
		return c.Servers
	}
	host := c.Host
	if host == "" {
		if host = hostOf(r.Host); host == "" {
			return c.Servers // no address that a browser could be told
		}
	}
	user, password, err := c.TURN.Credentials(session, c.Lifetime)
	if err != nil { // the session can do without, unless its network is a bad one
		c.Log.Warn("turn: no credentials for a session", "err", err)
		return c.Servers
	}
	own := webrtc.ICEServer{URLs: c.TURN.URLs(host), Username: user, Credential: password}
	return append([]webrtc.ICEServer{own}, c.Servers...)
}

// Over ends a session's credentials and closes its relays.
func (c *ICE) Over(session string) {
	if c.TURN != nil {
		c.TURN.Revoke(session)
	}
}

var hostPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$`)

// hostOf is the name or address of a Host header, without the port; empty if it
// is none that could stand in a URL.
func hostOf(header string) string {
	host, _, err := net.SplitHostPort(header)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(header, "["), "]")
	}
	if a, err := netip.ParseAddr(host); err == nil && a.Zone() == "" {
		return a.String()
	}
	if hostPattern.MatchString(host) {
		return host
	}
	return ""
}

// iceLinks name servers in Link headers (RFC 9725 section 4.6).
func iceLinks(h http.Header, servers []webrtc.ICEServer) {
	for _, s := range servers {
		for _, u := range s.URLs {
			link := "<" + u + `>; rel="ice-server"`
			if s.Username != "" {
				link += fmt.Sprintf(`; username=%q; credential=%q; credential-type="password"`, s.Username, s.Credential)
			}
			h.Add("Link", link)
		}
	}
}
