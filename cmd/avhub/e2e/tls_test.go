package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeCert puts a certificate for 127.0.0.1 into files, as an administrator
// does, one after the other.
func writeCert(t *testing.T, dir string, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return roots
}

// serial is that of the certificate which a port shows now.
func serial(addr string) int64 {
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) // which one it is, is what is asked
	if err != nil {
		return 0
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// A certificate is renewed while the hub runs: new connections get the new one,
// on both ports, and those that are open go on.
func TestOwnCertificatesAreReloaded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	roots := writeCert(t, dir, 1)
	h := newHubIn(t, []string{"AVHUB_HTTP_TLS_CERT=" + filepath.Join(dir, "cert.pem"), "AVHUB_HTTP_TLS_KEY=" + filepath.Join(dir, "key.pem")})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	get := func() {
		t.Helper()
		r, err := (&http.Client{Transport: transport}).Get("https://" + h.http + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != http.StatusOK {
			t.Fatal(r.Status, err)
		}
	}
	get()
	if a, b := serial(h.http), serial(h.rtsp); a != 1 || b != 1 {
		t.Fatalf("certificates %d and %d", a, b)
	}
	writeCert(t, dir, 2)
	await(t, 10*time.Second, "the new certificate", func() bool { return serial(h.http) == 2 && serial(h.rtsp) == 2 })
	get() // over the connection from before: the old authority knows no other
	if err := os.WriteFile(filepath.Join(dir, "cert.pem"), []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, 10*time.Second, "a complaint", func() bool { return strings.Contains(h.out.String(), "the former certificate stays in use") })
	if serial(h.http) != 2 {
		t.Error("a broken file has replaced a good one")
	}
}

// What would open the hub to others without protection does not start.
func TestNothingIsOpenedByMistake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  []string
		args []string
		code int
		want string
	}{
		"pages without TLS": {[]string{"AVHUB_HTTP_LISTEN=0.0.0.0:0"}, nil, 1, "set http.tls"},
		"RTSP without TLS":  {[]string{"AVHUB_RTSP_LISTEN=[::]:0"}, nil, 1, "set http.tls"},
		"a demo for all":    {[]string{"AVHUB_HTTP_TLS=self-signed", "AVHUB_HTTP_LISTEN=:0"}, []string{"--demo"}, 2, "leave --demo out"},
		"a demo by a proxy": {[]string{"AVHUB_HTTP_BEHIND_PROXY=true", "AVHUB_HTTP_LISTEN=127.0.0.1:0"}, []string{"--demo"}, 2, "leave --demo out"},
		"no certificate":    {[]string{"AVHUB_HTTP_TLS_CERT=/nowhere", "AVHUB_HTTP_TLS_KEY=/nowhere", "AVHUB_HTTP_LISTEN=127.0.0.1:0"}, nil, 1, "the certificate cannot be read"},
	} {
		cmd := exec.CommandContext(t.Context(), binary(t), append([]string{"serve"}, c.args...)...)
		var said bytes.Buffer
		cmd.Env, cmd.Stderr = append(append(os.Environ(), "AVHUB_DATA_DIR="+t.TempDir()), c.env...), &said
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != c.code || !strings.Contains(said.String(), c.want) {
			t.Errorf("%s: %v, want code %d and %q:\n%s", name, err, c.code, c.want, said.String())
		}
	}
}
