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
	for begin := time.Now(); len(heard) < 3*8000; {
		piece, err := tap.Next(t.Context(), buf)
		if err != nil {
			t.Fatal(err)
		}
		buf = piece.Data
		if err := talk.Write(piece.Data); err != nil {
			t.Fatal(err)
		}
		heard = append(heard, l.Heard()...)
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("only %d samples are heard", len(heard))
		}
	}
	heard = heard[2*8000:]
	for id, hz := range tones {
		var sum float64
		for i := range 25 { // short pieces: a delay that changes bends the tone by up to 0.4 %
			sum += loudness(heard[i*320:(i+1)*320], hz) / 25
		}
		t.Logf("%s: %.0f %+v", id, sum, room.Voices())
		if own := id == "camera"; own && sum > 150 || !own && math.Abs(sum-8000) > 800 {
			t.Errorf("%s is heard at %.0f", id, sum)
		}
	}
}
