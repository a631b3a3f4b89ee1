package turn

import (
	"net"
	"net/netip"

	"golang.org/x/time/rate"
)

// clientKey is where a client is, and by which of the relay's ports it came.
type clientKey struct {
	tcp  bool
	port uint16 // ours
	from netip.AddrPort
}

// clientAt is the key of a client, as pion says its addresses.
func clientAt(src, dst net.Addr) (clientKey, bool) {
	var from, to netip.AddrPort
	_, tcp := src.(*net.TCPAddr)
	for _, a := range []struct {
		to *netip.AddrPort
		of net.Addr
	}{{&from, src}, {&to, dst}} {
		switch of := a.of.(type) {
		case *net.UDPAddr:
			*a.to = of.AddrPort()
		case *net.TCPAddr:
			*a.to = of.AddrPort()
		default:
			return clientKey{}, false
		}
	}
	return clientKey{tcp, to.Port(), netip.AddrPortFrom(from.Addr().Unmap(), from.Port())}, true
}

// client is one that has an allocation: it has shown credentials.
type client struct {
	key      clientKey
	relay    *relay
	requests *rate.Limiter
}

// welcome notes who has a relay; s.mu is held.
func (s *Server) welcome(key clientKey, r *relay) *client {
	perSecond := s.limits.ClientRequests
	c := &client{key: key, relay: r, requests: rate.NewLimiter(rate.Limit(perSecond), 4*perSecond)}
	s.clients[key] = c
	if x := s.streams[key]; x != nil {
		s.meet(x, true)
	}
	return c
}

// farewell forgets who had a relay; s.mu is held.
func (s *Server) farewell(r *relay) {
	c := r.client
	if c == nil || s.clients[c.key] != c {
		return
	}
	delete(s.clients, c.key)
	if x := s.streams[c.key]; x != nil {
		s.meet(x, false)
	}
}

// client is who has an allocation from there, or nil.
func (s *Server) client(key clientKey) *client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clients[key]
}
