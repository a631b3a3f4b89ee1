package rtsp

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// paper makes a certificate for 127.0.0.1, and what a client needs to believe it.
func paper(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
}

// visits keeps who came.
type visits struct {
	mu  sync.Mutex
	all []Visit
}

func (v *visits) admit(_ context.Context, x Visit) (Pass, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all = append(v.all, x)
	return anyone{}, nil
}

func (v *visits) secure() (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, x := range v.all {
		if x.Secure {
			n++
		}
	}
	return n
}

// One port takes both, and knows which is which.
func TestOnePortSpeaksWithAndWithoutTLS(t *testing.T) {
	t.Parallel()
	server, client := paper(t)
	v := &visits{}
	d := openDoor(t, ServerOptions{TLS: server, Admit: v.admit}, "hall")
	c := d.film("hall", 25, 1000, true)
	write(t, c, 2)

	clear := enter(t, d.url("hall"), gortsplib.TransportTCP)
	clear.await("H264", 2)
	if n := v.secure(); n != 0 {
		t.Errorf("%d visits in the clear were taken for safe", n)
	}

	u, err := base.ParseURL(strings.Replace(d.url("hall"), "rtsp:", "rtsps:", 1))
	if err != nil {
		t.Fatal(err)
	}
	transport := gortsplib.TransportTCP
	safe := &gortsplib.Client{Scheme: "rtsps", Host: u.Host, TLSConfig: client, Transport: &transport}
	if err := safe.Start2(); err != nil {
		t.Fatal(err)
	}
	defer safe.Close()
	desc, _, err := safe.Describe(u)
	if err != nil {
		t.Fatal(err)
	}
	if err := safe.SetupAll(desc.BaseURL, desc.Medias); err != nil {
		t.Fatal(err)
	}
	if _, err := safe.Play(nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, 5*time.Second, "packets within TLS", func() bool { return safe.Stats().Session.RTPPacketsReceived > 2 })
	if v.secure() == 0 {
		t.Error("a visit within TLS was not known as such")
	}
}

// overTLS speaks RTSP within TLS by hand.
func overTLS(t *testing.T, d *door, client *tls.Config) *raw {
	t.Helper()
	conn, err := tls.Dial("tcp", d.Addr().String(), client)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return &raw{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// What is asked for within TLS must not travel beside it in the clear.
func TestNoPacketsBesideTLS(t *testing.T) {
	t.Parallel()
	server, client := paper(t)
	d := openDoor(t, ServerOptions{TLS: server}, "hall")
	d.film("hall", 25, 1000, true)
	x := overTLS(t, d, client)
	url := strings.Replace(d.url("hall"), "rtsp:", "rtsps:", 1)
	if answer, err := x.ask("DESCRIBE", url); err != nil || answer.StatusCode != base.StatusOK {
		t.Fatal(answer, err)
	}
	answer, err := x.ask("SETUP", url+"/trackID=0", "Transport: RTP/AVP;unicast;client_port=40000-40001")
	if err != nil || answer.StatusCode != base.StatusUnsupportedTransport {
		t.Errorf("UDP: %v %v", answer, err)
	}
	answer, err = x.ask("SETUP", url+"/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
	if err != nil || answer.StatusCode != base.StatusOK {
		t.Errorf("interleaved: %v %v", answer, err)
	}
}

func TestTLSOnly(t *testing.T) {
	t.Parallel()
	server, client := paper(t)
	d := openDoor(t, ServerOptions{TLS: server, TLSOnly: true}, "hall")
	d.film("hall", 25, 1000, true)
	clear := speak(t, d)
	if answer, err := clear.ask("OPTIONS", d.url("hall")); err != nil || answer.StatusCode != base.StatusForbidden {
		t.Errorf("in the clear: %v %v", answer, err)
	}
	if rest, err := io.ReadAll(clear.in); err != nil || len(rest) > 0 {
		t.Errorf("it stays open: %q %v", rest, err)
	}
	if answer, err := overTLS(t, d, client).ask("OPTIONS", d.url("hall")); err != nil || answer.StatusCode != base.StatusOK {
		t.Errorf("within TLS: %v %v", answer, err)
	}
}

// Connections on which nothing comes, or half a handshake, are closed like all
// others on which nothing begins.
func TestHalfAHandshakeDoesNotStay(t *testing.T) {
	t.Parallel()
	server, _ := paper(t)
	d := openDoor(t, ServerOptions{TLS: server, IdleTimeout: 300 * time.Millisecond}, "hall")
	for name, begins := range map[string]string{
		"nothing": "", "a byte of a handshake": "\x16", "half a record": "\x16\x03\x01\x02\x00\x01\x00", "nonsense after the byte": "\x16OPTIONS *",
	} {
		conn, err := net.Dial("tcp", d.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, begins); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: %v", name, err)
		}
		_ = conn.Close()
	}
	eventually(t, 5*time.Second, "nothing is kept", func() bool { return d.kept() == 0 })
}
