package certs

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"
)

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestKeysInAllForms(t *testing.T) {
	t.Parallel()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, d, _ := ed25519.GenerateKey(rand.Reader)
	sec1, _ := x509.MarshalECPrivateKey(e)
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	for name, text := range map[string][]byte{
		"PKCS #1":                        block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(r)),
		"PKCS #8, RSA":                   block("PRIVATE KEY", pkcs8(r)),
		"PKCS #8, EC":                    block("PRIVATE KEY", pkcs8(e)),
		"PKCS #8, Ed25519":               block("PRIVATE KEY", pkcs8(d)),
		"SEC 1":                          block("EC PRIVATE KEY", sec1),
		"SEC 1 behind parameters":        slices.Concat(block("EC PARAMETERS", []byte{6, 5, 43, 129, 4, 0, 34}), block("EC PRIVATE KEY", sec1)),
		"Windows' line ends and remarks": bytes.ReplaceAll(slices.Concat([]byte("Bag Attributes\n  name: hub\n"), block("PRIVATE KEY", pkcs8(e))), []byte("\n"), []byte("\r\n")),
	} {
		if c, err := parsePEM(text); err != nil || c.key == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPEMThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	m := mint(t, nil)
	key := keyPEM(t, m)
	for want, text := range map[string][]byte{
		"it is empty":               []byte(" \n\n"),
		"openssl pkcs12":            {0x30, 0x82, 0x01},
		"BEGIN CERTIFICATE":         []byte("ssh-ed25519 AAAA"),
		"damaged or cut off":        key[:60],
		"more than one private":     slices.Concat(key, key),
		"more than 20":              bytes.Repeat(chainPEM(m), 21),
		"certificate 2 in it":       slices.Concat(chainPEM(m), block("CERTIFICATE", m.cert.Raw[:100])),
		"SM2 needs a proxy":         block("CERTIFICATE", []byte{0x30, 0}),
		"private key cannot":        block("PRIVATE KEY", []byte("no key")),
		"holds no certificate":      block("CERTIFICATE REQUEST", []byte{0x30, 0}),
		"take it off with openssl ": []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
	} {
		if _, err := parsePEM(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// FuzzPair gives anything as the two files. What is accepted can be served.
func FuzzPair(f *testing.F) {
	root := mint(f, nil, asCA("root"))
	between := mint(f, root, asCA("intermediate"))
	leaf := mint(f, between)
	key := keyPEM(f, leaf)
	f.Add(chainPEM(leaf, between), key)
	f.Add(chainPEM(between, root, leaf, leaf), key)
	f.Add(slices.Concat(key, chainPEM(leaf)), slices.Concat(key, chainPEM(leaf)))
	f.Add(key, chainPEM(leaf))
	f.Add(chainPEM(leaf)[:200], key[:50])
	f.Add(leaf.cert.Raw, []byte{})
	f.Add(block("CERTIFICATE", leaf.cert.Raw[:50]), block("EC PRIVATE KEY", []byte{0x30, 0x03, 2, 1, 1}))
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), []byte("\x00"))
	f.Fuzz(func(t *testing.T, cert, key []byte) {
		p, err := parsePair("cert", cert, "key", key)
		if err != nil {
			if p != nil || !strings.HasPrefix(err.Error(), "tls: ") {
				t.Errorf("%v, %v", p, err)
			}
			return
		}
		if !samePublic(p.leaf, p.tls.PrivateKey.(crypto.Signer)) {
			t.Error("a key that is not the certificate's")
		}
		if len(p.chain) == 0 || len(p.chain) > maxCerts || len(p.chain) != len(p.tls.Certificate) || p.tls.Leaf != p.leaf {
			t.Errorf("a chain of %d", len(p.chain))
		}
		_ = p.missing(p.names())
	})
}

// FuzzAuthority gives anything as the CA's private file. What is accepted can sign.
func FuzzAuthority(f *testing.F) {
	a, err := newAuthority("hub", names{hosts: []string{"hub"}}, time.Now())
	if err != nil {
		f.Fatal(err)
	}
	whole, err := writePEM(a.cert, a.key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:300])
	f.Add(keyOf(whole))
	f.Add(certPart(whole))
	f.Add(bytes.Replace(whole, []byte("M"), []byte("N"), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := parseAuthority(text)
		if err != nil {
			return
		}
		n, _ := a.permits.split(wanted([]string{"hub"}, nil, names{}))
		if _, err := a.issue(n, time.Now()); err != nil && !strings.HasPrefix(err.Error(), "tls: ") {
			t.Error(err)
		}
	})
}
