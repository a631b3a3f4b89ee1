package signaling

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// A hub without TLS serves its own machine only. A browser on that machine also
// runs the pages of others, which must not get in through it.

// localName tells the names that this machine has for itself.
func localName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // RFC 6761 section 6.3
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

// localOrigin tells whether a page comes from this machine.
func localOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && localName(u.Hostname())
}

// thisMachine refuses requests under other names than this machine's own: a
// site can give its name this machine's address (DNS rebinding), and its pages
// would then pass for the hub's.
func thisMachine(only bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if only && host != "" && !localName(host) {
			problem(http.StatusMisdirectedRequest, "wrong_host",
				"the hub serves its own machine only, as localhost or 127.0.0.1: use that name").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}
