package turn_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"
	"go.uber.org/goleak"

	"avhub/media/turn"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo stands for the hub's media port: it sends back what comes.
type echo struct{ *net.UDPConn }

func newEcho(t *testing.T) echo {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2000)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			_, _ = c.WriteToUDPAddrPort(buf[:n], from) // the relay may have gone
		}
	}()
	t.Cleanup(func() { _ = c.Close(); <-done })
	return echo{c}
}

func (e echo) at() netip.AddrPort { return e.LocalAddr().(*net.UDPAddr).AddrPort() }

// site is a relay with a hub behind it.
type site struct {
	*turn.Server
	hub   echo
	roots *x509.CertPool
}

// newSite opens a relay to an echo, on all three ways in.
func newSite(t *testing.T, o turn.Options) *site {
	t.Helper()
	x := &site{hub: newEcho(t)}
	own, roots := certificate(t)
	x.roots = roots
	o.Listen, o.TLSListen = "127.0.0.1:0", "127.0.0.1:0"
	o.TLS = &tls.Config{Certificates: []tls.Certificate{own}}
	o.Log = slog.New(slog.DiscardHandler)
	if o.Peers == nil {
		o.Peers = func() []netip.AddrPort { return []netip.AddrPort{x.hub.at()} }
	}
	s, err := turn.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	x.Server = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// certificate is one for 127.0.0.1 that only its pool trusts.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// ways are those in.
var ways = []string{"udp", "tcp", "tls"}

// dial opens a way in.
func (x *site) dial(t *testing.T, way string) net.PacketConn {
	t.Helper()
	var conn net.Conn
	var err error
	switch way {
	case "udp":
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	case "tcp":
		conn, err = net.Dial("tcp", x.Addr().String())
	case "tls":
		conn, err = tls.Dial("tcp", x.TLSAddr().String(), &tls.Config{RootCAs: x.roots})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return pion.NewSTUNConn(conn)
}

// client is a browser's half of the protocol.
type client struct {
	*pion.Client
	relayed net.PacketConn
	got     chan []byte
}

// join comes in by a way with credentials.
func (x *site) join(t *testing.T, way, user, password string) *client {
	t.Helper()
	c, err := pion.NewClient(&pion.ClientConfig{
		Conn: x.dial(t, way), TURNServerAddr: x.Addr().String(), Username: user, Password: password, RTO: 50 * time.Millisecond,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &client{Client: c, got: make(chan []byte, 100_000)}
}

// allocate opens a relay and reads what comes from it until the test ends.
func (c *client) allocate(t *testing.T) error {
	t.Helper()
	relayed, err := c.Allocate()
	if err != nil {
		return err
	}
	c.relayed = relayed
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			buf := make([]byte, 2000)
			n, _, err := relayed.ReadFrom(buf)
			if err != nil {
				return
			}
			c.got <- buf[:n]
		}
	}()
	t.Cleanup(func() { _ = relayed.Close(); <-done })
	return nil
}

// allocated is a client with a relay for a session.
func (x *site) allocated(t *testing.T, way, session string) *client {
	t.Helper()
	user, password, err := x.Credentials(session, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c := x.join(t, way, user, password)
	if err := c.allocate(t); err != nil {
		t.Fatalf("allocate by %s: %v", way, err)
	}
	return c
}

// asks sends a word to the hub until it comes back.
func (c *client) asks(t *testing.T, hub echo, word string) {
	t.Helper()
	await(t, word+" to come back", func() bool {
		if _, err := c.relayed.WriteTo([]byte(word), hub.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		select {
		case b := <-c.got:
			return string(b) == word
		case <-time.After(20 * time.Millisecond):
			return false
		}
	})
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("waited in vain for: " + what)
		}
	}
}
