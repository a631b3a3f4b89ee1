package party

import (
	"context"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// sender sends VP8 pictures of one packet each, by a clock of its own.
type sender struct {
	layer string
	clock uint32
	byte  byte // what its pictures are full of
}

func (s sender) at(begin time.Time, after time.Duration, keyframe bool) media.Packet {
	frame := byte(1) // the lowest bit: no keyframe
	if keyframe {
		frame = 0
	}
	payload := []byte{0x10, frame, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, s.byte}
	return media.Packet{Payload: payload, RTP: s.clock + uint32(after.Seconds()*pictureRate), Marker: true, Arrived: begin.Add(after)}
}

// watching reads a stream's pictures: whose they are, and whether anything of them is missing.
func watching(t *testing.T, s *media.Stream) func() (whose byte, u *media.Unit) {
	t.Helper()
	r := s.Subscribe(media.ReaderOptions{})
	t.Cleanup(r.Close)
	return func() (byte, *media.Unit) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		u, _, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		last := u.Data[len(u.Data)-1]
		return last[len(last)-1], u
	}
}

// The whole layer does not come, comes, stays away, and comes again: there is a picture
// all the time, and its clock goes on.
func TestTheSmallLayerStandsInForTheWhole(t *testing.T) {
	t.Parallel()
	x := newPublication("p", "p", Camera, func() {})
	defer x.close()
	tracks := []media.Track{{Kind: packet.VP8, ClockRate: pictureRate}}
	for _, layer := range []string{whole, small} {
		if err := x.open(layer, tracks); err != nil {
			t.Fatal(err)
		}
	}
	asked := map[string]int{}
	for _, layer := range []string{whole, small} {
		x.pictures.askBy(layer, func() { asked[layer]++ })
	}
	next := watching(t, x.main)
	begin := time.Now()
	big, little := sender{whole, 4_000_000_000, 'w'}, sender{small, 77, 's'}
	send := func(s sender, after time.Duration, keyframe bool) {
		t.Helper()
		if err := x.packet(s.layer, true, s.at(begin, after, keyframe)); err != nil {
			t.Fatal(err)
		}
	}
	var last *media.Unit
	expect := func(whose byte, keyframe, damaged bool) {
		t.Helper()
		got, u := next()
		if got != whose || u.Keyframe != keyframe || u.Damaged != damaged {
			t.Fatalf("a picture of %c, keyframe %t, damaged %t", got, u.Keyframe, u.Damaged)
		}
		if last != nil {
			if step := time.Duration(u.PTS-last.PTS) * time.Second / pictureRate; (step - u.Arrived.Sub(last.Arrived)).Abs() > time.Millisecond {
				t.Fatalf("%v have passed, and its clock says %v", u.Arrived.Sub(last.Arrived), step)
			}
		}
		last = u
	}

	send(little, 0, true)                     // it is waited whether the whole one comes
	send(little, 300*time.Millisecond, false) // still
	send(little, 500*time.Millisecond, false) // no: from here on the small one stands in
	send(little, 600*time.Millisecond, true)  // the keyframe that was asked for
	if asked[small] != 1 {
		t.Fatalf("asked for %d keyframes", asked[small])
	}
	expect('s', false, true)
	expect('s', true, false)
	x.pictures.wantKeyframe(whole) // a viewer's wish goes to both
	if asked[small] != 2 || asked[whole] != 1 {
		t.Fatalf("asked %v", asked)
	}

	send(big, 700*time.Millisecond, true)
	send(little, 700*time.Millisecond, false)
	send(big, 800*time.Millisecond, false)
	expect('w', true, false)
	expect('w', false, false)

	send(little, 2200*time.Millisecond, false) // 1.4 s: patience
	send(little, 2400*time.Millisecond, false) // it stands in, in the middle of its pictures
	send(little, 2500*time.Millisecond, true)
	expect('s', false, true)
	expect('s', true, false)

	send(big, 9*time.Second, true)
	expect('w', true, false)
}

// Where there is no small layer, or the camera is off, nothing stands in.
func TestNothingStandsInForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	x := newPublication("p", "p", Camera, func() {})
	defer x.close()
	tracks := []media.Track{{Kind: packet.Opus, ClockRate: 48000, Channels: 2}}
	if err := x.open(whole, tracks); err != nil {
		t.Fatal(err)
	}
	little := sender{small, 1, 's'}
	if err := x.packet(small, true, little.at(time.Now(), time.Second, true)); err != nil {
		t.Fatal(err)
	}
	if u := x.main.Stats()[0].Packets; u != 0 {
		t.Errorf("%d packets", u)
	}
}
