package turn

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"

	pion "github.com/pion/turn/v5"
)

var (
	errOnlyUDP = errors.New("turn: only UDP is relayed")
	errNoRoom  = errors.New("turn: no more relays for this session")
)

// relay is an allocation's socket, between a client and the hub. pion closes it
// with the allocation, and ends the allocation when it is closed.
type relay struct {
	*net.UDPConn
	server  *Server
	session *session
	at      relayAt
	over    sync.Once

	client *client // who has it, once pion has said so; Server.mu
	closed bool    // Server.mu
}

// relayAt tells relays apart: IPv4 and IPv6 may have one number.
type relayAt struct {
	six  bool
	port int
}

// relays opens relays for pion (turn.RelayAddressGenerator).
type relays struct{ server *Server }

// Validate says that they can be opened.
func (relays) Validate() error { return nil }

// AllocateListener refuses TCP to the peer (RFC 6062).
func (relays) AllocateListener(pion.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errOnlyUDP
}

// AllocateConn refuses it too.
func (relays) AllocateConn(pion.AllocateConnConfig) (net.Conn, error) { return nil, errOnlyUDP }

// AllocatePacketConn opens a relay for a session. pion asks without one when a
// client wants a pair of ports, which nobody who speaks to the hub needs.
func (g relays) AllocatePacketConn(c pion.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	s, six := g.server, c.Network == "udp6"
	if c.UserID == "" || c.RequestedPort != 0 {
		return nil, nil, errNoRoom
	}
	bind := net.UDPAddr{}
	if s.bind.IsValid() && !s.bind.IsUnspecified() {
		if s.bind.Is6() != six {
			return nil, nil, fmt.Errorf("turn: the hub's media port is not open for %s", c.Network)
		}
		bind.IP = s.bind.AsSlice()
	}
	shown, ok := s.shown(six)
	if !ok {
		return nil, nil, fmt.Errorf("turn: the hub has no address for %s", c.Network)
	}
	udp, err := net.ListenUDP(c.Network, &bind)
	if err != nil {
		return nil, nil, fmt.Errorf("turn: open a relay: %w", err)
	}
	r := &relay{UDPConn: udp, server: s, at: relayAt{six, udp.LocalAddr().(*net.UDPAddr).Port}}
	if !s.addRelay(c.UserID, r) {
		s.refused.quota.Add(1)
		return nil, nil, errors.Join(errNoRoom, udp.Close())
	}
	return r, &net.UDPAddr{IP: shown.AsSlice(), Port: r.at.port}, nil
}

// addRelay counts a relay in, if the session may have one more.
func (s *Server) addRelay(id string, r *relay) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[id]
	if s.closed || x == nil || s.full(x) {
		return false
	}
	r.session = x
	x.relays[r], s.relays[r], s.byPort[r.at] = struct{}{}, struct{}{}, r
	s.wg.Add(1) // pion's goroutine that reads from it
	s.opened.Add(1)
	return true
}

// allocated is told by pion whose the relay is that was opened last.
func (s *Server) allocated(src, dst net.Addr, _, _, _ string, at net.Addr, _ int) {
	key, ok := clientAt(src, dst)
	u, isUDP := at.(*net.UDPAddr)
	if !ok || !isUDP {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.byPort[relayAt{u.IP.To4() == nil, u.Port}]
	if r == nil || r.closed {
		return
	}
	r.client = s.welcome(key, r)
}

// ReadFrom waits for what the hub sends; what comes from elsewhere and what is
// over the session's rate is dropped.
func (r *relay) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := r.ReadFromUDPAddrPort(b)
		if err != nil {
			_ = r.Close() // never fails
			r.over.Do(r.server.wg.Done)
			return 0, nil, err
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		switch {
		case !r.server.peers.has(from):
			r.server.refused.peer.Add(1)
		case !r.session.take(r.session.down, r.server.now(), n):
			r.server.refused.bandwidth.Add(1)
		default:
			r.server.bytesDown.Add(uint64(n))
			return n, net.UDPAddrFromAddrPort(from), nil
		}
	}
}

// WriteTo sends to the hub, and nowhere else. What is dropped looks sent, as it
// would on a network.
func (r *relay) WriteTo(b []byte, to net.Addr) (int, error) {
	u, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, errOnlyUDP
	}
	addr, _ := netip.AddrFromSlice(u.IP)
	at := netip.AddrPortFrom(addr, uint16(u.Port))
	switch {
	case !r.server.peers.has(at):
		r.server.refused.peer.Add(1)
		return len(b), nil
	case !r.session.take(r.session.up, r.server.now(), len(b)):
		r.server.refused.bandwidth.Add(1)
		return len(b), nil
	}
	r.server.bytesUp.Add(uint64(len(b)))
	return r.WriteToUDPAddrPort(b, at)
}

// Close ends the allocation.
func (r *relay) Close() error {
	s := r.server
	s.mu.Lock()
	first := !r.closed
	r.closed = true
	if first {
		delete(r.session.relays, r)
		delete(s.relays, r)
		delete(s.byPort, r.at)
		s.farewell(r)
	}
	s.mu.Unlock()
	if first {
		_ = r.UDPConn.Close() // there is nobody to tell
	}
	return nil
}
