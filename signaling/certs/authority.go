package certs

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// A CA lives for ten years. What it signs starts a day ago, because clocks of
// freshly started machines are often hours ahead, of browsers' often behind.
const (
	caYears  = 10
	backdate = 24 * time.Hour
)

// restore is what to do about a CA whose files are not right.
const restore = "put the file back from a backup; if there is none, move " + caPrivate + " and " + caPublic +
	" away and start again: a new CA is made, and every computer and phone has to install it anew"

// authority is the hub's own CA.
type authority struct {
	cert    *x509.Certificate
	key     crypto.Signer
	permits permits
}

// openAuthority reads the folder's CA, or makes one for these names if the
// folder has none yet; machine is for its title. Several processes may do so at
// once and get the same one.
func openAuthority(dir, machine string, n names, now time.Time) (a *authority, made bool, err error) {
	if err := makeFolder(dir); err != nil {
		return nil, false, err
	}
	a, err = readAuthority(dir)
	if err == nil && a == nil {
		made = true
		a, err = makeAuthority(dir, machine, n, now)
		if errors.Is(err, fs.ErrExist) { // another process was faster
			made = false
			a, err = readAuthority(dir)
		}
	}
	if err != nil {
		return nil, false, err
	}
	if ok, err := exists(filepath.Join(dir, caPublic)); ok || err != nil {
		return a, made, err
	}
	return a, made, replaceFile(filepath.Join(dir, caPublic), certPEM(a.cert))
}

// readAuthority reads the folder's CA; nil if there is none. It changes nothing.
func readAuthority(dir string) (*authority, error) {
	// The public file is written after the private one: it must be looked for first.
	public, err := exists(filepath.Join(dir, caPublic))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, caPrivate)
	data, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && public:
		return nil, fmt.Errorf("tls: %s is missing, and %s beside it says that there was a CA: %s", path, caPublic, restore)
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("tls: the CA cannot be read: %w", err)
	}
	a, err := parseAuthority(data)
	if err != nil {
		return nil, fmt.Errorf("tls: %s is damaged: %w: %s", path, err, restore)
	}
	if !public {
		return a, nil
	}
	path = filepath.Join(dir, caPublic)
	data, err = readFile(path)
	if err != nil {
		return nil, fmt.Errorf("tls: the CA cannot be read: %w", err)
	}
	if c, err := parsePEM(data); err != nil || len(c.certs) != 1 || !c.certs[0].Equal(a.cert) {
		return nil, fmt.Errorf("tls: %s is damaged or another CA's than %s beside it: people may have installed either; "+
			"remove it if the CA is the one of %s (SHA-256 %s), or %s", path, caPrivate, caPrivate, Fingerprint(a.cert.Raw), restore)
	}
	return a, nil
}

// parseAuthority reads a CA's private file.
func parseAuthority(data []byte) (*authority, error) {
	c, err := parsePEM(data)
	switch {
	case err != nil:
		return nil, err
	case c.key == nil:
		return nil, errors.New("its private key is missing")
	case len(c.certs) != 1:
		return nil, fmt.Errorf("it holds %d certificates instead of one", len(c.certs))
	}
	cert := c.certs[0]
	switch {
	case !samePublic(cert, c.key):
		return nil, errors.New("its private key is another certificate's")
	case !cert.IsCA || !cert.BasicConstraintsValid:
		return nil, errors.New("its certificate is no CA's")
	}
	if err := cert.CheckSignatureFrom(cert); err != nil {
		return nil, fmt.Errorf("its certificate is not signed by itself: %w", err)
	}
	return &authority{cert, c.key, permitsOf(cert)}, nil
}

// makeAuthority makes a CA and puts it into the folder, unless there is one.
func makeAuthority(dir, machine string, n names, now time.Time) (*authority, error) {
	a, err := newAuthority(machine, n, now)
	if err != nil {
		return nil, err
	}
	data, err := writePEM(a.cert, a.key)
	if err != nil {
		return nil, err
	}
	if err := createFile(filepath.Join(dir, caPrivate), data); err != nil {
		return nil, fmt.Errorf("tls: the new CA cannot be stored: %w", err)
	}
	return a, nil
}

func newAuthority(machine string, n names, now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"avhub"}, CommonName: caName(machine, &key.PublicKey)},
		NotBefore: now.Add(-backdate),
		NotAfter:  now.AddDate(caYears, 0, 0),
		KeyUsage:  x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		// Names do not stand in certificates for programs and mail, so constraints
		// of names do not hold them: this keeps the CA to web servers.
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true, // no CA below it
	}
	permits := permitsFor(n)
	permits.apply(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("tls: a CA for %s: %w", strings.Join(n.strings(), ", "), err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{cert, key, permits}, nil
}

// caName is what people find in their lists of certificates: the machine's
// name, and four digits that tell a second CA of the same machine apart.
func caName(machine string, key *ecdsa.PublicKey) string {
	const most = 64                          // characters of a common name (RFC 5280 appendix A.1)
	der, _ := x509.MarshalPKIXPublicKey(key) // a P-256 key always can
	sum := sha256.Sum256(der)
	tail := fmt.Sprintf(" %X", sum[:2])
	name := "avhub CA of " + machine
	return name[:min(len(name), most-len(tail))] + tail
}

// Fingerprint is the SHA-256 of a certificate (its DER form) as browsers and
// systems show it: 32 bytes in capital hexadecimal, with colons. It is the
// SHA-256 of the downloaded DER file as well.
func Fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return string(bytes.ReplaceAll(fmt.Appendf(nil, "% X", sum), []byte(" "), []byte(":")))
}
