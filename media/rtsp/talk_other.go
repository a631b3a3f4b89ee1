//go:build !linux

package rtsp

import (
	"syscall"
	"time"
)

// giveUpAfter leaves it to the system when a silent peer is given up.
func giveUpAfter(time.Duration) func(network, address string, c syscall.RawConn) error { return nil }
