package recorder

import (
	"testing"
	"time"

	"avhub/media/packet"
)

// A browser without time to encode sends sound at once and pictures seconds later: each is
// kept in its own place, as long as the format bears it.
func TestPicturesThatComeLate(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264, packet.Opus)
	b.play(2 * time.Second)
	behind := func(delay time.Duration) {
		for end := b.at + 500*time.Millisecond; b.at < end; b.at += 20 * time.Millisecond {
			b.sound(1)
			b.c.tick(b.at)
			if b.at%(40*time.Millisecond) == 0 {
				b.videoOf(b.at - delay)
			}
		}
	}
	sound := func(d time.Duration) {
		for end := b.at + d; b.at < end; b.at += 20 * time.Millisecond {
			b.sound(1)
			b.c.tick(b.at)
		}
	}
	sound(2400 * time.Millisecond)
	behind(2400 * time.Millisecond) // kept
	sound(10 * time.Second)
	behind(12 * time.Second) // too late: missing, and counted
	b.since = 0
	b.play(2 * time.Second)
	b.stop()
	if got := b.c.account(1, "").gapped; got != 12 {
		t.Errorf("%d pictures are missing", got)
	}
	b.expect("segment 1 at 0s", "end at 15.4s", "track 1 missing from 2.92s to 3.36s: network_loss", "segment 2 at 15.4s", "end at 17.4s")
}
