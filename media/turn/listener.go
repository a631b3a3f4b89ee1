package turn

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"time"
)

// door takes connections by TCP or TLS and hands them to pion.
type door struct {
	net.Listener
	server *Server
	tls    *tls.Config // nil: none
	ready  chan net.Conn
	done   chan struct{} // closed with the server
}

func (s *Server) newDoor(l net.Listener, c *tls.Config) *door {
	return &door{Listener: l, server: s, tls: c, ready: make(chan net.Conn), done: s.done}
}

// Accept waits for a connection that has come through.
func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.ready:
		return c, nil
	case <-d.done:
		return nil, net.ErrClosed
	}
}

// run takes connections until the door is closed.
func (d *door) run() {
	const pause = 50 * time.Millisecond // while there are no file descriptors
	for {
		c, err := d.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			select {
			case <-time.After(pause):
			case <-d.done:
				return
			}
			continue
		}
		if x := d.server.addStream(c); x != nil {
			d.server.wg.Go(func() { d.greet(x) })
		}
	}
}

// greet shakes hands and hands the connection to pion.
func (d *door) greet(x *stream) {
	if t, ok := x.raw.(*net.TCPConn); ok {
		_ = t.SetWriteBuffer(sendBuffer) // the kernel may say no; it works all the same
	}
	if d.tls != nil {
		conn := tls.Server(x.raw, d.tls)
		ctx, cancel := context.WithDeadline(context.Background(), x.until)
		defer cancel()
		if err := conn.HandshakeContext(ctx); err != nil {
			if ctx.Err() != nil {
				d.server.refused.slow.Add(1)
			}
			_ = x.Close() // there is nobody to tell
			return
		}
		x.Conn = conn
	}
	x.in = bufio.NewReaderSize(x.Conn, 2*maxMessage)
	select {
	case d.ready <- x:
	case <-d.done:
		_ = x.Close() // there is nobody to tell
	}
}

// crowd counts connections, and those of each address.
type crowd struct {
	streams, strangers int
	homes              map[netip.Prefix]*crowd
}

// add counts a connection's coming, going, or introduction.
func (c *crowd) add(of netip.Prefix, streams, strangers int) {
	home := c.homes[of]
	if home == nil {
		home = &crowd{}
		c.homes[of] = home
	}
	for _, x := range []*crowd{c, home} {
		x.streams += streams
		x.strangers += strangers
	}
	if home.streams == 0 {
		delete(c.homes, of)
	}
}

// room says that one more connection may come from an address.
func (c *crowd) room(of netip.Prefix, l *Limits) bool {
	home := c.homes[of]
	return c.streams < l.Connections && c.strangers < l.Strangers &&
		(home == nil || home.streams < l.AddressConnections && home.strangers < l.AddressStrangers)
}

// addStream counts a connection in, or closes it if there is no room.
func (s *Server) addStream(c net.Conn) *stream {
	key, ok := clientAt(c.RemoteAddr(), c.LocalAddr())
	home := household(key.from.Addr())
	s.mu.Lock()
	defer s.mu.Unlock()
	if !ok || s.closed || !s.crowd.room(home, &s.limits) {
		s.refused.connections.Add(1)
		_ = c.Close() // there is nobody to tell
		return nil
	}
	x := s.newStream(c, key)
	x.stranger = true
	s.streams[key] = x
	s.crowd.add(home, 1, 1)
	s.wg.Add(1) // until it is closed
	return x
}

// dropStream counts a connection out.
func (s *Server) dropStream(x *stream) {
	s.mu.Lock()
	s.meet(x, false)
	s.crowd.add(household(x.key.from.Addr()), -1, -1)
	if s.streams[x.key] == x {
		delete(s.streams, x.key)
	}
	s.mu.Unlock()
	s.wg.Done()
}

// meet notes whether a connection has an allocation; s.mu is held.
func (s *Server) meet(x *stream, known bool) {
	if x.stranger != known {
		return
	}
	x.stranger = !known
	s.crowd.add(household(x.key.from.Addr()), 0, map[bool]int{true: -1, false: 1}[known])
	x.introduced(known)
}

// localPort is the number of one of our ports.
func localPort(a net.Addr) uint16 {
	at, _ := netip.ParseAddrPort(a.String()) // a listener's address is one
	return at.Port()
}
