package light

import (
	"net/netip"
	"time"
)

// route finds a route, or makes it. Beyond the limit the one that was silent for
// longest goes, but not the one in use.
func (a *Agent) route(from netip.AddrPort, tcp *tcpConn, now time.Time) *route {
	h := a.host
	h.mu.Lock()
	defer h.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.routes {
		if r.is(from, tcp) {
			return r
		}
	}
	if a.ctx.Err() != nil {
		return nil
	}
	if len(a.routes) >= maxRoutes && !a.dropOldest() {
		return nil
	}
	r := &route{agent: a, addr: from, tcp: tcp}
	if tcp == nil {
		r.path = h.o.Out.Path(from)
		// Another viewer's address is not taken over before it has answered.
		if h.addrs[from] == nil {
			h.addrs[from] = a
		}
	}
	a.routes = append(a.routes, r)
	return r
}

// dropOldest is called with both locks held.
func (a *Agent) dropOldest() bool {
	oldest := -1
	for i, r := range a.routes {
		if r == a.active.Load() || r == a.nominated {
			continue
		}
		if oldest < 0 || r.heard.Load() < a.routes[oldest].heard.Load() {
			oldest = i
		}
	}
	if oldest < 0 {
		return false
	}
	a.forget(a.routes[oldest])
	a.routes = append(a.routes[:oldest], a.routes[oldest+1:]...)
	return true
}

// forget takes a route's address off the host. Both locks are held.
func (a *Agent) forget(r *route) {
	if r.tcp == nil && a.host.addrs[r.addr] == a {
		delete(a.host.addrs, r.addr)
	}
}
