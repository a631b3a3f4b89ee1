package udpports

import "net"

// room is what a port asks of the kernel for packets that wait, in bytes. One
// keyframe of a large picture is hundreds of packets at once; the kernel's own
// measure holds about a hundred, and loses the rest while the machine is busy.
const room = 4 << 20

// Listen opens a UDP port like net.ListenPacket, with room for packets that
// wait to be read or sent: as much as the kernel allows (net.core.rmem_max and
// wmem_max), which is no error.
func Listen(network, address string) (net.PacketConn, error) {
	c, err := net.ListenPacket(network, address)
	if u, ok := c.(*net.UDPConn); ok && err == nil {
		_ = u.SetReadBuffer(room)
		_ = u.SetWriteBuffer(room)
	}
	return c, err
}
