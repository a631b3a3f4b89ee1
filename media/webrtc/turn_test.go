package webrtc_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/mediatest"
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

// relayOnly is the configuration of a browser that has no way but by the relay's
// address that begins so.
func relayOnly(t *testing.T, r *turn.Server, session, scheme, way string) pion.Configuration {
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
	return pion.Configuration{ICEServers: []pion.ICEServer{server}, ICETransportPolicy: pion.ICETransportPolicyRelay}
}

// onlyUDP leaves the TCP candidates out of an answer: pion would take them, past
// its own policy.
func onlyUDP(answer string) string {
	lines := strings.SplitAfter(answer, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "a=candidate:") && strings.Contains(l, " tcp ")
	}), "")
}

// A browser that can reach nothing but the relay gets picture and sound, by each
// of its ways, over both transports, and none any more once it is revoked.
func TestABrowserSeesThroughTheRelay(t *testing.T) {
	overBoth(t, func(t *testing.T, s *webrtc.Server) {
		r, roots := relayed(t, s)
		stage := newStage(t, 25)
		for _, way := range [][2]string{{"turn", "udp"}, {"turn", "tcp"}, {"turns", "tcp"}} {
			name := way[0] + "-" + way[1]
			var settings pion.SettingEngine
			if way[0] == "turns" {
				settings.SetICEProxyDialer(secureDialer{roots})
			}
			b := newBrowserWith(t, settings, relayOnly(t, r, name, way[0], way[1]))
			before := r.Stats()
			offer := b.offer(t)
			if !strings.Contains(offer.SDP, "typ relay") || strings.Contains(offer.SDP, "typ host") {
				t.Fatalf("%s: the offer's candidates are not the relay's:\n%s", name, offer.SDP)
			}
			session := stage.view(t, s, offer)
			b.accept(t, onlyUDP(session.Answer()))
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

// And one that publishes is heard and seen through it.
func TestABrowserPublishesThroughTheRelay(t *testing.T) {
	t.Parallel()
	s := server(t, "127.0.0.1:0")
	r, _ := relayed(t, s)
	p, err := mediatest.NewPublisherBy(relayOnly(t, r, "field-1", "turn", "tcp"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.PC.Close() })
	text, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stream := media.NewStream("field-1")
	session, err := s.Publish(parse(t, text), webrtc.PublishOptions{
		Open: func(_ *webrtc.Session, tracks []media.Track) (*media.Feed, error) { return stream.Open(tracks) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Accept(onlyUDP(session.Answer())); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	defer running.Wait()
	defer stop()
	await(t, "the feed", stream.Fed)
	reader := stream.Subscribe(media.ReaderOptions{})
	defer reader.Close()
	for range 20 {
		unit(t, reader, true)
	}
	if n := r.Stats().BytesUp; n < 20*100 {
		t.Errorf("only %d bytes went by the relay", n)
	}
}
