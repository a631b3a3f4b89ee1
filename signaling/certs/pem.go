package certs

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// maxCerts bounds the certificates of one file: a chain has two to four.
const maxCerts = 20

// content is what a PEM file holds that we want; anything else in it is passed over.
type content struct {
	certs []*x509.Certificate // in the file's order
	key   crypto.Signer       // nil: none
}

// parsePEM reads certificates and a private key from a PEM file (RFC 7468). The
// errors say what the file is instead, where that can be told.
func parsePEM(data []byte) (content, error) {
	var c content
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "CERTIFICATE":
			if len(c.certs) == maxCerts {
				return c, fmt.Errorf("it holds more than %d certificates", maxCerts)
			}
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return c, fmt.Errorf("certificate %d in it cannot be read: %w (browsers and the hub take RSA, and ECDSA on P-256 or P-384; SM2 needs a proxy in front)", len(c.certs)+1, err)
			}
			c.certs = append(c.certs, cert)
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return c, errors.New("its key has a passphrase, which nobody types in when the hub starts: take it off with openssl pkey -in KEY -out NEWKEY")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			if c.key != nil {
				return c, errors.New("it holds more than one private key")
			}
			key, err := parseKey(block.Bytes)
			if err != nil {
				return c, fmt.Errorf("its private key cannot be read: %w", err)
			}
			c.key = key
		}
	}
	if c.key == nil && len(c.certs) == 0 {
		return c, errors.New(whatElse(data))
	}
	return c, nil
}

// parseKey reads a private key in any of the forms that tools write: PKCS #8,
// PKCS #1, SEC 1.
func parseKey(der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		var other error
		if key, other = x509.ParseECPrivateKey(der); other != nil {
			if key, other = x509.ParsePKCS1PrivateKey(der); other != nil {
				return nil, err
			}
		}
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T cannot sign", key)
	}
	return signer, nil
}

// whatElse guesses what a file is in which nothing was found.
func whatElse(data []byte) string {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "it is empty"
	case data[0] == 0x30: // an ASN.1 SEQUENCE
		return "it is binary (DER or PFX) and not PEM: convert it with openssl x509 -inform der, openssl pkey -inform der or openssl pkcs12 -nodes"
	case bytes.Contains(data, []byte("-----BEGIN ")):
		return "its PEM text is damaged or cut off, or holds no certificate and no private key"
	}
	return "it is no PEM text: such a file has lines like -----BEGIN CERTIFICATE-----"
}

// samePublic says whether a certificate is a key's.
func samePublic(cert *x509.Certificate, key crypto.Signer) bool {
	pub, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	return ok && pub.Equal(key.Public())
}

// writePEM is a key with its certificate as one PEM text.
func writePEM(cert *x509.Certificate, key crypto.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), certPEM(cert)...), nil
}

func certPEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}
