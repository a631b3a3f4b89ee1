package rtsp

import (
	"math"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/mix"
	"avhub/media/packet"
	"avhub/media/rtsp/camera"
)

// The room at the camera's loudspeaker: everybody's voice but that of the microphone
// beside it, from streams of sound to the sound in the room.
func TestTheRoomIsHeardAtItsLoudspeakers(t *testing.T) {
	t.Parallel()
	s, l := speakers(t, camera.Options{User: "admin", Password: "secret"})
	room := mix.NewConsole(mix.Options{Name: "room"})
	defer room.Close()
	tones := map[string]float64{"judge": 500, "lawyer": 850, "camera": 1300}
	for id, hz := range tones {
		stream := media.NewStream(id)
		defer stream.Close()
		feed, err := stream.Open([]media.Track{{Kind: packet.PCMU, ClockRate: 8000, SampleRate: 8000, Channels: 1}})
		if err != nil {
			t.Fatal(err)
		}
		end, ended := make(chan struct{}), make(chan struct{})
		defer func() { close(end); <-ended }()
		go func() {
			defer close(ended)
			begin := time.Now()
			for voice := (&tone{kind: packet.PCMU, hz: hz}); ; {
				stamp := uint32(voice.n)
				_ = feed.Packet(0, media.Packet{Payload: voice.next(), RTP: stamp, Arrived: time.Now()})
				select {
				case <-time.After(time.Until(begin.Add(time.Duration(voice.n) * time.Second / 8000))):
				case <-end:
					return
				}
			}
		}()
		if err := room.Add(id, stream); err != nil {
			t.Fatal(err)
		}
	}
	talk, err := OpenTalk(t.Context(), TalkOptions{URL: s.URL("court-3")})
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	form := map[packet.Kind]mix.Form{packet.PCMA: mix.PCMA, packet.PCMU: mix.PCMU}[talk.Kind()]
	tap, err := room.Tap(form, "camera")
	if err != nil {
		t.Fatal(err)
	}
	defer tap.Close()
	var heard []int16
	var buf []byte
	level := func(hz float64) (sum float64) {
		for i := range 25 { // short pieces: a delay that changes bends the tone by up to 0.4 %
			sum += loudness(heard[i*320:(i+1)*320], hz) / 25
		}
		return sum
	}
	// A busy machine needs a while: what counts is a second in which all is as it should be.
	deadline := time.Now().Add(time.Minute)
	for {
		heard = heard[:0]
		for len(heard) < 8000 {
			piece, err := tap.Next(t.Context(), buf)
			if err != nil {
				t.Fatal(err)
			}
			buf = piece.Data
			if err := talk.Write(piece.Data); err != nil {
				t.Fatal(err)
			}
			heard = append(heard, l.Heard()...)
		}
		judge, lawyer, own := level(tones["judge"]), level(tones["lawyer"]), level(tones["camera"])
		if own > 500 {
			t.Errorf("the camera hears itself at %.0f", own)
		}
		if math.Abs(judge-8000) < 800 && math.Abs(lawyer-8000) < 800 && own < 150 {
			t.Logf("judge %.0f, lawyer %.0f, itself %.0f of 8000", judge, lawyer, own)
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("judge %.0f, lawyer %.0f, itself %.0f: %+v", judge, lawyer, own, room.Voices())
		}
	}
}
