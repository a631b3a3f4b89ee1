package webrtc

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// Priorities of candidates (RFC 8445 section 5.1.2.1): UDP before TCP, the
// network before this machine's own address, which only this machine reaches.
const (
	typeHost      = 126 << 24
	localUDP      = 65_535
	localTCP      = 8_191
	componentRTP  = 256 - 1
	behindOthers  = 4_096
	maxCandidate  = 32
	passiveSuffix = " tcptype passive"
)

// addresses are those that the port is open on, and the public ones.
func (s *Server) addresses() ([]netip.Addr, error) {
	at := s.Addr().(*net.UDPAddr)
	addrs := []netip.Addr{at.AddrPort().Addr().Unmap()}
	if at.IP.IsUnspecified() {
		var err error
		if addrs, err = machineAddrs(at.IP.To4() != nil); err != nil {
			return nil, err
		}
	}
	for _, text := range s.publicIPs {
		if ip, err := netip.ParseAddr(text); err == nil && !slices.Contains(addrs, ip.Unmap()) {
			addrs = append(addrs, ip.Unmap())
		}
	}
	return addrs[:min(len(addrs), maxCandidate)], nil
}

// Addresses are where browsers are told to send to, now: what the hub's own
// relay may send to.
func (s *Server) Addresses() []netip.AddrPort {
	addrs, err := s.addresses()
	if err != nil {
		return nil // nowhere, then
	}
	port := s.Addr().(*net.UDPAddr).AddrPort().Port()
	all := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		all[i] = netip.AddrPortFrom(a, port)
	}
	return all
}

// candidates are the values of the answer's a=candidate lines.
func (s *Server) candidates() ([]string, error) {
	addrs, err := s.addresses()
	if err != nil {
		return nil, fmt.Errorf("webrtc: no candidates: %w", err)
	}
	port := s.Addr().(*net.UDPAddr).Port
	var all []string
	for i, a := range addrs {
		behind := i
		if a.IsLoopback() {
			behind += behindOthers
		}
		all = append(all,
			fmt.Sprintf("%d 1 udp %d %s %d typ host", 2*i+1, typeHost|(localUDP-behind)<<8|componentRTP, a, port),
			fmt.Sprintf("%d 1 tcp %d %s %d typ host"+passiveSuffix, 2*i+2, typeHost|(localTCP-behind)<<8|componentRTP, a, port))
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("webrtc: this machine has no address: check webrtc.listen and webrtc.public_ips")
	}
	return all, nil
}

// machineAddrs are the addresses of the interfaces that are up.
func machineAddrs(fourOnly bool) ([]netip.Addr, error) {
	nets, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var addrs []netip.Addr
	for _, n := range nets {
		prefix, err := netip.ParsePrefix(n.String())
		if err != nil {
			continue
		}
		a := prefix.Addr().Unmap()
		if a.IsLinkLocalUnicast() || fourOnly && !a.Is4() {
			continue
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}
