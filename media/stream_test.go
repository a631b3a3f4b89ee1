package media_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/mediatest"
	"avhub/media/packet"
)

func open(t *testing.T, gop int, sound bool) *mediatest.Camera {
	t.Helper()
	camera, err := mediatest.Open(media.NewStream("test"), gop, 3000, sound)
	if err != nil {
		t.Fatal(err)
	}
	return camera
}

func write(t *testing.T, c *mediatest.Camera, n int) {
	t.Helper()
	if err := c.Pictures(n); err != nil {
		t.Fatal(err)
	}
}

// next returns the number of the next picture.
func next(t *testing.T, r *media.Reader) (int, media.Loss) {
	t.Helper()
	u, loss, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return mediatest.Number(u.Data[len(u.Data)-1]), loss
}

func TestReaderStartsAtTheLastKeyframe(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false)
	write(t, camera, 27)
	r := camera.Stream.Subscribe(media.ReaderOptions{FromKeyframe: true})
	for want := 20; want < 27; want++ {
		if got, _ := next(t, r); got != want {
			t.Fatalf("picture %d, want %d", got, want)
		}
	}
}

func TestReaderWithoutKeyframeStartsLive(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false)
	write(t, camera, 27)
	r := camera.Stream.Subscribe(media.ReaderOptions{})
	write(t, camera, 1)
	if got, _ := next(t, r); got != 27 {
		t.Errorf("picture %d, want 27", got)
	}
}

func TestKeyframesCarryTheirParameterSets(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false) // its pictures carry none: they stand in the description
	write(t, camera, 1)
	u := camera.Stream.LastKeyframe()
	if len(u.Data) != 3 || !bytes.Equal(u.Data[0], mediatest.SPS) || !bytes.Equal(u.Data[1], mediatest.PPS) {
		t.Errorf("keyframe of %d NAL units, want SPS, PPS, IDR", len(u.Data))
	}
	if got := camera.Stream.Stats()[0].Video; got.Width != 640 || got.Height != 360 {
		t.Errorf("%dx%d, want 640x360", got.Width, got.Height)
	}
}

func TestSlowReaderIsToldWhatItMissed(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false)
	write(t, camera, 1)
	slow := camera.Stream.Subscribe(media.ReaderOptions{FromKeyframe: true})
	fast := camera.Stream.Subscribe(media.ReaderOptions{FromKeyframe: true})
	seen, lost := 0, uint64(0)
	for range 500 {
		write(t, camera, 1)
		for {
			u, loss, err := fast.Poll()
			if err != nil {
				t.Fatal(err)
			}
			lost += loss.Units
			if u == nil {
				break
			}
			seen++
		}
	}
	if seen != 501 || lost != 0 {
		t.Errorf("fast reader: %d seen, %d lost; want 501, 0", seen, lost)
	}
	number, loss := next(t, slow)
	if loss.Units == 0 || number != int(loss.Units) {
		t.Errorf("slow reader: picture %d after %d lost", number, loss.Units)
	}
}

func TestReadersStayOverAReconnect(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, true)
	write(t, camera, 5)
	r := camera.Stream.Subscribe(media.ReaderOptions{Tracks: []int{0}})
	before := camera.Stream.LastKeyframe()
	camera.Feed.Close()

	again, err := mediatest.Open(camera.Stream, 10, 3000, true)
	if err != nil {
		t.Fatal(err)
	}
	again.Now = camera.Now.Add(7 * time.Second)
	write(t, again, 3)
	u, _, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !u.Keyframe {
		t.Error("the first picture after the reconnect is no keyframe")
	}
	if gap := time.Duration(u.PTS-before.PTS) * time.Second / 90000; (gap - 7200*time.Millisecond).Abs() > 5*time.Millisecond {
		t.Errorf("timeline moved on by %v, want 7.2s", gap)
	}
	if u.Seq-before.Seq > 100 {
		t.Errorf("sequence numbers jump from %d to %d", before.Seq, u.Seq)
	}
}

func TestOtherCodecsEndReaders(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false)
	write(t, camera, 5)
	r := camera.Stream.Subscribe(media.ReaderOptions{})
	camera.Feed.Close()
	if _, err := camera.Stream.Open([]media.Track{{Kind: packet.H265, ClockRate: 90000}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Next(t.Context()); !errors.Is(err, media.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
}

func TestARecorderGetsWhatCameBeforeOtherCodecs(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, true)
	r := camera.Stream.Subscribe(media.ReaderOptions{Tracks: []int{0}, Rest: true})
	write(t, camera, 5)
	camera.Feed.Close()
	again, err := mediatest.Open(camera.Stream, 10, 3000, false)
	if err != nil {
		t.Fatal(err)
	}
	write(t, again, 3)
	for want := range 5 {
		if got, loss := next(t, r); got != want || loss.Units > 0 {
			t.Fatalf("picture %d, want %d", got, want)
		}
	}
	if _, _, err := r.Next(t.Context()); !errors.Is(err, media.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
	if got, _ := next(t, camera.Stream.Subscribe(media.ReaderOptions{Oldest: true})); got != 0 {
		t.Errorf("the oldest is picture %d, want 0", got)
	}
}

func TestOneFeedAtATime(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false)
	if _, err := camera.Stream.Open(mediatest.Tracks(false)); err == nil {
		t.Error("a second feed was opened beside the first")
	}
}

func TestDerivedTrackReachesOnlyWhoWantsIt(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false)
	derived, err := camera.Stream.Derive(media.Track{Kind: packet.Opus, ClockRate: 48000, SampleRate: 48000, Channels: 2})
	if err != nil {
		t.Fatal(err)
	}
	own := camera.Stream.Subscribe(media.ReaderOptions{})
	all := camera.Stream.Subscribe(media.ReaderOptions{Derived: true})
	if err := derived.Write([][]byte{{1, 2, 3}}, true, 960, time.Now()); err != nil {
		t.Fatal(err)
	}
	if u, _, _ := own.Poll(); u != nil {
		t.Error("a reader of the source's own tracks got a derived one")
	}
	if u, _, _ := all.Poll(); u == nil || u.Track != derived.Track() {
		t.Error("the derived unit did not come")
	}
}

func TestMemoryIsBoundedWithoutKeyframes(t *testing.T) {
	t.Parallel()
	camera, err := mediatest.Open(media.NewStream("test"), 1<<30, 60_000, false)
	if err != nil {
		t.Fatal(err)
	}
	write(t, camera, 2000) // 120 MB
	units, _ := camera.Stream.Group()
	if len(units) != 0 {
		t.Errorf("a group of %d units is still kept", len(units))
	}
	kept := camera.Stream.Range(0, 1<<62)
	bytes := 0
	for _, u := range kept {
		bytes += u.Size()
	}
	if bytes > 16<<20 {
		t.Errorf("%d bytes kept", bytes)
	}
}

func TestFindByNumberForRetransmission(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, true)
	write(t, camera, 50)
	for _, u := range camera.Stream.Range(0, 1<<62) {
		for i := range u.Packets.Len() {
			if got := camera.Stream.Find(u.Track, u.Seq+uint16(i)); got != u {
				t.Fatalf("packet %d of unit %d: found %v", i, u.Index, got)
			}
		}
	}
}

func TestClosedStreamEndsReaders(t *testing.T) {
	t.Parallel()
	camera := open(t, 10, false)
	r := camera.Stream.Subscribe(media.ReaderOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	ended := make(chan error)
	go func() { _, _, err := r.Next(ctx); ended <- err }()
	camera.Stream.Close()
	if err := <-ended; !errors.Is(err, media.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

func TestCaptureTimeFollowsTheSendersClock(t *testing.T) {
	t.Parallel()
	stream := media.NewStream("test")
	feed, err := stream.Open(mediatest.Tracks(true)[1:])
	if err != nil {
		t.Fatal(err)
	}
	r := stream.Subscribe(media.ReaderOptions{})
	ntp := time.Date(2021, 3, 4, 9, 0, 0, 0, time.UTC) // the camera's clock is years off
	now := time.Now()
	for i := range 100 {
		at := time.Duration(i) * 20 * time.Millisecond
		late := time.Duration(i%3) * 15 * time.Millisecond
		err := feed.Packet(0, media.Packet{Payload: make([]byte, 160), RTP: uint32(160 * i), NTP: ntp.Add(at), Arrived: now.Add(at + late)})
		if err != nil {
			t.Fatal(err)
		}
		u, _, err := r.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := u.UTC.Sub(now.Round(0).Add(at)); d.Abs() > time.Millisecond {
			t.Fatalf("packet %d: capture time off by %v", i, d)
		}
	}
}

func BenchmarkPublishTenReaders(b *testing.B) {
	camera, err := mediatest.Open(media.NewStream("bench"), 50, 10_000, false)
	if err != nil {
		b.Fatal(err)
	}
	var readers []*media.Reader
	for range 10 {
		readers = append(readers, camera.Stream.Subscribe(media.ReaderOptions{}))
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := camera.Picture(); err != nil {
			b.Fatal(err)
		}
		for _, r := range readers {
			if u, _, _ := r.Poll(); u == nil {
				b.Fatal("no unit")
			}
		}
	}
}
