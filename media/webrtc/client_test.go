package webrtc_test

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/mediatest"
	"avhub/media/packet"
	"avhub/media/webrtc"
)

func server(t *testing.T, listen string) *webrtc.Server {
	t.Helper()
	return serverWith(t, webrtc.Options{Listen: listen})
}

func serverWith(t *testing.T, o webrtc.Options) *webrtc.Server {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s, err := webrtc.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// overBoth runs a test of viewers over both transports: what a viewer sees must
// not tell them apart.
func overBoth(t *testing.T, test func(*testing.T, *webrtc.Server)) {
	t.Parallel()
	for name, peers := range map[string]bool{"light": false, "peer": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serverWith(t, webrtc.Options{Listen: "127.0.0.1:0", PeerViewers: peers})
			test(t, s)
			const media = 20 // packets: more than what STUN and DTLS take
			if light := s.SentLight().Packets > media; light && peers || !light && !peers && s.Sent().Packets > media {
				t.Errorf("by the light transport: %v", light)
			}
		})
	}
}

// browser is a pion peer connection in a browser's place.
type browser struct {
	pc    *pion.PeerConnection
	video chan *rtp.Packet
	audio chan *rtp.Packet
	state chan pion.PeerConnectionState
}

func newBrowser(t *testing.T, settings pion.SettingEngine) *browser {
	t.Helper()
	settings.SetICEUDPMux(roomy(t))
	return newBrowserWith(t, settings, pion.Configuration{})
}

func newBrowserWith(t *testing.T, settings pion.SettingEngine, c pion.Configuration) *browser {
	t.Helper()
	m := &pion.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	settings.SetIncludeLoopbackCandidate(true)
	api := pion.NewAPI(pion.WithMediaEngine(m), pion.WithSettingEngine(settings), pion.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	b := &browser{pc: pc, video: make(chan *rtp.Packet, 10_000), audio: make(chan *rtp.Packet, 10_000), state: make(chan pion.PeerConnectionState, 100)}
	pc.OnConnectionStateChange(func(s pion.PeerConnectionState) { b.state <- s })
	pc.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) {
		to := b.audio
		if track.Kind() == pion.RTPCodecTypeVideo {
			to = b.video
		}
		for {
			p, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			to <- p
		}
	})
	return b
}

// roomy is a UDP port with room for what comes while the machine is busy with
// other tests: what does not fit would be lost.
func roomy(t *testing.T) ice.UDPMux {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadBuffer(4 << 20); err != nil {
		t.Fatal(err)
	}
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard}
	mux := pion.NewICEUDPMux(quiet.NewLogger("ice"), conn)
	t.Cleanup(func() { _ = mux.Close() })
	return mux
}

// offer is the browser's offer to receive, with its candidates.
func (b *browser) offer(t *testing.T) *webrtc.Offer {
	t.Helper()
	for _, kind := range []pion.RTPCodecType{pion.RTPCodecTypeVideo, pion.RTPCodecTypeAudio} {
		if _, err := b.pc.AddTransceiverFromKind(kind, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	return b.describe(t, nil)
}

func (b *browser) describe(t *testing.T, o *pion.OfferOptions) *webrtc.Offer {
	t.Helper()
	desc, err := b.pc.CreateOffer(o)
	if err != nil {
		t.Fatal(err)
	}
	gathered := pion.GatheringCompletePromise(b.pc)
	if err := b.pc.SetLocalDescription(desc); err != nil {
		t.Fatal(err)
	}
	<-gathered
	offer, err := webrtc.ParseOffer(b.pc.LocalDescription().SDP)
	if err != nil {
		t.Fatal(err)
	}
	return offer
}

func (b *browser) accept(t *testing.T, answer string) {
	t.Helper()
	if err := b.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
}

// stage is a stream with a camera that runs in real time, and its fan-out.
type stage struct {
	camera   *mediatest.Camera
	fanout   *egress.Fanout
	attached chan *egress.Viewer
	times    []atomic.Int64
}

func newStage(t *testing.T, gop int) *stage {
	t.Helper()
	camera, err := mediatest.Open(media.NewStream("court-1"), gop, 3000, true)
	if err != nil {
		t.Fatal(err)
	}
	fanout := egress.NewFanout(camera.Stream, nil)
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		if err := camera.Run(stop); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { close(stop); running.Wait(); fanout.Close() })
	return &stage{camera: camera, fanout: fanout, attached: make(chan *egress.Viewer, 100)}
}

// viewVideo answers the offer with the stage's picture alone.
func (s *stage) viewVideo(t *testing.T, server *webrtc.Server, offer *webrtc.Offer) (*webrtc.Session, error) {
	video := offer.Find(packet.H264, "42c0")
	return server.View(offer, webrtc.ViewOptions{
		Video: &webrtc.Chosen{Track: 0, Codec: *video},
		Attach: func(x *webrtc.Session, v *egress.Viewer) {
			if err := s.fanout.Attach(x.Context(), v); err != nil {
				t.Error(err)
			}
		},
		Detach:   func(_ *webrtc.Session, v *egress.Viewer) { s.fanout.Detach(v) },
		Feedback: func(v *egress.Viewer, said egress.Feedback) { s.fanout.Feedback(v, said) },
	})
}

// noteTimes remembers when the camera writes its pictures, for written.
func (s *stage) noteTimes(t *testing.T) {
	t.Helper()
	s.times = make([]atomic.Int64, 20_000)
	reader := s.camera.Stream.Subscribe(media.ReaderOptions{Tracks: []int{0}})
	ctx, stop := context.WithCancel(context.Background())
	var noting sync.WaitGroup
	noting.Go(func() {
		defer reader.Close()
		for {
			u, _, err := reader.Next(ctx)
			if err != nil {
				return
			}
			if n := mediatest.Number(u.Data[len(u.Data)-1]); n < len(s.times) {
				s.times[n].Store(u.Arrived.UnixNano())
			}
		}
	})
	t.Cleanup(func() { stop(); noting.Wait() })
}

// written tells when the camera wrote the picture that ends in a payload.
func (s *stage) written(payload []byte) (time.Time, bool) {
	if len(payload) < 6 {
		return time.Time{}, false
	}
	n := int(binary.BigEndian.Uint32(payload[len(payload)-5:]))
	if n >= len(s.times) || s.times[n].Load() == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, s.times[n].Load()), true
}

// view answers the offer with the stage's picture and sound.
func (s *stage) view(t *testing.T, server *webrtc.Server, offer *webrtc.Offer) *webrtc.Session {
	t.Helper()
	video, audio := offer.Find(packet.H264, "42c0"), offer.Find(packet.PCMA, "")
	if video == nil || audio == nil {
		t.Fatal("no codec in common")
	}
	session, err := server.View(offer, webrtc.ViewOptions{
		Video: &webrtc.Chosen{Track: 0, Codec: *video}, Audio: &webrtc.Chosen{Track: 1, Codec: *audio},
		Attach: func(x *webrtc.Session, v *egress.Viewer) {
			if err := s.fanout.Attach(x.Context(), v); err != nil {
				t.Error(err)
			}
			s.attached <- v
		},
		Detach:   func(_ *webrtc.Session, v *egress.Viewer) { s.fanout.Detach(v) },
		Feedback: func(v *egress.Viewer, said egress.Feedback) { s.fanout.Feedback(v, said) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func receive(t *testing.T, from <-chan *rtp.Packet) *rtp.Packet {
	t.Helper()
	select {
	case p := <-from:
		return p
	case <-time.After(10 * time.Second):
		t.Fatal("no packet within 10 s")
		return nil
	}
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
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
