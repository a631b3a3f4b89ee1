package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"testing"
)

// serveHTTPS serves a teapot as the hub serves its pages.
func serveHTTPS(t *testing.T, k *Keeper) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{TLSConfig: k.TLS(), Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	})}
	ended := make(chan error, 1)
	go func() { ended <- s.ServeTLS(l, "", "") }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return "https://" + l.Addr().String() + "/"
}

func clientOf(roots *x509.CertPool) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(caOf(k))
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		client, server := newWire()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = tls.Server(server, k.TLS()).Handshake()
		}()
		err := tls.Client(client, &tls.Config{RootCAs: roots, ServerName: "hub", MinVersion: version, MaxVersion: version}).Handshake()
		_ = client.Close()
		<-done
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}
