package party

import (
	"maps"
	"testing"

	pion "github.com/pion/webrtc/v4"

	"avhub/media/mediatest"
)

// A page that comes back begins with what it has at once, which may be sound alone, and
// offers pictures a moment later.
func TestPicturesAreOfferedLater(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	judge := h.comes("judge")
	judge.negotiates("")
	judge.sends()
	pub, err := mediatest.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pub.PC.Close() })
	member, err := h.party.Member("lawyer")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan pion.RTPCodecType, 2)
	pub.PC.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) { came <- track.Kind() })
	wishes := map[string]Wish{}
	for _, kind := range []pion.RTPCodecType{pion.RTPCodecTypeAudio, pion.RTPCodecTypeVideo} {
		way, err := pub.PC.AddTransceiverFromKind(kind, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly})
		if err != nil {
			t.Fatal(err)
		}
		offer, err := pub.Offer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wishes[way.Mid()] = Wish{"judge", High}
		answer, err := member.Offer(offer, nil, maps.Clone(wishes), true)
		if err != nil {
			t.Fatal(err)
		}
		if err := pub.Accept(answer); err != nil {
			t.Fatal(err)
		}
		if got := <-came; got != kind {
			t.Errorf("%s has come, not %s", got, kind)
		}
	}
}
