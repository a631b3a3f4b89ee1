package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"strings"
	"time"
)

// A server certificate lives for 397 days and is renewed 30 days before its
// end. Apple's devices refuse more than 825 days from any CA, and browsers more
// than 398 from public ones: this is under all limits.
const (
	serverLife  = 397 * 24 * time.Hour
	renewBefore = 30 * 24 * time.Hour
)

// issue makes a key and signs its certificate. All names must be within the
// CA's permits. The certificate carries names as subject alternative names only.
func (a *authority) issue(n names, now time.Time) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	begin, end := a.span(now)
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"avhub"}},
		NotBefore:             begin,
		NotAfter:              end,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              n.hosts,
	}
	for _, addr := range n.addrs {
		template.IPAddresses = append(template.IPAddresses, net.IP(addr.AsSlice()))
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("tls: a certificate for %s: %w", strings.Join(n.strings(), ", "), err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	// What our reading of the CA's constraints overlooks, browsers would not.
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: begin}); err != nil {
		return nil, fmt.Errorf("tls: what the CA %s signs is not accepted: %w", a.cert.Subject.CommonName, err)
	}
	return newPair([]*x509.Certificate{leaf}, key)
}

// span is the life of a certificate that is signed now. It stays within the CA's.
func (a *authority) span(now time.Time) (begin, end time.Time) {
	begin = now.Add(-backdate)
	if begin.Before(a.cert.NotBefore) {
		begin = a.cert.NotBefore
	}
	end = begin.Add(serverLife)
	if end.After(a.cert.NotAfter) {
		end = a.cert.NotAfter
	}
	if begin.After(end) { // the CA has ended, which is reported elsewhere
		begin = end.Add(-backdate)
	}
	return begin, end
}

// due says why another certificate is needed instead of p; empty if it is not.
// A name that is gone is no reason: it does no harm, and those who have not
// installed the CA are warned anew at each new certificate.
func (a *authority) due(p *pair, n names, now time.Time) string {
	switch missing := p.missing(n); {
	case p.leaf.CheckSignatureFrom(a.cert) != nil:
		return "it is not of this CA"
	case now.Before(p.leaf.NotBefore):
		return "the clock went back"
	case len(missing) > 0:
		return "new names: " + strings.Join(missing, ", ")
	}
	if _, end := a.span(now); now.After(p.leaf.NotAfter.Add(-renewBefore)) && end.After(p.leaf.NotAfter) {
		return "the last one ends on " + day(p.leaf.NotAfter)
	}
	return ""
}

// day is a date for messages.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
