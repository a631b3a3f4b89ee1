//go:build !linux

package egress

import (
	"errors"
	"net"
	"net/netip"
)

func canSegment(*net.UDPConn) bool { return false }

func sendSegments(*net.UDPConn, []byte, int, netip.AddrPort) error {
	return errors.ErrUnsupported
}

func isUnknown(error) bool { return true }

func cannotSegment(error) bool { return true }
