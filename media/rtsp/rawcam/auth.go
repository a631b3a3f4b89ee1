package rawcam

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"net"
	"regexp"
	"testing"
	"time"
)

func (h *Habits) challenge() string {
	if h.Digest {
		return `WWW-Authenticate: Digest realm="cam", nonce="4711", stale="FALSE"`
	}
	return `WWW-Authenticate: Basic realm="cam"`
}

var digestParam = regexp.MustCompile(`(\w+)="([^"]*)"`)

// knows checks the credentials of a request (RFC 7617, RFC 2617 section 3.2.2).
func (h *Habits) knows(q *request) bool {
	given := q.header["authorization"]
	if !h.Digest {
		return given == "Basic "+base64.StdEncoding.EncodeToString([]byte("admin:"+h.Password))
	}
	params := map[string]string{}
	for _, m := range digestParam.FindAllStringSubmatch(given, -1) {
		params[m[1]] = m[2]
	}
	hash := func(s string) string {
		sum := md5.Sum([]byte(s))
		return hex.EncodeToString(sum[:])
	}
	want := hash(hash("admin:cam:"+h.Password) + ":4711:" + hash(q.method+":"+q.url))
	return params["username"] == "admin" && params["uri"] == q.url && params["response"] == want
}

// selfSigned is a certificate that nobody has signed, as cameras have.
func selfSigned(t testing.TB) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}
