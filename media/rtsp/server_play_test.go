package rtsp

import (
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"

	"avhub/media"
	"avhub/media/mediatest"
	"avhub/media/packet"
)

// film opens a camera on a door's stream.
func (d *door) film(path string, gop, size int, sound bool) *mediatest.Camera {
	d.t.Helper()
	c, err := mediatest.Open(d.stream(path), gop, size, sound)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func write(t *testing.T, c *mediatest.Camera, pictures int) {
	t.Helper()
	if err := c.Pictures(pictures); err != nil {
		t.Fatal(err)
	}
}

// A player who comes in the middle begins with the last keyframe and its
// parameter sets, and then has every picture.
func TestAPlayerBeginsWithTheLastKeyframe(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]gortsplib.Transport{"tcp": gortsplib.TransportTCP, "udp": gortsplib.TransportUDP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDoor(t, ServerOptions{}, "hall")
			c := d.film("hall", 25, 3000, true)
			write(t, c, 60)
			g := enter(t, d.url("hall"), transport)
			g.await("H264", 10)
			write(t, c, 5)
			eventually(t, 30*time.Second, "fifteen pictures", func() bool { return len(g.pictures()) == 15 })
			for i, p := range g.pictures() {
				if n := mediatest.Number(p.Data[len(p.Data)-1]); n != 50+i || p.Keyframe != (i == 0) {
					t.Errorf("picture %d is number %d, a keyframe: %t", i, n, p.Keyframe)
				}
			}
			if first := g.pictures()[0]; !packet.FindParamSets(packet.H264, first.Data).Complete(packet.H264) {
				t.Error("it comes without parameter sets")
			}
			for i, p := range g.await("G711", 30) {
				if i > 0 && p.Timestamp-g.have("G711")[i-1].Timestamp != 160 {
					t.Errorf("sound packet %d is %d ticks after the one before", i, p.Timestamp-g.have("G711")[i-1].Timestamp)
				}
			}
		})
	}
}

// Sender reports say when a unit was captured by the hub's best estimate, so
// that players put sound and picture together as they were.
func TestReportsCarryTheTimeOfCapture(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{}, "hall")
	c := d.film("hall", 25, 1000, true)
	r := d.stream("hall").Subscribe(media.ReaderOptions{})
	defer r.Close()
	write(t, c, 3)
	g := enter(t, d.url("hall"), gortsplib.TransportTCP)
	eventually(t, 30*time.Second, "a report for each track", func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return len(g.reports) >= 2
	})
	captured := map[uint32]time.Time{}
	for {
		u, _, err := r.Poll()
		if err != nil {
			t.Fatal(err)
		}
		if u == nil {
			break
		}
		captured[u.Stamp] = u.UTC
	}
	for _, report := range g.reports {
		want, ok := captured[report.RTPTime]
		sec, frac := report.NTPTime>>32, report.NTPTime&0xffffffff
		got := time.Unix(int64(sec)-2208988800, int64(frac*1e9>>32))
		if d := got.Sub(want); !ok || d > time.Microsecond || d < -time.Microsecond {
			t.Errorf("a report says %v, the unit was captured at %v (%t)", got, want, ok)
		}
	}
}

func TestAPlayerGetsWhatItSetUp(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{}, "hall")
	c := d.film("hall", 25, 1000, true)
	write(t, c, 3)
	sound := enter(t, d.url("hall"), gortsplib.TransportTCP, description.MediaTypeAudio)
	picture := enter(t, d.url("hall"), gortsplib.TransportTCP, description.MediaTypeVideo)
	write(t, c, 5)
	sound.await("G711", 10)
	picture.await("H264", 5)
	if n := len(sound.have("H264")) + len(picture.have("G711")); n > 0 {
		t.Errorf("%d packets came that nobody asked for", n)
	}
}

func TestPlayersAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{}, "hall", "empty")
	write(t, d.film("hall", 25, 1000, false), 3)
	for path, want := range map[string]base.StatusCode{
		"hall": 200, "nowhere": 404, "asleep": 503, "empty": 404, "hall/../../etc": 404, "%00": 404,
	} {
		_, err := knock(t, d.url(path), gortsplib.TransportTCP)
		if got := statusOf(t, err); got != want {
			t.Errorf("%s is answered %d, not %d", path, got, want)
		}
	}
	g, err := knock(t, d.url("hall"), gortsplib.TransportUDPMulticast)
	if err != nil {
		t.Fatal(err)
	}
	if got := statusOf(t, g.c.SetupAll(g.desc.BaseURL, g.desc.Medias)); got != base.StatusUnsupportedTransport {
		t.Errorf("multicast is answered %d", got)
	}
	if _, err := enter(t, d.url("hall"), gortsplib.TransportTCP).c.Pause(); statusOf(t, err) != base.StatusMethodNotAllowed {
		t.Errorf("a pause of what is live: %v", err)
	}
}

// Players are sent away, to come back and be told anew, when the source comes
// back with other tracks or is closed; what they held is given back.
func TestPlayersEndWithTheirStream(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(d *door, c *mediatest.Camera){
		"other tracks": func(d *door, c *mediatest.Camera) { c.Feed.Close(); d.film("hall", 25, 1000, false) },
		"closed":       func(d *door, _ *mediatest.Camera) { d.stream("hall").Close() },
		"server":       func(d *door, _ *mediatest.Camera) { d.Close(); d.Close() },
		"player":       nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDoor(t, ServerOptions{}, "hall")
			c := d.film("hall", 25, 1000, true)
			write(t, c, 3)
			g := enter(t, d.url("hall"), gortsplib.TransportTCP)
			g.await("H264", 3)
			if d.Players() != 1 || d.inUse() != 1 {
				t.Errorf("%d players, %d streams in use", d.Players(), d.inUse())
			}
			if end == nil {
				g.c.Close()
			} else {
				end(d, c)
			}
			select {
			case <-g.ended:
			case <-time.After(5 * time.Second):
				t.Fatal("the player goes on")
			}
			eventually(t, 30*time.Second, "nothing is kept", func() bool { return d.kept() == 0 && d.inUse() == 0 && d.Players() == 0 })
			if n := d.stream("hall").Readers(); n != 0 {
				t.Errorf("%d readers are left", n)
			}
		})
	}
}

// An encoder that goes and comes back with the same tracks: the player stays.
func TestAPlayerStaysWhenTheSourceComesBack(t *testing.T) {
	t.Parallel()
	d := openDoor(t, ServerOptions{}, "hall")
	c := d.film("hall", 25, 1000, true)
	write(t, c, 3)
	g := enter(t, d.url("hall"), gortsplib.TransportTCP)
	g.await("H264", 3)
	c.Feed.Close()
	again := d.film("hall", 25, 1000, true)
	write(t, again, 4)
	g.await("H264", 7)
	g.pictures() // numbers go on without a gap
}
