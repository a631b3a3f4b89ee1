package relay_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/mediatest"
	"avhub/media/relay"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
)

// newRelay is a relay with one source, field-1, that waits for a publisher.
func newRelay(t *testing.T) (*relay.Relay, *sources.Line) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	set := sources.New(sources.Options{})
	t.Cleanup(set.Close)
	if err := set.Put(sources.Config{ID: "field-1"}); err != nil {
		t.Fatal(err)
	}
	line, err := set.Line("field-1", sources.Main)
	if err != nil {
		t.Fatal(err)
	}
	browsers, err := webrtc.NewServer(webrtc.Options{Listen: "127.0.0.1:0", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := browsers.Close(); err != nil {
			t.Error(err)
		}
	})
	transcoder := transcode.New(transcode.Options{Log: log})
	t.Cleanup(func() {
		if err := transcoder.Close(); err != nil {
			t.Error(err)
		}
	})
	return relay.New(relay.Options{Sources: set, WebRTC: browsers, Transcoder: transcoder, Log: log}), line
}

// publish makes a browser publish to field-1.
func publish(t *testing.T, r *relay.Relay) *mediatest.Publisher {
	t.Helper()
	p, err := mediatest.NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.PC.Close() })
	text, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	session, err := r.Publish("field-1", parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Accept(session.Answer()); err != nil {
		t.Fatal(err)
	}
	return p
}

func parse(t *testing.T, text string) *webrtc.Offer {
	t.Helper()
	offer, err := webrtc.ParseOffer(text)
	if err != nil {
		t.Fatal(err)
	}
	return offer
}

// viewer watches field-1 and tells of the keyframes that it gets.
type viewer struct {
	pc        *pion.PeerConnection
	ssrc      chan uint32 // once, with the first packet
	keyframes chan time.Time
}

func watch(t *testing.T, r *relay.Relay) *viewer {
	t.Helper()
	m, settings := &pion.MediaEngine{}, pion.SettingEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	settings.SetIncludeLoopbackCandidate(true)
	pc, err := pion.NewAPI(pion.WithMediaEngine(m), pion.WithSettingEngine(settings), pion.WithInterceptorRegistry(&interceptor.Registry{})).
		NewPeerConnection(pion.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	v := &viewer{pc: pc, ssrc: make(chan uint32, 1), keyframes: make(chan time.Time, 1000)}
	pc.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) { v.read(track) })
	if _, err := pc.AddTransceiverFromKind(pion.RTPCodecTypeVideo, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := pion.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	view, err := r.Watch(t.Context(), "field-1", relay.Wish{Quality: relay.Auto}, parse(t, pc.LocalDescription().SDP))
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: view.Session.Answer()}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *viewer) read(track *pion.TrackRemote) {
	v.ssrc <- uint32(track.SSRC())
	for {
		p, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if startsKeyframe(p) {
			v.keyframes <- time.Now()
		}
	}
}

// startsKeyframe looks for the first fragment of an IDR picture (RFC 6184
// section 5.8): all that mediatest.Publisher makes are that large.
func startsKeyframe(p *rtp.Packet) bool {
	return len(p.Payload) > 1 && p.Payload[0]&0x1f == 28 && p.Payload[1] == 0x85
}

// A viewer that cannot decode asks for a keyframe; a browser that publishes
// makes one only when asked.
func TestAViewersWishForAKeyframeReachesThePublisher(t *testing.T) {
	t.Parallel()
	r, line := newRelay(t)
	p := publish(t, r)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	defer running.Wait()
	defer stop()
	waitLive(t, line)

	v := watch(t, r)
	ssrc := within(t, 30*time.Second, "packet", v.ssrc)
	within(t, 30*time.Second, "keyframe to begin with", v.keyframes)
	var last time.Time
	for range 3 {
		wished := time.Now()
		at := v.wish(t, ssrc)
		if took := at.Sub(wished); took > 2500*time.Millisecond {
			t.Errorf("it came %s after the wish: that is the one that comes anyway", took)
		}
		// The one before may have been seen late on a busy machine.
		if !last.IsZero() && at.Sub(last) < 600*time.Millisecond {
			t.Errorf("keyframes %s apart: a publisher is asked once a second at most", at.Sub(last))
		}
		last = at
	}
}

// wish asks for a keyframe, again and again as browsers do, until one comes.
func (v *viewer) wish(t *testing.T, ssrc uint32) time.Time {
	t.Helper()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	limit := time.After(30 * time.Second)
	for {
		if err := v.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}); err != nil {
			t.Fatal(err)
		}
		select {
		case at := <-v.keyframes:
			return at
		case <-again.C:
		case <-limit:
			t.Fatal("no keyframe within 30 s of the wish")
		}
	}
}

// waitLive waits until the first keyframe of the publisher is there.
func waitLive(t *testing.T, line *sources.Line) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for line.Stream().LastKeyframe() == nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the publisher is not live")
		}
	}
}

func within[T any](t *testing.T, limit time.Duration, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(limit):
		t.Fatalf("no %s within %s", what, limit)
		panic("unreachable")
	}
}
