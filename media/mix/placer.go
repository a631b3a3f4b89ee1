package mix

import (
	"time"

	"avhub/media"
)

// placer finds a unit's place among the samples of its sender, and when it was captured.
// The sender's own timestamps say what belongs together without a gap; where they do
// not, or jump, the hub's timeline says how far apart two units are.
type placer struct {
	rate  int       // of the track's clock
	zero  time.Time // of the mixer's clock
	epoch time.Time // of the stream's timeline

	started bool
	rtp     uint32
	pts     int64
	pos     int64
	length  int64 // of the last unit, in samples at 48 kHz
}

// place returns the position of a unit of so many samples, when it was captured and
// when it arrived, by the mixer's clock.
func (p *placer) place(u *media.Unit, samples int) (pos int64, at, arrived time.Duration) {
	if p.started {
		step := int64(int32(u.RTP-p.rtp)) * Rate / int64(p.rate)
		if step != p.length || p.length == 0 {
			step = (u.PTS - p.pts) * Rate / int64(p.rate)
		}
		p.pos += step
	}
	at = p.epoch.Sub(p.zero) + ticksTime(u.PTS, p.rate)
	arrived = u.Arrived.Sub(p.zero)
	p.started, p.rtp, p.pts, p.length = true, u.RTP, u.PTS, int64(samples)
	return p.pos, at, arrived
}

// ticksTime is how long so many ticks of a clock take. It does not overflow.
func ticksTime(ticks int64, rate int) time.Duration {
	r := int64(rate)
	return time.Duration(ticks/r)*time.Second + time.Duration(ticks%r)*time.Second/time.Duration(r)
}

// timeTicks is how many ticks of 48 kHz a time holds. Times that are whole ticks apart
// stay so.
func timeTicks(d time.Duration) int64 {
	return int64(d/time.Second)*Rate + int64(d%time.Second*Rate/time.Second)
}
