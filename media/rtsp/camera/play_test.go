package camera

import (
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"

	"avhub/media/packet"
)

// captured is the wall-clock time that an RTP timestamp stands for: these
// cameras count from 1970. It is the one next to now.
func captured(stamp uint32, rate int, now time.Time) time.Time {
	ticks := now.Unix()*int64(rate) + int64(now.Nanosecond())*int64(rate)/int64(time.Second)
	return now.Add(time.Duration(int32(stamp-uint32(ticks))) * time.Second / time.Duration(rate))
}

// The picture's number, its RTP time and the wall clock are one: who reads the
// number knows how old the picture is.
func TestAPictureShowsWhenItWasTaken(t *testing.T) {
	t.Parallel()
	s := start(t, Options{}, "yard")
	for name, transport := range map[string]gortsplib.Transport{"tcp": gortsplib.TransportTCP, "udp": gortsplib.TransportUDP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watch(t, s.URL("yard"), transport)
			all := fromKeyframe(t, frames(t, packet.H264, w.await(packet.H264, 36)))
			now := time.Now()
			shown := numbers(t, pictures(t, all))
			if len(shown) != len(all) {
				t.Fatalf("%d of %d pictures can be decoded", len(shown), len(all))
			}
			for i, n := range shown {
				at := captured(all[i].RTP, 90000, now)
				place := time.Duration(at.UnixNano() % int64(time.Minute))
				if want := int((place*15 + time.Second/2) / time.Second); n != want {
					t.Errorf("a picture of second %v shows %d, not %d", place, n, want)
				}
			}
			if age := now.Sub(captured(all[len(all)-1].RTP, 90000, now)); age < -10*time.Millisecond || age > time.Second {
				t.Errorf("the last picture is %v old", age)
			}
		})
	}
}

// Where the clip begins again its times go on in the same step.
func TestTheLoopHasNoSeam(t *testing.T) {
	t.Parallel()
	channels, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range channels {
		for _, clip := range []*Clip{c.Main, c.Sub} {
			for _, track := range []*Track{clip.Video, clip.Audio} {
				walk := newCursor(track, clip.Length)
				if late := time.Until(walk.due()); late > 200*time.Millisecond || late < -200*time.Millisecond {
					t.Errorf("%s %s: the first sample is due in %v", c.Name, track.Kind, late)
				}
				last := walk.due()
				walk.next()
				step := walk.due().Sub(last)
				for range len(track.Samples) {
					last = walk.due()
					walk.next()
					if d := walk.due().Sub(last); d-step > time.Millisecond || step-d > time.Millisecond {
						t.Fatalf("%s %s: sample %d comes %v after the one before, not %v", c.Name, track.Kind, walk.i, d, step)
					}
				}
			}
		}
	}
}
