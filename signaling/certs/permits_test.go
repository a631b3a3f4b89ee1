package certs

import (
	"crypto/ecdsa"
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// TestAStolenCA signs with the CA's key what a thief would, past all our own
// checks, and asks a client that trusts the CA.
func TestAStolenCA(t *testing.T) {
	t.Parallel()
	n := names{hosts: []string{"hub", "hub.court.gov.example"}, addrs: []netip.Addr{netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8:1:2::9")}}
	a, err := newAuthority("hub", n, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	thief := &minted{a.cert, a.key.(*ecdsa.PrivateKey)}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	for name, accepted := range map[string]bool{
		"hub":                   true,
		"hub.court.gov.example": true,
		"hub.local":             true, // what the machine may be called one day
		"hub.home.arpa":         true,
		"hub.internal":          true,
		"10.200.3.4":            true,
		"192.168.1.1":           true,
		"100.100.1.1":           true,
		"fd12:3456::1":          true,
		"203.0.113.77":          true, // its neighbours
		"2001:db8:1:2::77":      true,
		"bank.example":          false,
		"court.gov.example":     false,
		"www.gov.cn":            false,
		"203.0.114.1":           false,
		"8.8.8.8":               false,
		"172.32.0.1":            false,
		"2001:db8:1:3::1":       false,
		"::ffff:8.8.8.8":        false,
	} {
		forged := mint(t, thief, func(c *x509.Certificate) {
			c.DNSNames = nil
			if ip := net.ParseIP(name); ip != nil {
				c.IPAddresses = []net.IP{ip}
			} else {
				c.DNSNames = []string{name}
			}
		})
		_, err := forged.cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
		if (err == nil) != accepted {
			t.Errorf("%s: %v", name, err)
		}
		if addr, err := netip.ParseAddr(name); err == nil && a.permits.addr(addr.Unmap()) != accepted {
			t.Errorf("%s: we read the CA's constraints otherwise", name)
		} else if err != nil && a.permits.host(name) != accepted {
			t.Errorf("%s: we read the CA's constraints otherwise", name)
		}
	}
	program := mint(t, thief, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} })
	if _, err := program.cert.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: program.cert.ExtKeyUsage}); err == nil {
		t.Error("the CA can sign programs")
	}
	below := mint(t, thief, asCA("a CA below"))
	leaf := mint(t, below, func(c *x509.Certificate) { c.DNSNames = []string{"hub"} })
	between := x509.NewCertPool()
	between.AddCert(below.cert)
	if _, err := leaf.cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between}); err == nil {
		t.Error("the CA can make other CAs")
	}
}

func TestPermitsAreReadBackFromTheCA(t *testing.T) {
	t.Parallel()
	n := names{hosts: []string{"hub"}, addrs: []netip.Addr{netip.MustParseAddr("203.0.113.9")}}
	a, err := newAuthority("hub", n, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	got := permitsOf(a.cert)
	if !slices.Equal(got.domains, a.permits.domains) || !slices.Equal(got.prefixes, a.permits.prefixes) {
		t.Errorf("wrote %v, read %v", a.permits, got)
	}
}

func TestACAWithoutConstraintsMaySignForAnything(t *testing.T) {
	t.Parallel()
	p := permitsOf(&x509.Certificate{})
	if !p.host("anything.example") || !p.addr(netip.MustParseAddr("8.8.8.8")) {
		t.Error("refused")
	}
}

func TestAMachineCalledLikeADomainOfTheInternetDoesNotOpenIt(t *testing.T) {
	t.Parallel()
	for host, permitted := range map[string]bool{
		"hub": true, "court-3": true, "hub.court.cn": true, "video": false, "live": false, "cn": false, "gov.cn": false, "github.io": false,
	} {
		if p := permitsFor(names{hosts: []string{host}}); p.host(host) != permitted {
			t.Errorf("%s: permitted %v", host, !permitted)
		}
	}
	k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("video video.local").tell})
	visit(t, k, caOf(k), "video.local")
	if st := k.Status(); !slices.Equal(st.Outside, []string{"video"}) || st.Fault != "" {
		t.Errorf("status %+v", st)
	}
}
