package main

import (
	"encoding/binary"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// wire is a socket that notes when the kernel got each picture's last packet.
// On loopback that is when the sender's system call put it there, so that the
// viewers' own work, which shares the machine's cores, does not count.
type wire struct {
	*net.UDPConn
	mu   sync.Mutex
	came map[uint32]time.Time // by RTP timestamp
}

func newWire() (*wire, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) })
	if err == nil {
		err = failed
	}
	return &wire{UDPConn: c, came: map[uint32]time.Time{}}, err
}

// ReadFrom reads a packet and looks at its RTP header, which SRTP leaves open.
func (w *wire) ReadFrom(b []byte) (int, net.Addr, error) {
	oob := make([]byte, 64)
	n, m, _, from, err := w.ReadMsgUDP(b, oob)
	if err != nil {
		return n, from, err
	}
	const h264 = 96 // and above: dynamic payload types; RTCP lies below
	if n > 12 && b[0]>>6 == 2 && b[1]&0x80 != 0 && b[1]&0x7f >= h264 {
		if at, ok := kernelTime(oob[:m]); ok {
			w.mu.Lock()
			w.came[binary.BigEndian.Uint32(b[4:])] = at
			w.mu.Unlock()
		}
	}
	return n, from, nil
}

// take is when the picture came.
func (w *wire) take(stamp uint32) (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, ok := w.came[stamp]
	delete(w.came, stamp)
	return at, ok
}

func kernelTime(oob []byte) (time.Time, bool) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return time.Time{}, false
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:]))), true
		}
	}
	return time.Time{}, false
}
