package party

import (
	"encoding/binary"
	"testing"

	"github.com/pion/rtp"

	"avhub/media/mediatest"
	"avhub/media/packet"
)

// paced is how many packets the hub's clock needs to find a sender's pace, at most: until
// then it may put one of them right by 20 ms.
const paced = 150

// counted is a voice whose n-th frame holds n.
func counted() func() ([]byte, uint8) {
	n := uint32(0)
	return func() ([]byte, uint8) {
		n++
		return binary.BigEndian.AppendUint32([]byte{0xf8}, n), 40
	}
}

func numberIn(frame []byte) int { return int(binary.BigEndian.Uint32(frame[1:])) }

// Sound is sent twice to whoever takes it so, whether its sender has sent it so or not, and
// once to the others: with every 5th packet lost on the way nothing is missing.
func TestSoundIsSentTwice(t *testing.T) {
	t.Parallel()
	for name, sender := range map[string]func() (*mediatest.Publisher, error){"from a sender that sends once": mediatest.NewPublisher, "from one that sends twice": mediatest.NewRedundant} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			speaker, modern, plain := h.comesBy("speaker", sender), h.comesBy("modern", mediatest.NewRedundant), h.comes("plain")
			speaker.Voice = counted()
			speaker.negotiates("")
			speaker.sends()
			for _, p := range []*person{modern, plain} {
				p.negotiates("speaker")
				p.sends()
			}
			for _, q := range plain.gets("sound", plain.audio, 100) {
				if q.PayloadType != 111 || len(q.Payload) != 5 {
					t.Fatalf("who does not know redundant audio gets payload type %d, %d octets", q.PayloadType, len(q.Payload))
				}
			}
			modern.gets("sound", modern.audio, paced)
			heard := map[int]bool{}
			var first, last, alone int
			for i, q := range modern.gets("sound", modern.audio, 200) {
				if q.PayloadType != 63 {
					t.Fatalf("who knows redundant audio gets payload type %d", q.PayloadType)
				}
				if i > 0 && i%5 == 0 {
					continue // lost
				}
				frames := framesOf(t, q)
				for k, frame := range frames {
					heard[numberIn(frame)] = true
					if last = numberIn(frame); first == 0 && k == 0 {
						first = last
					}
				}
				if len(frames) == 1 { // the hub's clock was put back by as much as a frame
					alone++
					heard[last-1] = true
				}
			}
			if alone > 4 {
				t.Errorf("%d packets came with one frame alone", alone)
			}
			for n := first; n <= last; n++ {
				if !heard[n] {
					t.Errorf("frame %d of %d to %d is missing", n, first, last)
				}
			}
		})
	}
}

func framesOf(t *testing.T, q *rtp.Packet) (frames [][]byte) {
	t.Helper()
	blocks, err := packet.ParseRED(nil, q.Payload)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range blocks {
		if back := len(blocks) - 1 - i; b.PayloadType != 111 || back == 0 && b.Offset != 0 || back == 1 && (b.Offset == 0 || b.Offset > 2*960) { // the hub's clock overrules the sender's by some ms
			t.Errorf("block %d of %d: %+v", i, len(blocks), b)
		}
		frames = append(frames, b.Data)
	}
	return frames
}

// What is lost on the way to the hub is taken from the packet after it: the stream, and so
// recorder and transcriber, has all frames, each once and as Opus.
func TestLostSoundIsMadeGood(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	speaker := h.comesBy("speaker", mediatest.NewRedundant)
	listener := h.comes("listener")
	speaker.Voice = counted()
	speaker.LoseSound = func(n int) bool { return n%3 == 0 }
	speaker.negotiates("")
	speaker.sends()
	listener.negotiates("speaker")
	listener.sends()
	packets := listener.gets("sound", listener.audio, 150)
	for i, q := range packets[1:] {
		if n := numberIn(q.Payload); n != numberIn(packets[i].Payload)+1 || len(q.Payload) != 5 {
			t.Fatalf("frame %d at %d follows %d at %d", n, q.Timestamp, numberIn(packets[i].Payload), packets[i].Timestamp)
		}
	}
	if track := h.party.Publication("speaker").main.Stats()[1]; track.Lost > 0 || track.Kind != packet.Opus {
		t.Errorf("%s, %d frames are missing in the stream", track.Kind, track.Lost)
	}
}

// A sender that is silent is so on the other side, too (DTX): no packet is made up for it,
// and what was before the pause is not said again after it.
func TestSilenceStaysSilent(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	speaker, listener := h.comesBy("speaker", mediatest.NewRedundant), h.comesBy("listener", mediatest.NewRedundant)
	voice, calls := counted(), 0
	speaker.Voice = func() ([]byte, uint8) {
		if calls++; calls%50 >= 25 { // half a second of each
			return nil, 127
		}
		return voice()
	}
	speaker.negotiates("")
	speaker.sends()
	listener.negotiates("speaker")
	listener.sends()
	packets := listener.gets("sound", listener.audio, paced+70)[paced:]
	pauses := 0
	for i, q := range packets[1:] {
		frames := framesOf(t, q)
		n := numberIn(frames[len(frames)-1])
		if was := framesOf(t, packets[i]); n != numberIn(was[len(was)-1])+1 {
			t.Errorf("frame %d does not follow", n)
		}
		if q.Timestamp-packets[i].Timestamp > 2*960 {
			if pauses++; len(frames) != 1 {
				t.Errorf("after a pause frame %d comes with one from before it", n)
			}
		}
	}
	if pauses == 0 {
		t.Error("there was no pause")
	}
}
