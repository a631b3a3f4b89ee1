//go:build !linux

package udpout

import (
	"errors"
	"net"
	"net/netip"
)

// MaxMessages is how many messages a caller may gather before it sends.
const MaxMessages = 32

type sockaddr struct{}

func (*sockaddr) set(netip.AddrPort, bool) {}

// Sender sends through a socket, packet by packet.
type Sender struct{ s *Socket }

// NewSender makes a sender.
func (s *Socket) NewSender() *Sender { return &Sender{s} }

func (s *Socket) probe() {}

// Send sends messages and returns how many packets were given up. The error is
// that of a closed socket only.
func (x *Sender) Send(messages []Message) (failed int, err error) {
	c := &x.s.stats
	for i := range messages {
		m := &messages[i]
		c.messages.Add(1)
		for j := range m.count() {
			p := m.packet(j)
			c.calls.Add(1)
			_, err := x.s.conn.WriteToUDPAddrPort(p, m.Path.Addr)
			switch {
			case errors.Is(err, net.ErrClosed):
				return failed, net.ErrClosed
			case err != nil:
				failed++
				c.failed.Add(1)
				continue
			}
			c.packets.Add(1)
			c.bytes.Add(uint64(len(p)))
		}
	}
	return failed, nil
}
