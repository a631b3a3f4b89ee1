package configs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Loopback narrows an address to listen on to this machine: ":8080" becomes
// "127.0.0.1:8080", and changed says so. The hub asks nobody who they are, so
// this is the only way in: a host that is written out and is not of this
// machine is refused.
func Loopback(addr string) (loopback string, changed bool, err error) {
	host, port, err := net.SplitHostPort(addr)
	switch {
	case err != nil:
		return "", false, fmt.Errorf("%q is not host:port: write for example 127.0.0.1:8080 or :8080", clip(addr))
	case port == "":
		return "", false, errors.New("the port is missing: write for example 127.0.0.1:8080")
	}
	if err := checkPort(port); err != nil {
		return "", false, err
	}
	switch {
	case host == "":
		return net.JoinHostPort("127.0.0.1", port), true, nil
	case isLoopback(host):
		return addr, false, nil
	}
	return "", false, fmt.Errorf("%q is reachable from other machines, and there are no accounts in this version: "+
		"write 127.0.0.1:%s or :%s, which serve this machine only", clip(host), port, port)
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// checkPort takes an empty port, and 0 for one that the system chooses.
func checkPort(port string) error {
	if port == "" {
		return nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("port %q is no port: use 0 to 65535", clip(port))
	}
	return nil
}
