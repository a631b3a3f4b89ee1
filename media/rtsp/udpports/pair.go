// Package udpports finds free UDP ports for an RTSP server: one for RTP, and the
// next for RTCP.
package udpports

import (
	"errors"
	"fmt"
	"net"
)

// ErrNone says that no pair was found, or that it was taken meanwhile.
var ErrNone = errors.New("no free pair of UDP ports")

// Pair finds an even port and the next, both free (RFC 3550 section 11), on the
// host of an address.
func Pair(listen string) (rtp, rtcp string, err error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", "", err
	}
	for range 50 {
		c, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
		if err != nil {
			return "", "", err
		}
		port := c.LocalAddr().(*net.UDPAddr).Port &^ 1
		_ = c.Close()
		rtp, rtcp = net.JoinHostPort(host, fmt.Sprint(port)), net.JoinHostPort(host, fmt.Sprint(port+1))
		if free(rtp) && free(rtcp) {
			return rtp, rtcp, nil
		}
	}
	return "", "", ErrNone
}

func free(addr string) bool {
	c, err := net.ListenPacket("udp", addr)
	return err == nil && c.Close() == nil
}
