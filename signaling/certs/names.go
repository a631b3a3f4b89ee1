package certs

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// names are what a certificate is for: DNS names and IP addresses, sorted, each once.
type names struct {
	hosts []string
	addrs []netip.Addr
}

// parseNames reads configured names: DNS names and IP addresses in any order.
func parseNames(list []string) (names, error) {
	var n names
	for i, text := range list {
		if addr, err := netip.ParseAddr(text); err == nil {
			if addr.IsUnspecified() || addr.IsMulticast() || addr.Zone() != "" {
				return names{}, fmt.Errorf("tls: names[%d]: %s is no address that a browser can open", i, addr)
			}
			n.addrs = append(n.addrs, addr.Unmap())
			continue
		}
		host, err := parseHost(text)
		if err != nil {
			return names{}, fmt.Errorf("tls: names[%d]: %w", i, err)
		}
		n.hosts = append(n.hosts, host)
	}
	return n.sorted(), nil
}

// parseHost brings a DNS name into the form that certificates carry (RFC 1123
// section 2.1; the underscore that some machines' names have is let through).
func parseHost(text string) (string, error) {
	host := strings.ToLower(strings.TrimSuffix(text, "."))
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("%q cannot stand in a certificate: %s", clip(text), why)
	}
	if strings.HasPrefix(host, "*.") {
		return bad("write the hub's own name, not a pattern")
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r > 127 }) {
		return bad("write it in its xn-- form (Punycode)")
	}
	if host == "" || len(host) > 253 {
		return bad("a name has 1 to 253 characters")
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !nameRune(r) }) {
			return bad("write a name such as hub.example.cn, or an IP address")
		}
	}
	if _, err := strconv.Atoi(labels[len(labels)-1]); err == nil {
		return bad("it looks like an IP address and is none")
	}
	return host, nil
}

func nameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

// wanted are the names that the hub's certificate should carry: what the
// machine has, what is configured, and this machine to itself.
func wanted(hosts []string, addrs []netip.Addr, configured names) names {
	n := names{
		hosts: append([]string{"localhost"}, configured.hosts...),
		addrs: append([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, configured.addrs...),
	}
	for _, text := range hosts {
		if host, err := parseHost(text); err == nil { // a machine may have a name that no certificate can carry
			n.hosts = append(n.hosts, host)
		}
	}
	for _, addr := range addrs {
		addr = addr.Unmap()
		// No browser opens a link-local IPv6 address: it would need a zone, which
		// URLs have no place for. Virtual interfaces bring new ones all day.
		if !addr.IsValid() || addr.IsUnspecified() || addr.IsMulticast() || addr.Is6() && addr.IsLinkLocalUnicast() {
			continue
		}
		n.addrs = append(n.addrs, addr.WithZone(""))
	}
	return n.sorted()
}

func (n names) sorted() names {
	slices.Sort(n.hosts)
	slices.SortFunc(n.addrs, netip.Addr.Compare)
	return names{hosts: slices.Compact(n.hosts), addrs: slices.Compact(n.addrs)}
}

// strings are all names as text, hosts first.
func (n names) strings() []string {
	all := slices.Clone(n.hosts)
	for _, a := range n.addrs {
		all = append(all, a.String())
	}
	return all
}

// clip shortens what is quoted in messages.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
