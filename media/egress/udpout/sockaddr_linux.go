package udpout

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// sockaddr is an address as the kernel reads it.
type sockaddr struct {
	bytes [unix.SizeofSockaddrInet6]byte
	size  uint32
}

func (r *sockaddr) set(addr netip.AddrPort, six bool) {
	ip := addr.Addr()
	clear(r.bytes[:])
	binary.BigEndian.PutUint16(r.bytes[2:], addr.Port())
	if !six {
		binary.NativeEndian.PutUint16(r.bytes[:], unix.AF_INET)
		four := ip.Unmap().As4()
		copy(r.bytes[4:], four[:])
		r.size = unix.SizeofSockaddrInet4
		return
	}
	binary.NativeEndian.PutUint16(r.bytes[:], unix.AF_INET6)
	sixteen := ip.As16()
	copy(r.bytes[8:], sixteen[:])
	binary.NativeEndian.PutUint32(r.bytes[24:], scope(ip.Zone()))
	r.size = unix.SizeofSockaddrInet6
}
