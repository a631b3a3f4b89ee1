package certs

import (
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// permits are what the CA may sign for: its name constraints (RFC 5280 section
// 4.2.1.10), written into its certificate when it is made, and final.
//
// Why: a court installs the CA on every computer. Without constraints whoever
// steals its key can pass for any bank and any site there. With them the key is
// worth this machine's names and the court's own networks, and no more.
//
// What clients make of constraints in a CA that people have installed:
//   - Chromium (Chrome, Edge) enforces them since version 112 and passed over
//     them before; what a thief signs ends in ERR_CERT_INVALID. Firefox enforces them.
//   - Apple's platforms enforce them since macOS 10.13.3 and the iOS of that
//     time (2018). Before, some passed over them and some refused such a CA.
//   - Android's own verifier takes a CA's name and key and passes over the rest,
//     as RFC 5280 section 6.1.1 allows; Chrome on Android has its own since 115.
//   - OpenSSL, GnuTLS, Java and Go enforce them.
//
// So nobody who is likely today refuses the CA, and nearly all are protected by
// the constraints. All of them reject a certificate as a whole if one of its
// names is outside, which is why [permits.split] keeps such names out. Some of
// Windows' versions take an IP address in a common name for a DNS name; ours
// have no common name.
//
// The price: a name that was not thought of when the CA was made needs a new
// CA. The lists below are as wide as private use goes, to make that rare.
type permits struct {
	domains  []string       // each with all that is below it; nil: any
	prefixes []netip.Prefix // nil: any
}

// Names that no one on the internet can own: RFC 6761, RFC 6762, RFC 8375, and
// internal, which ICANN set aside for private use in 2024.
var privateDomains = []string{"localhost", "local", "home.arpa", "internal"}

// Addresses that no one on the internet can own: RFC 1122, RFC 1918, RFC 3927,
// RFC 6598, RFC 4193.
var privatePrefixes = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("::1/128"),
	netip.MustParsePrefix("fc00::/7"),
}

// permitsFor are the permits of a CA that is made for a machine with these names.
func permitsFor(n names) permits {
	p := permits{domains: slices.Clone(privateDomains), prefixes: slices.Clone(privatePrefixes)}
	for _, host := range n.hosts {
		if !p.host(host) && !isSuffix(host) {
			p.domains = append(p.domains, host)
		}
	}
	for _, addr := range n.addrs {
		if !p.addr(addr) {
			p.prefixes = append(p.prefixes, neighbours(addr))
		}
	}
	return p
}

// isSuffix says that others register names under this one: a machine may be
// called video, and .video is a domain of the internet.
func isSuffix(host string) bool {
	suffix, icann := publicsuffix.PublicSuffix(host)
	return suffix == host && (icann || strings.Contains(suffix, "."))
}

// neighbours is the network around an address that is not private: courts' own
// networks often count with addresses that belong to others on the internet. A
// hub that gets another address there should not need another CA.
func neighbours(addr netip.Addr) netip.Prefix {
	bits := 64
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked()
}

// permitsOf reads a CA's certificate.
func permitsOf(ca *x509.Certificate) permits {
	p := permits{domains: ca.PermittedDNSDomains}
	for _, n := range ca.PermittedIPRanges {
		addr, ok := netip.AddrFromSlice(n.IP)
		ones, bits := n.Mask.Size()
		if ok && bits == addr.BitLen() {
			p.prefixes = append(p.prefixes, netip.PrefixFrom(addr, ones))
		}
	}
	return p
}

// apply writes the permits into the template of a CA's certificate.
func (p permits) apply(ca *x509.Certificate) {
	ca.PermittedDNSDomainsCritical = true // of the whole extension, says RFC 5280
	ca.PermittedDNSDomains = p.domains
	for _, prefix := range p.prefixes {
		ca.PermittedIPRanges = append(ca.PermittedIPRanges, &net.IPNet{
			IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()),
		})
	}
}

func (p permits) host(host string) bool {
	return p.domains == nil || slices.ContainsFunc(p.domains, func(d string) bool {
		return host == d || strings.HasSuffix(host, "."+d)
	})
}

func (p permits) addr(addr netip.Addr) bool {
	return p.prefixes == nil || slices.ContainsFunc(p.prefixes, func(x netip.Prefix) bool { return x.Contains(addr) })
}

// split divides names into those that the CA may sign for and the others.
func (p permits) split(n names) (inside, outside names) {
	for _, h := range n.hosts {
		if p.host(h) {
			inside.hosts = append(inside.hosts, h)
		} else {
			outside.hosts = append(outside.hosts, h)
		}
	}
	for _, a := range n.addrs {
		if p.addr(a) {
			inside.addrs = append(inside.addrs, a)
		} else {
			outside.addrs = append(outside.addrs, a)
		}
	}
	return inside, outside
}
