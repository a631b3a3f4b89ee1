package udpout

import (
	"net"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MaxMessages is how many messages leave by one system call at most.
const MaxMessages = 32

// How often a call is tried again when the kernel has no buffers, and how long
// it is waited between.
const (
	fullTries = 20
	fullPause = 500 * time.Microsecond
)

// sendmmsg is the kernel's; tests put faults here.
type sendFunc func(fd uintptr, hdrs []mmsghdr) (int, unix.Errno)

// mmsghdr is struct mmsghdr of sendmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
	_   [4]byte
}

// control is the control message UDP_SEGMENT (udp(7)), aligned.
type control struct {
	hdr  unix.Cmsghdr
	size uint16
	_    [6]byte
}

// Sender sends through a socket. One goroutine uses it; senders of one socket
// run side by side.
type Sender struct {
	s      *Socket
	hdrs   [MaxMessages]mmsghdr
	iovs   [MaxMessages]unix.Iovec
	ctrls  [MaxMessages]control
	single [1]Message

	// Arguments and results of the callbacks below, which are made once so that
	// a call allocates nothing.
	from, to int
	sent     int
	errno    unix.Errno
	control  func(uintptr)
	writable func(uintptr) bool
	call     sendFunc
}

// NewSender makes a sender.
func (s *Socket) NewSender() *Sender {
	x := &Sender{s: s, call: sendmmsg}
	x.control = func(fd uintptr) { x.sent, x.errno = x.call(fd, x.hdrs[x.from:x.to]) }
	x.writable = func(fd uintptr) bool {
		x.sent, x.errno = x.call(fd, x.hdrs[x.from:x.to])
		return x.errno != unix.EAGAIN
	}
	return x
}

func sendmmsg(fd uintptr, hdrs []mmsghdr) (int, unix.Errno) {
	n, _, e := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&hdrs[0])), uintptr(len(hdrs)), unix.MSG_NOSIGNAL, 0, 0)
	return int(n), e
}

// Send sends messages and returns how many packets were given up. The error is
// that of a closed socket only.
func (x *Sender) Send(messages []Message) (failed int, err error) {
	for len(messages) > 0 && err == nil {
		n := min(len(messages), MaxMessages)
		if !x.s.many.Load() {
			n = 1
		}
		var f int
		f, err = x.some(messages[:n])
		failed += f
		messages = messages[n:]
	}
	return failed, err
}

// some sends up to MaxMessages messages.
func (x *Sender) some(messages []Message) (failed int, err error) {
	for i := range messages {
		x.fill(i, &messages[i])
	}
	for x.from = 0; x.from < len(messages); {
		m := &messages[x.from]
		if x.hdrs[x.from].hdr.Control == nil && m.count() > 1 {
			f, err := x.apart(m)
			failed += f
			if err != nil {
				return failed, err
			}
			x.from++
			continue
		}
		x.to = x.from + x.whole(messages[x.from:])
		f, err := x.push(messages)
		failed += f
		if err != nil {
			return failed, err
		}
	}
	return failed, nil
}

// whole is how many of the messages from here on leave as they are.
func (x *Sender) whole(messages []Message) int {
	n := 1
	for n < len(messages) && (x.hdrs[x.from+n].hdr.Control != nil || messages[n].count() == 1) {
		n++
	}
	return n
}

// push makes one system call for the messages from x.from to x.to, moves x.from
// on past those that are done, and deals with what the kernel says of the first
// that it did not take.
func (x *Sender) push(messages []Message) (failed int, err error) {
	for tries := 0; ; {
		if err := x.try(); err != nil {
			return 0, err
		}
		if x.errno == 0 {
			x.count(messages[x.from : x.from+x.sent])
			x.from += x.sent
			return 0, nil
		}
		m := &messages[x.from]
		switch {
		case x.errno == unix.EINTR:
		case x.errno == unix.ENOBUFS || x.errno == unix.ENOMEM:
			x.s.stats.full.Add(1)
			if tries++; tries > fullTries {
				return x.giveUp(m), nil
			}
			time.Sleep(fullPause)
		case x.errno == unix.ENOSYS:
			x.s.many.Store(false)
			x.call = sendEach
		case m.count() > 1 && cannotSegment(x.errno):
			x.learn(m)
			x.fill(x.from, m) // without the control message: Send sends it packet by packet
			return 0, nil
		default:
			return x.giveUp(m), nil
		}
	}
}

func (x *Sender) giveUp(m *Message) int {
	x.s.stats.failed.Add(uint64(m.count()))
	x.from++
	return m.count()
}

// learn remembers that kernel or path does not cut messages.
func (x *Sender) learn(m *Message) {
	if x.errno == unix.ENOPROTOOPT || x.errno == unix.EOPNOTSUPP {
		x.s.whole.Store(false)
	}
	m.Path.plain.Store(true)
}

// apart sends a message packet by packet.
func (x *Sender) apart(m *Message) (failed int, err error) {
	from := x.from
	defer func() { x.from = from }()
	x.s.stats.unsegmented.Add(1)
	for i := range m.count() {
		x.single[0] = Message{Path: m.Path, Packets: m.packet(i)}
		x.fill(0, &x.single[0])
		x.from, x.to = 0, 1
		for x.from == 0 {
			f, err := x.push(x.single[:])
			failed += f
			if err != nil {
				return failed, err
			}
		}
	}
	return failed, nil
}

// try makes the call. Side by side with other senders at first; if the socket's
// buffer is full, one after the other, each waiting until there is room.
func (x *Sender) try() error {
	x.s.stats.calls.Add(1)
	if err := x.s.raw.Control(x.control); err != nil {
		return net.ErrClosed
	}
	if x.errno != unix.EAGAIN {
		return nil
	}
	x.s.stats.waits.Add(1)
	if err := x.s.raw.Write(x.writable); err != nil {
		return net.ErrClosed
	}
	return nil
}

func (x *Sender) count(messages []Message) {
	packets, size := 0, 0
	for i := range messages {
		packets += messages[i].count()
		size += len(messages[i].Packets)
	}
	x.s.stats.messages.Add(uint64(len(messages)))
	x.s.stats.packets.Add(uint64(packets))
	x.s.stats.bytes.Add(uint64(size))
}

// fill describes a message to the kernel in slot i.
func (x *Sender) fill(i int, m *Message) {
	h := &x.hdrs[i].hdr
	h.Name, h.Namelen = &m.Path.raw.bytes[0], m.Path.raw.size
	x.iovs[i].Base = unsafe.SliceData(m.Packets)
	x.iovs[i].SetLen(len(m.Packets))
	h.Iov, h.Iovlen = &x.iovs[i], 1
	if m.count() == 1 || !x.s.whole.Load() || m.Path.plain.Load() {
		h.Control = nil
		h.SetControllen(0)
		return
	}
	c := &x.ctrls[i]
	c.hdr.Level, c.hdr.Type = unix.SOL_UDP, unix.UDP_SEGMENT
	c.hdr.SetLen(unix.SizeofCmsghdr + 2)
	c.size = uint16(m.Segment)
	h.Control = (*byte)(unsafe.Pointer(c))
	h.SetControllen(int(unsafe.Sizeof(*c)))
}

// sendEach stands for sendmmsg where the kernel has none: sendmsg, one by one.
func sendEach(fd uintptr, hdrs []mmsghdr) (int, unix.Errno) {
	_, _, e := unix.Syscall(unix.SYS_SENDMSG, fd, uintptr(unsafe.Pointer(&hdrs[0].hdr)), unix.MSG_NOSIGNAL)
	return 1, e
}

// cannotSegment tells errors of a kernel, an interface or a path that does not
// cut messages from those of a network.
func cannotSegment(e unix.Errno) bool {
	switch e {
	case unix.EIO, unix.EINVAL, unix.ENOPROTOOPT, unix.EOPNOTSUPP, unix.EMSGSIZE:
		return true
	}
	return false
}

// probe asks the kernel what it can do.
func (s *Socket) probe() {
	s.many.Store(true)
	_ = s.raw.Control(func(fd uintptr) { // fails on a closed socket, as sending will
		_, err := unix.GetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT)
		s.whole.Store(err == nil)
		family, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN)
		s.six = err == nil && family == unix.AF_INET6
	})
}

// scope is the number of an interface that a zone names.
func scope(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	n, _ := strconv.ParseUint(zone, 10, 32)
	return uint32(n)
}
