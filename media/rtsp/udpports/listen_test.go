package udpports

import (
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A port has more room than others, as far as the kernel allows it.
func TestListenMakesRoom(t *testing.T) {
	t.Parallel()
	c, err := Listen("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*net.UDPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for option, limit := range map[int]string{syscall.SO_RCVBUF: "rmem_max", syscall.SO_SNDBUF: "wmem_max"} {
		text, err := os.ReadFile("/proc/sys/net/core/" + limit)
		if err != nil {
			t.Fatal(err)
		}
		most, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		var size int
		var failed error
		if err := raw.Control(func(fd uintptr) { size, failed = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, option) }); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		if want := 2 * min(room, most); size < want { // the kernel counts its own part too
			t.Errorf("%s is %d: the port has room for %d bytes, not %d", limit, most, size, want)
		}
	}
	if _, err := Listen("udp", c.LocalAddr().String()); err == nil {
		t.Error("a port was opened twice")
	}
}
