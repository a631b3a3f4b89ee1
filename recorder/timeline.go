package recorder

import (
	"time"

	"avhub/media"
	"avhub/recorder/manifest"
)

// timeline puts a stream's units on the recording's timeline. The stream's own is
// steady over reconnects; after a restart of the hub there is a new stream, and
// only the wall clock tells how it lies to the old one.
type timeline struct {
	zero  time.Duration // the recording's beginning on the stream's timeline
	known bool
}

// onStream is a unit's presentation time on the stream's timeline.
func onStream(u *media.Unit, rate int) time.Duration {
	return ticksToDuration(u.PTS, rate)
}

// begin sets the recording's beginning to a time on the stream's timeline.
func (t *timeline) begin(zero time.Duration) { t.zero, t.known = zero, true }

// at is a time on the recording's timeline for one on the stream's.
func (t *timeline) at(d time.Duration) manifest.Micros { return manifest.MicrosOf(d - t.zero) }

// ticks is a unit's presentation time on the recording's timeline in its track's
// ticks. All of a track's units are moved by the same number of ticks.
func (t *timeline) ticks(u *media.Unit, rate int) int64 {
	return u.PTS - durationToTicks(t.zero, rate)
}

func ticksToDuration(ticks int64, rate int) time.Duration {
	whole, rest := ticks/int64(rate), ticks%int64(rate)
	return time.Duration(whole)*time.Second + time.Duration(rest)*time.Second/time.Duration(rate)
}

func durationToTicks(d time.Duration, rate int) int64 {
	whole, rest := d/time.Second, d%time.Second
	return int64(whole)*int64(rate) + int64(rest)*int64(rate)/int64(time.Second)
}

func microsToTicks(m manifest.Micros, rate int) int64 { return durationToTicks(m.Duration(), rate) }

func ticksToMicros(ticks int64, rate int) manifest.Micros {
	return manifest.MicrosOf(ticksToDuration(ticks, rate))
}
