package light

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v4"
)

// Bounds of ICE-TCP (RFC 6544).
const (
	tcpStrangers = 256              // connections that have not said who they are
	tcpIntroduce = 10 * time.Second // the time they have for it
	tcpQueue     = 1 << 20          // bytes that wait for a slow viewer; what does not fit is lost
	tcpFrame     = 2048             // bytes of one frame (RFC 4571) that comes in
	tcpStall     = 20 * time.Second // a viewer that takes nothing for so long is gone
)

var errQueueFull = errors.New("the viewer's connection takes no more")

// tcpConn is a viewer's TCP connection. Writing queues and does not wait.
type tcpConn struct {
	conn  net.Conn
	agent *Agent // once it has said who it is
	addr  netip.AddrPort

	mu      sync.Mutex
	queue   []byte // frames
	writing []byte // being written
	wake    chan struct{}
	done    bool
}

// accept takes connections until the listener is closed.
func (h *Host) accept() {
	for {
		c, err := h.o.TCP.Accept()
		if err != nil {
			return
		}
		select {
		case h.strange <- struct{}{}:
			h.wg.Go(func() { h.greet(c) })
		default:
			h.counters.limited.Add(1)
			_ = c.Close()
		}
	}
}

// greet reads the first frame of a connection, which must be a check, and finds
// out whom it is for.
func (h *Host) greet(c net.Conn) {
	stop := h.closeWith(c)
	_ = c.SetReadDeadline(time.Now().Add(tcpIntroduce)) // fails on a closed connection, as reading will
	buf := make([]byte, tcpFrame)
	n, err := readFrame(c, buf)
	<-h.strange
	if err != nil {
		stop()
		_ = c.Close()
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	m, err := message(append([]byte(nil), buf[:n]...))
	if err != nil || m.Type.Class != stun.ClassRequest {
		h.counters.malformed.Add(1)
		stop()
		_ = c.Close()
		return
	}
	ours, _, _ := userName(m)
	h.mu.RLock()
	a := h.ufrags[ours]
	h.mu.RUnlock()
	if a == nil {
		stop()
		h.listener.offer(c, buf[:n])
		return
	}
	defer stop()
	h.converse(c, a, buf, n)
}

// closeWith closes the connection when the host is closed.
func (h *Host) closeWith(c net.Conn) (stop func()) {
	done := make(chan struct{})
	h.wg.Go(func() {
		select {
		case <-h.ctx.Done():
			_ = c.Close()
		case <-done:
		}
	})
	return func() { close(done) }
}

// converse serves an agent's connection until one of both hangs up.
func (h *Host) converse(c net.Conn, a *Agent, buf []byte, n int) {
	addr, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		_ = c.Close()
		return
	}
	x := &tcpConn{conn: c, agent: a, addr: netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), wake: make(chan struct{}, 1)}
	h.counters.tcp.Add(1)
	defer h.counters.tcp.Add(-1)
	h.wg.Go(x.drain)
	defer x.finish()
	for {
		h.handle(buf[:n], x.addr, x)
		if n, err = readFrame(c, buf); err != nil {
			return
		}
	}
}

// readFrame reads one frame (RFC 4571 section 2).
func readFrame(r io.Reader, buf []byte) (int, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint16(head[:]))
	if n > len(buf) {
		return 0, io.ErrShortBuffer
	}
	return io.ReadFull(r, buf[:n])
}

// write queues one packet.
func (x *tcpConn) write(b []byte) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.done {
		return net.ErrClosed
	}
	if len(x.queue)+2+len(b) > tcpQueue {
		return errQueueFull
	}
	x.queue = binary.BigEndian.AppendUint16(x.queue, uint16(len(b)))
	x.queue = append(x.queue, b...)
	x.nudge()
	return nil
}

func (x *tcpConn) nudge() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// drain writes what is queued until the connection is finished, and closes it.
func (x *tcpConn) drain() {
	defer x.conn.Close() //nolint:errcheck // there is nobody to tell
	for range x.wake {
		x.mu.Lock()
		x.queue, x.writing = x.writing[:0], x.queue
		done := x.done
		x.mu.Unlock()
		_ = x.conn.SetWriteDeadline(time.Now().Add(tcpStall)) // fails on a closed connection, as writing will
		if _, err := x.conn.Write(x.writing); err != nil || done {
			x.mu.Lock()
			x.done = true
			x.mu.Unlock()
			return
		}
	}
}

// finish closes the connection when what is queued has left.
func (x *tcpConn) finish() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.done {
		x.done = true
		x.nudge()
	}
}

// leftover is a listener for the connections that are for no agent.
type leftover struct {
	addr  net.Addr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newLeftover(addr net.Addr) *leftover {
	return &leftover{addr: addr, conns: make(chan net.Conn), done: make(chan struct{})}
}

// offer hands a connection on, with the frame that was read of it in front.
func (l *leftover) offer(c net.Conn, frame []byte) {
	head := binary.BigEndian.AppendUint16(nil, uint16(len(frame)))
	select {
	case l.conns <- &begun{Conn: c, first: append(head, frame...)}:
	case <-l.done:
		_ = c.Close()
	}
}

// Accept waits for a connection.
func (l *leftover) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept. The port is the host's.
func (l *leftover) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is the port's.
func (l *leftover) Addr() net.Addr { return l.addr }

// begun is a connection of which something was read already.
type begun struct {
	net.Conn
	first []byte
}

func (c *begun) Read(b []byte) (int, error) {
	if len(c.first) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.first)
	c.first = c.first[n:]
	return n, nil
}
