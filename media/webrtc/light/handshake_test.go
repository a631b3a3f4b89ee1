package light

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/transport/v5/packetio"
)

// stubborn is a port that does not let the first DTLS records out, as a machine
// does whose filter or queue drops them, and brings the others to a viewer.
type stubborn struct {
	silence
	viewer *packetio.Buffer

	mu      sync.Mutex
	refuses int
}

func (s *stubborn) WriteToAddrPort(b []byte, _ netip.AddrPort) (int, error) {
	if kindOf(b) != kindDTLS {
		return len(b), nil
	}
	s.mu.Lock()
	refused := s.refuses > 0
	s.refuses--
	s.mu.Unlock()
	if refused {
		return 0, syscall.EPERM
	}
	return s.viewer.Write(b, nil)
}

// viewerEnd is the viewer's side of it.
type viewerEnd struct {
	*packetio.Buffer
	send func([]byte)
}

func (v viewerEnd) ReadFrom(b []byte) (int, net.Addr, error) {
	n, _, err := v.Read(b, nil)
	return n, v.LocalAddr(), err
}
func (v viewerEnd) WriteTo(b []byte, _ net.Addr) (int, error) { v.send(b); return len(b), nil }
func (v viewerEnd) LocalAddr() net.Addr                       { return &net.UDPAddr{IP: net.IPv4zero} }
func (v viewerEnd) SetDeadline(t time.Time) error             { return v.SetReadDeadline(t) }
func (v viewerEnd) SetWriteDeadline(time.Time) error          { return nil }

// shakesHands has a viewer shake hands with an agent whose first records are refused so
// often; it offers these profiles in its order.
func shakesHands(t *testing.T, refuses int, profiles ...dtls.SRTPProtectionProfile) (*dtls.Conn, *stubborn) {
	t.Helper()
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(certificate.Certificate[0])
	h, a := alone(t)
	a.remote.Fingerprints = []Fingerprint{{Hash: "sha-256", Value: strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":")}}
	port := &stubborn{silence: h.o.UDP.(silence), viewer: packetio.NewBuffer(), refuses: refuses}
	h.o.UDP, h.o.Certificate = port, certificate
	h.handle(checkOf(t, a), somewhere, nil) // begins it
	end := viewerEnd{port.viewer, func(b []byte) { h.handle(b, somewhere, nil) }}
	conn, err := dtls.ClientWithOptions(end, end.LocalAddr(),
		dtls.WithCertificates(certificate), dtls.WithInsecureSkipVerify(true), dtls.WithSRTPProtectionProfiles(profiles...),
	)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), handshakeLimit)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn, port
}

// A handshake does not fail because the machine could not let a record out: that
// one is lost like any other, and repeated.
func TestAHandshakeRepeatsRecordsThatCouldNotLeave(t *testing.T) {
	t.Parallel()
	_, port := shakesHands(t, 2, dtls.SRTP_AEAD_AES_128_GCM)
	port.mu.Lock()
	defer port.mu.Unlock()
	if port.refuses > 0 {
		t.Errorf("%d records more would have been refused", port.refuses)
	}
}

// The hub takes AES-GCM, which is the cheaper one, from whoever has it, in whatever
// order they offer; old clients get what they have.
func TestGCMComesFirst(t *testing.T) {
	t.Parallel()
	for _, offered := range [][]dtls.SRTPProtectionProfile{
		{dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80},
		{dtls.SRTP_AES128_CM_HMAC_SHA1_80, dtls.SRTP_AEAD_AES_128_GCM},
		{dtls.SRTP_AES128_CM_HMAC_SHA1_80},
	} {
		conn, _ := shakesHands(t, 0, offered...)
		want := dtls.SRTP_AEAD_AES_128_GCM
		if len(offered) == 1 {
			want = offered[0]
		}
		if got, ok := conn.SelectedSRTPProtectionProfile(); !ok || got != want {
			t.Errorf("of %v it takes %v", offered, got)
		}
	}
}
