package mix

import (
	"testing"
	"time"

	"avhub/media"
)

// The sender's timestamps say what belongs together; where they jump, the hub's
// timeline says how far.
func TestPlacesFollowTheSenderAndTheHub(t *testing.T) {
	t.Parallel()
	zero := time.Now()
	p := placer{rate: 8000, zero: zero, epoch: zero.Add(time.Second)}
	for i, c := range []struct {
		rtp  uint32
		pts  int64
		want int64
	}{
		{0xffffff60, 800, 0},
		{0, 960, 960},                   // over the end of 32 bits
		{160, 1100, 1920},               // the hub's clock is put right by 2.5 ms: no gap
		{480, 1440, 1920 + 340*6},       // a packet is lost
		{4_000_000, 1600, 3960 + 160*6}, // the sender counts anew
	} {
		pos, at, _ := p.place(&media.Unit{RTP: c.rtp, PTS: c.pts, Arrived: zero}, FrameSamples)
		if pos != c.want || at != time.Second+time.Duration(c.pts)*time.Second/8000 {
			t.Errorf("%d: at %d, %v, want %d", i, pos, at, c.want)
		}
	}
}

// Times of weeks are told to the tick.
func TestTicksOfWeeks(t *testing.T) {
	t.Parallel()
	const weeks = 10 * 7 * 24 * time.Hour
	if d := ticksTime(int64(weeks.Seconds())*Rate+Rate/2, Rate); d != weeks+time.Second/2 {
		t.Error(d)
	}
	for n := range int64(100) {
		d := weeks + 12345*time.Nanosecond + time.Duration(n)*FrameTime
		if got := timeTicks(d) - timeTicks(weeks+12345); got != n*FrameSamples {
			t.Fatalf("%d frames are %d ticks", n, got)
		}
	}
}
