package webrtc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	pion "github.com/pion/webrtc/v4"

	"avhub/media/turn"
	"avhub/media/webrtc"
)

// relayed is a relay in front of a server, and what its certificate is trusted by.
func relayed(t *testing.T, s *webrtc.Server) (*turn.Server, *tls.Config) {
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
	roots := x509.NewCertPool()
	roots.AddCert(c)
	r, err := turn.NewServer(turn.Options{
		Listen: "127.0.0.1:0", TLSListen: "127.0.0.1:0", TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		Peers: s.Addresses, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, &tls.Config{RootCAs: roots}
}

// secureDialer opens connections within TLS, as browsers do for turns:.
type secureDialer struct{ config *tls.Config }

func (d secureDialer) Dial(network, addr string) (net.Conn, error) {
	return tls.Dial(network, addr, d.config)
}

// relayOnly is a browser that has no way but by the relay's address that begins so.
func relayOnly(t *testing.T, r *turn.Server, roots *tls.Config, session, scheme, way string) *browser {
	t.Helper()
	user, password, err := r.Credentials(session, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	server := pion.ICEServer{Username: user, Credential: password}
	for _, u := range r.URLs("127.0.0.1") {
		if strings.HasPrefix(u, scheme+":") && strings.HasSuffix(u, "="+way) {
			server.URLs = append(server.URLs, u)
		}
	}
	var settings pion.SettingEngine
	if scheme == "turns" {
		settings.SetICEProxyDialer(secureDialer{roots})
	}
	settings.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4}) // or it would go by ICE-TCP, past its own policy
	return newBrowserWith(t, settings, pion.Configuration{ICEServers: []pion.ICEServer{server}, ICETransportPolicy: pion.ICETransportPolicyRelay})
}

// A browser that can reach nothing but the relay gets picture and sound, by each
// of its ways, over both transports, and none any more once it is revoked.
func TestABrowserSeesThroughTheRelay(t *testing.T) {
	overBoth(t, func(t *testing.T, s *webrtc.Server) {
		r, roots := relayed(t, s)
		stage := newStage(t, 25)
		for _, way := range [][2]string{{"turn", "udp"}, {"turn", "tcp"}, {"turns", "tcp"}} {
			name := way[0] + "-" + way[1]
			b := relayOnly(t, r, roots, name, way[0], way[1])
			before := r.Stats()
			offer := b.offer(t)
			if !strings.Contains(offer.SDP, "typ relay") || strings.Contains(offer.SDP, "typ host") {
				t.Fatalf("%s: the offer's candidates are not the relay's:\n%s", name, offer.SDP)
			}
			session := stage.view(t, s, offer)
			b.accept(t, session.Answer())
			for range 50 {
				receive(t, b.video)
			}
			receive(t, b.audio)
			if got := r.Stats().BytesDown - before.BytesDown; got < 50*100 {
				t.Errorf("%s: only %d bytes went by the relay", name, got)
			}
			r.Revoke(name)
			if n := r.Stats().Allocations; n != 0 {
				t.Errorf("%s: %d relays are left", name, n)
			}
			_ = b.pc.Close()
			session.Close()
		}
		if n := r.Stats().Refused.Bandwidth; n != 0 {
			t.Errorf("%d packets were dropped", n)
		}
	})
}
