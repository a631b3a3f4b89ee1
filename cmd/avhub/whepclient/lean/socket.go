package lean

import (
	"encoding/binary"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// socket is a connected UDP socket that takes packets as the kernel has joined
// them (UDP_GRO), with the time at which they came.
type socket struct {
	*net.UDPConn
	buf []byte
	oob []byte
}

const receiveBuffer = 1 << 20

func dial(to *net.UDPAddr) (*socket, error) {
	c, err := net.DialUDP("udp4", nil, to)
	if err != nil {
		return nil, err
	}
	_ = c.SetReadBuffer(receiveBuffer) // the kernel may give less
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		if failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); failed == nil {
			failed = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_GRO, 1)
		}
	})
	if err == nil {
		err = failed
	}
	return &socket{c, make([]byte, 65536), make([]byte, 128)}, err
}

// read calls each for every packet that came together.
func (s *socket) read(each func(b []byte, at time.Time)) error {
	n, m, _, _, err := s.ReadMsgUDPAddrPort(s.buf, s.oob)
	if err != nil {
		return err
	}
	size, at := s.controls(s.oob[:m])
	if size == 0 {
		size = n
	}
	for b := s.buf[:n]; len(b) > 0; {
		k := min(size, len(b))
		each(b[:k:k], at)
		b = b[k:]
	}
	return nil
}

// controls reads the size of the joined packets, 0 if there is one, and the time.
func (s *socket) controls(oob []byte) (size int, at time.Time) {
	const header = unix.SizeofCmsghdr
	for len(oob) >= header {
		n := int(binary.NativeEndian.Uint64(oob))
		level, kind := binary.NativeEndian.Uint32(oob[8:]), binary.NativeEndian.Uint32(oob[12:])
		if n < header || n > len(oob) {
			break
		}
		data := oob[header:n]
		switch {
		case level == unix.SOL_UDP && kind == unix.UDP_GRO && len(data) >= 2:
			size = int(binary.NativeEndian.Uint16(data))
		case level == unix.SOL_SOCKET && kind == unix.SO_TIMESTAMPNS && len(data) >= 16:
			at = time.Unix(int64(binary.NativeEndian.Uint64(data)), int64(binary.NativeEndian.Uint64(data[8:])))
		}
		oob = oob[min((n+7)&^7, len(oob)):]
	}
	return size, at
}
