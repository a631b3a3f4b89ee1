package signaling_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pion/opus"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/mediatest"
	"avhub/media/party"
	"avhub/rooms"
	"avhub/rooms/chamber"
)

// hearer receives the mix of a room, and measures tones in it.
type hearer struct{ tones [2]atomic.Int64 } // the loudest of clerkTone and partyTone so far, of 32767

// hearsMix connects somebody who says nothing and takes the room as one sound.
func (v *visitor) hearsMix() *hearer {
	v.Helper()
	x := &hearer{}
	pub, err := mediatest.NewWatcher()
	if err != nil {
		v.Fatal(err)
	}
	v.Cleanup(func() { _ = pub.PC.Close() })
	way, err := pub.PC.AddTransceiverFromKind(pion.RTPCodecTypeAudio, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly})
	if err != nil {
		v.Fatal(err)
	}
	pub.PC.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) {
		d, err := opus.NewDecoderWithOutput(8000, 1)
		if err != nil {
			v.Error(err)
			return
		}
		var heard []int16
		pcm := make([]int16, 960)
		for {
			q, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			n, err := d.DecodeToInt16(q.Payload, pcm)
			if err != nil {
				v.Error(err)
				return
			}
			if heard = append(heard, pcm[:n]...); len(heard) >= 4000 {
				for i, hz := range []float64{clerkTone, partyTone} {
					x.tones[i].Store(max(x.tones[i].Load(), int64(toneIn(heard, hz))))
				}
				heard = heard[:0]
			}
		}
	})
	offer, err := pub.Offer(v.Context())
	if err != nil {
		v.Fatal(err)
	}
	m := v.says(map[string]any{"type": "offer", "sdp": offer, "receives": []map[string]string{{"mid": way.Mid(), "stream": party.MixID}}})
	if m.Type != "answer" {
		v.Fatalf("%s", m.raw)
	}
	if err := pub.Accept(m.SDP); err != nil {
		v.Fatal(err)
	}
	return x
}

// However many of the public listen, the room is added up once, and coded once; who speaks
// and takes it so hears it without themselves. Nobody hears it who waits at the door.
func TestOneMixForManyListeners(t *testing.T) {
	t.Parallel()
	s := newSitting(t)
	_, cookie := s.guest("张三", rooms.PartPlaintiff)
	var public []*visitor
	s.order("prepare")
	clerk, speaks := s.comes(s.b.clerk, "", ""), s.comes("", cookie, "")
	clerk.of("welcome")
	speaks.of("welcome")
	clerk.command(chamber.Command{Kind: chamber.AdmitAll})
	speaks.until("in", func(m said) bool { return place(m) == chamber.Inside })
	for i := range 6 {
		_, cookie := s.guest(fmt.Sprintf("旁听%d", i), rooms.PartGallery)
		v := s.comes("", cookie, "")
		if m := v.of("welcome"); place(m) != chamber.Waiting || strings.Contains(m.raw, party.MixID) {
			t.Errorf("%s", m.raw)
		}
		public = append(public, v)
	}
	s.order("open")
	var listen []*hearer
	for _, v := range public {
		v.until("in", func(m said) bool { return place(m) == chamber.Inside })
		listen = append(listen, v.hearsMix())
	}
	await(t, "all of the public take one mix", func() bool { return s.h.meets.Sound().Listeners == len(public) })
	if sound := s.h.meets.Sound(); sound.Mixes != 1 {
		t.Errorf("%+v", sound)
	}
	clerk.speaks(clerkTone, party.MixID)
	speaks.speaks(partyTone, party.MixID)
	for i, x := range listen {
		await(t, fmt.Sprintf("listener %d hears both", i), func() bool { return x.tones[0].Load() > 1500 && x.tones[1].Load() > 1500 })
	}
	await(t, "two who speak have one each, without themselves", func() bool {
		sound := s.h.meets.Sound()
		return sound.Listeners == len(public)+2 && sound.Mixes == 3
	})
	if sound := s.h.meets.Sound(); sound.Voices != 2 {
		t.Errorf("%+v", sound)
	}
	s.order("adjourn") // the public goes out
	await(t, "the public takes none any more", func() bool { return s.h.meets.Sound().Listeners == 2 })
}
