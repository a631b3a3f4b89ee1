package turn

import (
	"errors"
	"net"
	"net/netip"
)

// front is the UDP port as pion reads it: without what is not admitted.
type front struct {
	*net.UDPConn
	server *Server
	port   uint16
}

// ReadFrom waits for a message of use. It fails when the port is closed, and
// for no other reason: pion ends all allocations then.
func (f *front) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := f.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			return 0, nil, err
		}
		if err != nil {
			continue // of one message, such as an answer that a client's machine did not want
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if n > maxMessage {
			f.server.refused.malformed.Add(1)
			continue
		}
		if f.server.admit(b[:n], clientKey{false, f.port, from}) {
			return n, net.UDPAddrFromAddrPort(from), nil
		}
	}
}
