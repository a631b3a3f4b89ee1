// Package tsatest is a small time-stamping authority (RFC 3161) for tests, with a
// root of its own.
package tsatest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority answers queries. Its fields may be changed while nobody asks.
type Authority struct {
	Root, Cert *x509.Certificate
	Key        crypto.Signer

	Now func() time.Time
	// Spoil changes what is stamped, or the answer; nil: nothing.
	Spoil func(*timestamp.Timestamp)

	mu    sync.Mutex
	asked int
	away  bool
}

// Options of an authority.
type Options struct {
	RSA   bool             // signs by RSA; else by ECDSA
	Usage x509.ExtKeyUsage // 0: time stamps
	From  time.Time        // its certificate is valid from here; zero: an hour ago
	Until time.Time        // zero: in an hour
}

// New makes an authority.
func New(o Options) (*Authority, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if o.Usage == 0 {
		o.Usage = x509.ExtKeyUsageTimeStamping
	}
	if o.From.IsZero() {
		o.From = time.Now().Add(-time.Hour)
	}
	if o.Until.IsZero() {
		o.Until = time.Now().Add(time.Hour)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test root"}, NotBefore: time.Now().AddDate(-10, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &Authority{Now: time.Now}
	if a.Root, err = issue(root, root, rootKey.Public(), rootKey); err != nil {
		return nil, err
	}
	if a.Key, err = key(o.RSA); err != nil {
		return nil, err
	}
	usage, err := usageExtension(o.Usage)
	if err != nil {
		return nil, err
	}
	a.Cert, err = issue(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test time stamps"}, NotBefore: o.From, NotAfter: o.Until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{usage}, BasicConstraintsValid: true,
	}, a.Root, a.Key.Public(), rootKey)
	return a, err
}

func key(byRSA bool) (crypto.Signer, error) {
	if byRSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// usageExtension is critical, as RFC 3161 section 2.3 asks for.
func usageExtension(u x509.ExtKeyUsage) (pkix.Extension, error) {
	oid := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	if u == x509.ExtKeyUsageServerAuth {
		oid = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	}
	raw, err := asn1.Marshal([]asn1.ObjectIdentifier{oid})
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: raw}, err
}

func issue(template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Roots trusts the authority.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Root)
	return pool
}

// RootPEM is its root as a file holds it.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw})
}

// Away makes it answer with 503, or answer again.
func (a *Authority) Away(away bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away = away
}

// Asked is how often it was asked.
func (a *Authority) Asked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}

// Stamp is a response over a SHA-256.
func (a *Authority) Stamp(digest []byte, nonce *big.Int) ([]byte, error) {
	t := &timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest, Time: a.Now().UTC().Truncate(time.Second), Nonce: nonce,
		Policy: asn1.ObjectIdentifier{1, 2, 3, 4}, AddTSACertificate: true, Accuracy: time.Second,
	}
	if a.Spoil != nil {
		a.Spoil(t)
	}
	return t.CreateResponseWithOpts(a.Cert, a.Key, crypto.SHA256)
}

// ServeHTTP implements http.Handler.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked++
	away := a.away
	a.mu.Unlock()
	if away {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "no query", http.StatusBadRequest)
		return
	}
	query, err := timestamp.ParseRequest(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer, err := a.Stamp(query.HashedMessage, query.Nonce)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(answer)
}
