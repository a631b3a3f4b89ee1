package turn

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// peersKept is how long the hub's addresses are taken for what they were.
const peersKept = time.Second

// peers are the only places that are relayed to. Nothing is told apart by range:
// an address is one of these, to the bit and in its own family, or it is refused.
// So there is no list of private, reserved or mapped ranges that one could be
// missing from.
type peers struct {
	list func() []netip.AddrPort
	now  func() time.Time

	mu    sync.Mutex
	asked time.Time
	ports map[netip.AddrPort]struct{}
	addrs map[netip.Addr]struct{}
}

// refresh asks for the list if it is old; p.mu is held.
func (p *peers) refresh() {
	now := p.now()
	if p.ports != nil && now.Sub(p.asked) < peersKept && !now.Before(p.asked) {
		return
	}
	p.asked, p.ports, p.addrs = now, map[netip.AddrPort]struct{}{}, map[netip.Addr]struct{}{}
	for _, a := range p.list() {
		if a.Port() == 0 || a.Addr().IsUnspecified() || a.Addr().Is4In6() || a.Addr().Zone() != "" {
			continue // names no place
		}
		p.ports[a], p.addrs[a.Addr()] = struct{}{}, struct{}{}
	}
}

// has says that packets may go to and come from there.
func (p *peers) has(a netip.AddrPort) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refresh()
	_, ok := p.ports[a]
	return ok
}

// hasAddr says that a client may ask for leave for an address: ports are looked
// at with each packet, as leave is given without one (RFC 8656 section 9). The
// address is as it came: 16 bytes are IPv6, whatever is written in them.
func (p *peers) hasAddr(ip net.IP) bool {
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refresh()
	_, ok = p.addrs[a]
	return ok
}

// first is one of the addresses of a family, of the network if there is one.
func (p *peers) first(six bool) (found netip.Addr, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refresh()
	for a := range p.addrs {
		if a.Is6() == six && (!ok || found.IsLoopback() && !a.IsLoopback() || found.IsLoopback() == a.IsLoopback() && a.Less(found)) {
			found, ok = a, true
		}
	}
	return found, ok
}
