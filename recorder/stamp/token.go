package stamp

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// maxToken is how long a token may be, in bytes.
const maxToken = 64 << 10

// ErrToken says that a time stamp is not what it should be.
var ErrToken = errors.New("the time stamp does not fit")

// Info is what a token says.
type Info struct {
	Time     time.Time     // when the authority had the hash
	Accuracy time.Duration // 0: not said
	TSA      string        // the subject of its certificate
	Trusted  bool          // its certificate is by one of the roots that were given
}

// oidTSTInfo is the type of what a token signs (RFC 3161 section 2.4.2).
var oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// parsing is held while tokens are parsed: the library counts in a variable of its
// package.
var parsing sync.Mutex

// Check reads a token (DER) and tells whether it is over a SHA-256 and signed by the
// certificate within it, which is one for time stamps and was valid then. With roots
// it must be by one of them.
func Check(token []byte, digest []byte, roots *x509.CertPool) (info Info, err error) {
	if len(token) > maxToken {
		return info, fmt.Errorf("%w: longer than %d bytes", ErrToken, maxToken)
	}
	defer func() { // the parser trusts lengths
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: malformed: %v", ErrToken, p)
		}
	}()
	parsing.Lock()
	defer parsing.Unlock()
	t, err := timestamp.Parse(token)
	if err != nil {
		return info, fmt.Errorf("%w: %w", ErrToken, err)
	}
	if t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, digest) {
		return info, fmt.Errorf("%w: it is over another hash", ErrToken)
	}
	signer, err := signerOf(token)
	if err != nil {
		return info, fmt.Errorf("%w: %w", ErrToken, err)
	}
	info = Info{Time: t.Time.UTC(), Accuracy: t.Accuracy, TSA: signer.Subject.String()}
	if t.Time.Before(signer.NotBefore) || t.Time.After(signer.NotAfter) {
		return info, fmt.Errorf("%w: the authority's certificate was not valid at %s", ErrToken, info.Time.Format(time.RFC3339))
	}
	if roots == nil {
		return info, nil
	}
	between := x509.NewCertPool()
	for _, c := range t.Certificates {
		between.AddCert(c)
	}
	if _, err := signer.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	}); err != nil {
		return info, fmt.Errorf("%w: %w", ErrToken, err)
	}
	info.Trusted = true
	return info, nil
}

// signerOf is the certificate of a token's only signer.
func signerOf(token []byte) (*x509.Certificate, error) {
	p7, err := pkcs7.Parse(token)
	if err != nil {
		return nil, err
	}
	signer := p7.GetOnlySigner()
	if signer == nil {
		return nil, errors.New("it has no certificate of its signer, or not one signer")
	}
	var kind asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || !kind.Equal(oidTSTInfo) {
		return nil, errors.New("what it signs is no time stamp")
	}
	if err := p7.Verify(); err != nil {
		return nil, err
	}
	if !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return nil, fmt.Errorf("the certificate of %s is not one for time stamps", signer.Subject)
	}
	return signer, nil
}
