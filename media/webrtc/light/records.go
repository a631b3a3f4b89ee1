package light

import (
	"net"
	"net/netip"
	"time"
)

// records are the DTLS records of one agent as a net.PacketConn: they come
// through a queue that the host's reader fills, and leave by the route that the
// last one came from.
type records struct{ *Agent }

// receiveDTLS queues a record. What the queue has no room for is lost, as it
// might have been on the way.
func (a *Agent) receiveDTLS(b []byte, from netip.AddrPort, tcp *tcpConn) {
	a.mu.Lock()
	for _, r := range a.routes {
		if r.is(from, tcp) {
			a.dtlsWay.Store(r)
		}
	}
	a.mu.Unlock()
	if _, err := a.in.Write(b, nil); err != nil {
		a.host.counters.limited.Add(1)
	}
}

func (p records) ReadFrom(b []byte) (int, net.Addr, error) {
	n, _, err := p.in.Read(b, nil)
	return n, p.RemoteAddr(), err
}

// WriteTo sends a record. One that cannot leave just now (a full queue, a filter
// of this machine's, an address that changes, nobody there yet) is lost, as it
// might have been on the way: DTLS repeats it, but gives up on an error.
func (p records) WriteTo(b []byte, _ net.Addr) (int, error) {
	if r := p.dtlsWay.Load(); r != nil {
		_ = r.write(b)
	}
	return len(b), nil
}

// RemoteAddr is the same whatever route is used: DTLS is not told of them.
func (p records) RemoteAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4zero} }

func (p records) LocalAddr() net.Addr               { return p.host.o.UDP.LocalAddr() }
func (p records) Close() error                      { return p.in.Close() }
func (p records) SetReadDeadline(t time.Time) error { return p.in.SetReadDeadline(t) }
func (p records) SetWriteDeadline(time.Time) error  { return nil } // writing does not wait
func (p records) SetDeadline(t time.Time) error     { return p.in.SetReadDeadline(t) }
