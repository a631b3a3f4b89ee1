package egress

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// canSegment asks the kernel whether it knows UDP_SEGMENT (Linux 4.18).
func canSegment(c *net.UDPConn) bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	known := false
	err = raw.Control(func(fd uintptr) {
		_, err := unix.GetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT)
		known = err == nil
	})
	return err == nil && known
}

// sendSegments sends one message that the kernel cuts into packets of size.
func sendSegments(c *net.UDPConn, b []byte, size int, to netip.AddrPort) error {
	var oob [24]byte // a control message of 16 bytes and the size, aligned
	binary.NativeEndian.PutUint64(oob[:], unix.SizeofCmsghdr+2)
	binary.NativeEndian.PutUint32(oob[8:], unix.SOL_UDP)
	binary.NativeEndian.PutUint32(oob[12:], unix.UDP_SEGMENT)
	binary.NativeEndian.PutUint16(oob[16:], uint16(size))
	_, _, err := c.WriteMsgUDPAddrPort(b, oob[:], to)
	return err
}

// isUnknown tells the errors of a kernel that does not cut messages at all.
func isUnknown(err error) bool {
	return errors.Is(err, unix.ENOPROTOOPT) || errors.Is(err, unix.EOPNOTSUPP)
}

// cannotSegment tells errors of a kernel, a driver or a path that does not cut
// from those of a network.
func cannotSegment(err error) bool {
	for _, e := range []error{unix.EIO, unix.EINVAL, unix.ENOPROTOOPT, unix.EOPNOTSUPP, unix.EMSGSIZE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
