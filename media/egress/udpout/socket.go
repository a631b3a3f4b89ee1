package udpout

import (
	"net"
	"sync/atomic"
	"syscall"
)

// SendBuffer is what may wait in the socket and in the port's queue, in bytes; the
// kernel counts double. More would be a delay for everybody: half a megabyte takes a
// port of 1 Gbit/s 8 ms. Less would leave a port of 10 Gbit/s idle between two calls.
// So keyframes for hundreds of viewers are paced by the port itself, and no queue of
// the usual length overflows.
const SendBuffer = 512 << 10

// Socket is a UDP socket that senders share.
type Socket struct {
	conn *net.UDPConn
	raw  syscall.RawConn
	six  bool // an IPv6 socket, which wants IPv4 addresses mapped

	whole atomic.Bool // the kernel cuts messages
	many  atomic.Bool // the kernel takes many messages at once

	stats counters
}

// counters are counted since the beginning.
type counters struct {
	calls, messages, packets, bytes atomic.Uint64
	unsegmented                     atomic.Uint64
	waits, full, failed             atomic.Uint64
}

// Stats are a socket's figures.
type Stats struct {
	Calls, Messages, Packets, Bytes uint64
	Unsegmented                     uint64 // messages that kernel or path would not cut: sent packet by packet
	Waits                           uint64 // times the socket's buffer was full and was waited for (EAGAIN)
	Full                            uint64 // times the kernel had no buffers (ENOBUFS)
	Failed                          uint64 // packets given up
	Whole, Many                     bool   // the kernel cuts messages; takes many at once
}

// NewSocket wraps a socket, which stays the caller's to close.
func NewSocket(c *net.UDPConn) (*Socket, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &Socket{conn: c, raw: raw}
	s.probe()
	return s, nil
}

// Stats may be called at any time.
func (s *Socket) Stats() Stats {
	c := &s.stats
	return Stats{
		Calls: c.calls.Load(), Messages: c.messages.Load(), Packets: c.packets.Load(), Bytes: c.bytes.Load(),
		Unsegmented: c.unsegmented.Load(), Waits: c.waits.Load(), Full: c.full.Load(), Failed: c.failed.Load(),
		Whole: s.whole.Load(), Many: s.many.Load(),
	}
}
