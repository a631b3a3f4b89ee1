package certs

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
)

// Machine tells this machine's names and addresses: the host name in full, its
// first label, that label under .local, as phones find machines in their own
// network (RFC 6762), and the addresses of all interfaces. It asks no other
// machine. Where the addresses cannot be read, the names still come.
func Machine() (hosts []string, addrs []netip.Addr, err error) {
	name, err := os.Hostname()
	if err != nil {
		return nil, nil, fmt.Errorf("the machine's name: %w", err)
	}
	if name != "" {
		first, _, _ := strings.Cut(name, ".")
		hosts = []string{name, first, first + ".local"}
	}
	list, err := net.InterfaceAddrs()
	if err != nil {
		return hosts, nil, fmt.Errorf("the machine's addresses: %w", err)
	}
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok {
			if addr, ok := netip.AddrFromSlice(n.IP); ok {
				addrs = append(addrs, addr.Unmap())
			}
		}
	}
	return hosts, addrs, nil
}
