package certs

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// machine is a machine whose names and addresses a test can change.
type machine struct {
	mu    sync.Mutex
	hosts []string
	addrs []netip.Addr
	err   error
}

func newMachine(hosts string, addrs ...string) *machine {
	m := &machine{hosts: strings.Fields(hosts)}
	m.move(addrs...)
	return m
}

// move gives the machine these addresses instead of those that it has.
func (m *machine) move(addrs ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addrs = nil
	for _, a := range addrs {
		m.addrs = append(m.addrs, netip.MustParseAddr(a))
	}
}

func (m *machine) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *machine) tell() ([]string, []netip.Addr, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, nil, m.err
	}
	return m.hosts, m.addrs, nil
}

// logbook is a log that can be read while it is written.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), words)
}

func (l *logbook) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// open opens a keeper or ends the test.
func open(t *testing.T, o Options) *Keeper {
	t.Helper()
	k, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// run runs a keeper until the test ends.
func run(t *testing.T, k *Keeper) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// browser is a client's end of a connection to an echo server.
type browser struct{ *tls.Conn }

// dial connects as a browser that opens https://name and trusts one CA only.
func dial(t *testing.T, k *Keeper, ca []byte, name string) (*browser, error) {
	t.Helper()
	client, server := newWire()
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn := tls.Server(server, k.TLS())
		defer conn.Close()
		_, _ = io.Copy(conn, conn)
	}()
	t.Cleanup(func() {
		_ = client.Close()
		<-done
	})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	conn := tls.Client(client, &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{"h2", "http/1.1"}})
	return &browser{conn}, conn.Handshake()
}

// visit is dial for a name that must work; it returns what was served.
func visit(t *testing.T, k *Keeper, ca []byte, name string) (*browser, *x509.Certificate) {
	t.Helper()
	b, err := dial(t, k, ca, name)
	if err != nil {
		t.Fatalf("https://%s: %v", name, err)
	}
	return b, b.ConnectionState().PeerCertificates[0]
}

// echo says whether the connection still carries data.
func (b *browser) echo() error {
	if _, err := b.Write([]byte("order")); err != nil {
		return err
	}
	heard := make([]byte, 5)
	if _, err := io.ReadFull(b, heard); err != nil || string(heard) != "order" {
		return fmt.Errorf("heard %q: %w", heard, err)
	}
	return nil
}

func caOf(k *Keeper) []byte {
	pem, _ := k.CA()
	return pem
}

// minted is a certificate of a test's own CA.
type minted struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// mint makes a server certificate, valid for ten hours around now, that by
// signs; nil signs itself. The edits come last.
func mint(t testing.TB, by *minted, edits ...func(*x509.Certificate)) *minted {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "hub.court.example"},
		DNSNames:  []string{"hub.court.example"},
		NotBefore: time.Now().Add(-5 * time.Hour), NotAfter: time.Now().Add(5 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, edit := range edits {
		edit(template)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &minted{cert, key}
}

// asCA makes of a template a CA's.
func asCA(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject, c.DNSNames, c.ExtKeyUsage = pkix.Name{CommonName: name}, nil, nil
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		c.NotAfter = time.Now().Add(1000 * 24 * time.Hour)
	}
}

func until(d time.Duration) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotAfter = time.Now().Add(d) }
}

func chainPEM(list ...*minted) []byte {
	var text []byte
	for _, m := range list {
		text = append(text, certPEM(m.cert)...)
	}
	return text
}

func keyPEM(t testing.TB, m *minted) []byte {
	t.Helper()
	text, err := writePEM(m.cert, m.key)
	if err != nil {
		t.Fatal(err)
	}
	return text[:bytes.Index(text, []byte("-----BEGIN CERTIFICATE"))]
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// listing is the files of a folder with their contents.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			all[e.Name()] = string(read(t, filepath.Join(dir, e.Name())))
		}
	}
	return all
}

// publicOn is a public key on a curve.
func publicOn(t *testing.T, curve elliptic.Curve) *ecdsa.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &key.PublicKey
}
