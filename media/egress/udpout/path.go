package udpout

import (
	"net/netip"
	"sync/atomic"
)

// Path is a remote address with what has been learned about the way there. Its
// zero value is not usable; see [Socket.Path].
type Path struct {
	Addr   netip.AddrPort
	socket *Socket
	plain  atomic.Bool // it does not take messages to be cut
	raw    sockaddr
}

// Path prepares an address.
func (s *Socket) Path(addr netip.AddrPort) *Path {
	p := &Path{Addr: addr, socket: s}
	p.raw.set(addr, s.six)
	return p
}

// Message is one or more packets for one path, back to back: all of Segment
// bytes but the last, which may be smaller. The kernel takes up to [MaxSegments]
// and [MaxBytes] in one message.
type Message struct {
	Path    *Path
	Packets []byte
	Segment int
}

// Limits of a message that the kernel cuts.
const (
	MaxSegments = 60     // UDP_MAX_SEGMENTS is 64 in older kernels
	MaxBytes    = 63_000 // an IP packet has 64 KiB with its headers
)

// count is how many packets the message holds.
func (m *Message) count() int {
	if m.Segment <= 0 || len(m.Packets) <= m.Segment {
		return 1
	}
	return (len(m.Packets) + m.Segment - 1) / m.Segment
}

// packet is the i-th packet of the message.
func (m *Message) packet(i int) []byte {
	if m.Segment <= 0 {
		return m.Packets
	}
	return m.Packets[i*m.Segment : min((i+1)*m.Segment, len(m.Packets))]
}
