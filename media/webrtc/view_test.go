package webrtc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/mediatest"
	"avhub/media/packet"
	"avhub/media/webrtc"
)

// pictures puts received packets together again.
func pictures(t *testing.T, from <-chan *rtp.Packet, n int) []packet.Frame {
	t.Helper()
	u := packet.NewUnpacker(packet.H264, packet.AACConfig{})
	var frames []packet.Frame
	var last uint16
	for first := true; len(frames) < n; first = false {
		p := receive(t, from)
		if !first && p.SequenceNumber != last+1 {
			t.Fatalf("packet %d follows %d", p.SequenceNumber, last)
		}
		last = p.SequenceNumber
		got, err := u.Push(p.Timestamp, p.Marker, 0, p.Payload)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, got...)
	}
	return frames
}

func TestViewerGetsKeyframeAtOnceAndEveryPictureAfter(t *testing.T) {
	overBoth(t, viewerGetsKeyframeAtOnceAndEveryPictureAfter)
}

func viewerGetsKeyframeAtOnceAndEveryPictureAfter(t *testing.T, s *webrtc.Server) {
	stage := newStage(t, 100) // 4 s from keyframe to keyframe
	await(t, "half a group", func() bool { units, _ := stage.camera.Stream.Group(); return len(units) > 100 })
	b := newBrowser(t, pion.SettingEngine{})
	session := stage.view(t, s, b.offer(t))
	b.accept(t, session.Answer())

	frames := pictures(t, b.video, 120)
	if !frames[0].Keyframe {
		t.Error("the first picture is no keyframe")
	}
	first := mediatest.Number(frames[0].Data[len(frames[0].Data)-1])
	for i, f := range frames {
		if got := mediatest.Number(f.Data[len(f.Data)-1]); got != first+i {
			t.Fatalf("picture %d is number %d, want %d", i, got, first+i)
		}
		if i > 0 && int32(f.RTP-frames[i-1].RTP) <= 0 {
			t.Fatalf("picture %d: timestamp goes back", i)
		}
	}
	if p := receive(t, b.audio); len(p.Payload) != 160 {
		t.Errorf("sound of %d bytes", len(p.Payload))
	}
}

func TestViewerOverTCP(t *testing.T) { overBoth(t, viewerOverTCP) }

func viewerOverTCP(t *testing.T, s *webrtc.Server) {
	stage := newStage(t, 25)
	var settings pion.SettingEngine
	settings.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeTCP4})
	b := newBrowser(t, settings)
	session := stage.view(t, s, b.offer(t))
	b.accept(t, session.Answer())
	pictures(t, b.video, 30)
}

func TestLostPacketIsSentAgain(t *testing.T) { overBoth(t, lostPacketIsSentAgain) }

func lostPacketIsSentAgain(t *testing.T, s *webrtc.Server) {
	stage := newStage(t, 25)
	b := newBrowser(t, pion.SettingEngine{})
	session := stage.view(t, s, b.offer(t))
	b.accept(t, session.Answer())
	p := receive(t, b.video)
	viewer := <-stage.attached
	nack := &rtcp.TransportLayerNack{MediaSSRC: p.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{p.SequenceNumber})}
	if err := b.pc.WriteRTCP([]rtcp.Packet{nack}); err != nil {
		t.Fatal(err)
	}
	// SRTP drops what came twice: the browser has it already, so the hub's count is looked at.
	await(t, "a resent packet", func() bool { st := viewer.Stats(); return st.NACKs == 1 && st.Resent == 1 })
}

func TestRestartOfICEKeepsTheMediaFlowing(t *testing.T) {
	overBoth(t, restartOfICEKeepsTheMediaFlowing)
}

func restartOfICEKeepsTheMediaFlowing(t *testing.T, s *webrtc.Server) {
	stage := newStage(t, 25)
	b := newBrowser(t, pion.SettingEngine{})
	session := stage.view(t, s, b.offer(t))
	b.accept(t, session.Answer())
	receive(t, b.video)
	etag := session.ETag()

	offer := b.describe(t, &pion.OfferOptions{ICERestart: true})
	answer, err := session.Patch("*", &webrtc.Fragment{Ufrag: offer.Ufrag, Pwd: offer.Pwd})
	if err != nil {
		t.Fatal(err)
	}
	if session.ETag() == etag || !strings.Contains(answer, strings.Trim(session.ETag(), `"`)) {
		t.Errorf("etag %s after %s, fragment:\n%s", session.ETag(), etag, answer)
	}
	b.accept(t, session.Answer())
	// Until the browser has found its way again it drops what still comes the old one.
	await(t, "the new way", func() bool { return b.pc.ICEConnectionState() == pion.ICEConnectionStateConnected })
	for len(b.video) > 0 {
		<-b.video
	}
	pictures(t, b.video, 50)
}

func TestTrickleUnderAnOldETagIsRefused(t *testing.T) { overBoth(t, trickleUnderAnOldETagIsRefused) }

func trickleUnderAnOldETagIsRefused(t *testing.T, s *webrtc.Server) {
	stage := newStage(t, 25)
	b := newBrowser(t, pion.SettingEngine{})
	session := stage.view(t, s, b.offer(t))
	fragment := &webrtc.Fragment{Candidates: []string{"1 1 udp 1 127.0.0.1 9 typ host"}}
	if _, err := session.Patch(`"old"`, fragment); !errors.Is(err, webrtc.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	if _, err := session.Patch(session.ETag(), fragment); err != nil {
		t.Error(err)
	}
}

func TestSessionsLeaveNothingBehind(t *testing.T) { overBoth(t, sessionsLeaveNothingBehind) }

func sessionsLeaveNothingBehind(t *testing.T, s *webrtc.Server) {
	stage := newStage(t, 25)
	for range 20 {
		b := newBrowser(t, pion.SettingEngine{})
		session := stage.view(t, s, b.offer(t))
		b.accept(t, session.Answer())
		receive(t, b.video)
		session.Close()
		<-session.Done()
	}
	if n := len(s.Sessions()); n != 0 {
		t.Errorf("%d sessions left", n)
	}
	if n := stage.fanout.Viewers(); n != 0 {
		t.Errorf("%d viewers left", n)
	}
}

func TestBrowserThatVanishesIsNoticed(t *testing.T) { overBoth(t, browserThatVanishesIsNoticed) }

func browserThatVanishesIsNoticed(t *testing.T, s *webrtc.Server) {
	stage := newStage(t, 25)
	b := newBrowser(t, pion.SettingEngine{})
	session := stage.view(t, s, b.offer(t))
	b.accept(t, session.Answer())
	receive(t, b.video)
	if err := b.pc.Close(); err != nil { // says goodbye by DTLS
		t.Fatal(err)
	}
	await(t, "the session's end", func() bool { return session.Reason() != nil })
}
