package webrtc_test

import (
	"slices"
	"strings"
	"testing"

	pion "github.com/pion/webrtc/v4"

	"avhub/media/egress"
	"avhub/media/packet"
	"avhub/media/webrtc"
)

// A wall shows pictures as they come: each packet of the picture tells the browser to hold
// none back, in the header extension that its offer names for that.
func TestABrowserIsToldToHoldNoPictureBack(t *testing.T) {
	t.Parallel()
	const named = "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n"
	stage, s := newStage(t, 25), server(t, "127.0.0.1:0")
	b := newBrowser(t, pion.SettingEngine{})
	if _, err := b.pc.AddTransceiverFromKind(pion.RTPCodecTypeVideo, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(b.describe(t, nil).SDP, "a=rtcp-mux\r\n", "a=rtcp-mux\r\n"+named, 1)
	offer, err := webrtc.ParseOffer(text)
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.View(offer, webrtc.ViewOptions{
		Video: &webrtc.Chosen{Codec: *offer.Find(packet.H264, "42c0")},
		Delay: &webrtc.Delay{},
		Attach: func(x *webrtc.Session, v *egress.Viewer) {
			if err := stage.fanout.Attach(x.Context(), v); err != nil {
				t.Error(err)
			}
		},
		Detach:   func(_ *webrtc.Session, v *egress.Viewer) { stage.fanout.Detach(v) },
		Feedback: func(v *egress.Viewer, said egress.Feedback) { stage.fanout.Feedback(v, said) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(session.Answer(), named) {
		t.Errorf("the answer does not agree to it:\n%s", session.Answer())
	}
	b.accept(t, session.Answer())
	for range 100 {
		if got := receive(t, b.video).GetExtension(5); !slices.Equal(got, []byte{0, 0, 0}) {
			t.Fatalf("from 0 to 0 ms is 000000, not %x", got)
		}
	}
}
