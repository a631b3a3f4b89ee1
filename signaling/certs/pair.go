package certs

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"slices"
	"time"
)

// pair is a certificate with its key, ready to be served.
type pair struct {
	leaf  *x509.Certificate
	chain []*x509.Certificate // the leaf, then who signed it, and so on
	tls   *tls.Certificate
}

// newPair finds the key's own certificate and puts the others in the order in
// which a server must send them (RFC 8446 section 4.4.2), whatever order they
// came in. What does not belong to the chain is left out.
func newPair(certs []*x509.Certificate, key crypto.Signer) (*pair, error) {
	if len(certs) == 0 {
		return nil, errors.New("there is no certificate")
	}
	i := slices.IndexFunc(certs, func(c *x509.Certificate) bool { return samePublic(c, key) })
	if i < 0 {
		return nil, errors.New("the private key is another certificate's")
	}
	p := &pair{leaf: certs[i], chain: []*x509.Certificate{certs[i]}, tls: &tls.Certificate{PrivateKey: key, Leaf: certs[i]}}
	for last := p.leaf; ; last = p.chain[len(p.chain)-1] {
		next := issuerOf(last, certs)
		if next == nil || slices.ContainsFunc(p.chain, next.Equal) {
			break
		}
		p.chain = append(p.chain, next)
	}
	for _, c := range p.chain {
		p.tls.Certificate = append(p.tls.Certificate, c.Raw)
	}
	return p, nil
}

func issuerOf(cert *x509.Certificate, among []*x509.Certificate) *x509.Certificate {
	for _, c := range among {
		if bytes.Equal(c.RawSubject, cert.RawIssuer) && cert.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}

// selfIssued says that a certificate is its own issuer: a root.
func selfIssued(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawSubject, cert.RawIssuer)
}

// valid says that the certificate may be used at a time, as far as dates go.
func (p *pair) valid(now time.Time) bool {
	return !now.Before(p.leaf.NotBefore) && !now.After(p.leaf.NotAfter)
}

// names are those that browsers look at: the subject alternative names.
func (p *pair) names() names {
	n := names{hosts: slices.Clone(p.leaf.DNSNames)}
	for _, ip := range p.leaf.IPAddresses {
		if addr, ok := netip.AddrFromSlice(ip); ok {
			n.addrs = append(n.addrs, addr.Unmap())
		}
	}
	return n.sorted()
}

// missing are the names of a list that the certificate is not for.
func (p *pair) missing(n names) []string {
	var list []string
	for _, name := range n.strings() {
		if p.leaf.VerifyHostname(name) != nil {
			list = append(list, name)
		}
	}
	return list
}
