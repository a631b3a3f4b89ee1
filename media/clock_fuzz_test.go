package media_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/mediatest"
)

// FuzzClock gives a track's clock timestamps from hell: what it makes of them stays near
// the time at which they came.
func FuzzClock(f *testing.F) {
	hell := mediatest.Hell()
	for _, name := range slices.Sorted(maps.Keys(hell)) {
		f.Add(uint32(1<<32-90_000), hell[name])
	}
	f.Fuzz(func(t *testing.T, rtp uint32, data []byte) {
		clock := media.Clock{Rate: 90000}
		var at, top time.Duration
		for i, s := range mediatest.Steps(data) {
			rtp += uint32(s.RTP)
			at += s.After
			if s.What == 0xff {
				clock.Resume()
			}
			pts := time.Duration(clock.Stamp(rtp, at)) * time.Second / 90000
			if pts > at+maxRunaway {
				t.Fatalf("step %d at %v: a time of %v", i, at, pts)
			}
			if pts < top-maxRunaway {
				t.Fatalf("step %d: a time of %v after one of %v", i, pts, top)
			}
			top = max(top, pts)
		}
	})
}

// maxRunaway is how far from the truth bad timestamps may lead: senders burst, and
// pictures come in another order.
const maxRunaway = 15 * time.Second
