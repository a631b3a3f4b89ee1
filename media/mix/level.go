package mix

import (
	"context"
	"log/slog"
	"math"
	"time"

	"avhub/media"
	"avhub/media/transcode"
)

// Silence is the level of no sound at all: RFC 6464's -127 dBov.
const Silence = 127

// Levels tells how loud each frame of a stream's sound is, in dB under the loudest (RFC
// 6464), and when it came: for senders whose packets do not say so themselves. It follows
// the stream over reconnects and changes of codec, until ctx ends or the stream is closed.
// t may be nil.
func Levels(ctx context.Context, s *media.Stream, t *transcode.Transcoder, log *slog.Logger, hear func(level uint8, at time.Time)) {
	f := follower{
		name: s.Name(), stream: s, transcoder: t, log: log,
		tell:   func(string, string) {},
		begin:  func(media.Track) {},
		wanted: func() bool { return true },
		frame:  func(u *media.Unit, samples []float32) { hear(levelOf(samples), u.Arrived) },
	}
	f.run(ctx)
}

// levelOf is the level of samples of full scale 1.
func levelOf(samples []float32) uint8 {
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	if sum == 0 {
		return Silence
	}
	return uint8(min(max(math.Round(-10*math.Log10(sum/float64(len(samples)))), 0), Silence))
}
