package camera

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"

	"avhub/media/packet"
)

func TestTheDemoCourt(t *testing.T) {
	t.Parallel()
	channels, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServer(Options{Listen: "127.0.0.1:0", Channels: channels})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for name, want := range map[string]string{
		"court-1": "H264 Opus", "court-2": "H264 MPEG-4 Audio", "court-3": "H264 G711", "court-4": "H265 MPEG-4 Audio",
		"court-1_sub": "H264 Opus", "court-2_sub": "H264 MPEG-4 Audio", "court-3_sub": "H264 G711", "court-4_sub": "H264 MPEG-4 Audio",
		"court-5": "",
	} {
		_, desc, code := connect(t, s.URL(name), gortsplib.TransportTCP)
		var got []string
		if code == base.StatusOK {
			for _, m := range desc.Medias {
				got = append(got, m.Formats[0].Codec())
			}
		}
		if (want == "") != (code == base.StatusNotFound) || strings.Join(got, " ") != want {
			t.Errorf("%s answers %d and offers %v, not %s", name, code, got, want)
		}
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	s := start(t, Options{User: "admin", Password: "secret"}, "yard")
	watch(t, s.URL("yard"), gortsplib.TransportTCP).await(packet.H264, 1)
	for _, user := range []string{"", "admin:wrong@", "root:secret@"} {
		url := "rtsp://" + user + s.Addr().String() + "/yard"
		if _, _, code := connect(t, url, gortsplib.TransportTCP); code != base.StatusUnauthorized {
			t.Errorf("%q is answered %d", user, code)
		}
	}
}

func TestOneTransportAlone(t *testing.T) {
	t.Parallel()
	for transport, o := range map[gortsplib.Transport]Options{gortsplib.TransportTCP: {NoTCP: true}, gortsplib.TransportUDP: {NoUDP: true}} {
		s := start(t, o, "yard")
		c, desc, code := connect(t, s.URL("yard"), transport)
		if code != base.StatusOK {
			t.Fatal(code)
		}
		if err := c.SetupAll(desc.BaseURL, desc.Medias); err == nil {
			t.Errorf("%v is taken though it is switched off", transport)
		}
		other := map[gortsplib.Transport]gortsplib.Transport{
			gortsplib.TransportTCP: gortsplib.TransportUDP, gortsplib.TransportUDP: gortsplib.TransportTCP,
		}[transport]
		watch(t, s.URL("yard"), other).await(packet.H264, 1)
	}
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}}}}, "yard")
	if !strings.HasPrefix(s.URL("yard"), "rtsps://") {
		t.Errorf("its address is %s", s.URL("yard"))
	}
	watch(t, s.URL("yard"), gortsplib.TransportTCP).await(packet.H264, 3)
}

func TestServersThatCannotBe(t *testing.T) {
	t.Parallel()
	room, err := DemoChannel("court-2")
	if err != nil {
		t.Fatal(err)
	}
	for what, names := range map[string][]string{"a name that is there twice": {"a", "a"}, "a name with a slash": {"a/b"}, "no name": {""}} {
		var o Options
		for _, n := range names {
			o.Channels = append(o.Channels, Channel{Name: n, Main: room.Sub})
		}
		if _, err := NewServer(o); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	if _, err := DemoChannel("court-9"); err == nil {
		t.Error("there is a court-9")
	}
	first := start(t, Options{}, "yard")
	second, err := NewServer(Options{Listen: first.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(); err == nil || !strings.Contains(err.Error(), first.Addr().String()) {
		t.Errorf("on a port that is taken: %v", err)
	}
}

// Close ends what its players have open, and may be called again.
func TestCloseEndsThePlayers(t *testing.T) {
	t.Parallel()
	s := start(t, Options{}, "yard")
	w := watch(t, s.URL("yard"), gortsplib.TransportTCP)
	w.await(packet.H264, 1)
	s.Close()
	s.Close()
	select {
	case <-w.ended:
	case <-time.After(5 * time.Second):
		t.Error("the player goes on")
	}
}
