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
	// derived: what comes out of a conversion is late by as long as that takes. Its
	// time is that of the most punctual packet.
	derived bool
	late    time.Duration

	started bool
	rtp     uint32
	pts     int64
	pos     int64
	length  int64 // of the last unit, in samples at 48 kHz
}

// Of what a conversion takes: it starts with a burst, which is left out, and a process
// that is started again may take longer than the one before.
const (
	burstStep = 10 * time.Millisecond  // a packet that is so much more punctual than any before
	lateLeak  = 100 * time.Microsecond // by which the most punctual is believed less, a packet
)

// place returns the position of a unit of so many samples, when it was captured and
// when it arrived, by the mixer's clock; false: it is to be left out.
func (p *placer) place(u *media.Unit, samples int) (pos int64, at, arrived time.Duration, ok bool) {
	if p.started {
		step := int64(int32(u.RTP-p.rtp)) * Rate / int64(p.rate)
		if step != p.length || p.length == 0 {
			step = (u.PTS - p.pts) * Rate / int64(p.rate)
		}
		p.pos += step
	}
	at = p.epoch.Sub(p.zero) + ticksTime(u.PTS, p.rate)
	arrived = u.Arrived.Sub(p.zero)
	ok = true
	if p.derived {
		late := arrived - at
		p.late += lateLeak
		if ok = p.started && late > p.late-burstStep; !ok || late < p.late {
			p.late = late
		}
		at += p.late
	}
	p.started, p.rtp, p.pts, p.length = true, u.RTP, u.PTS, int64(samples)
	return p.pos, at, arrived, ok
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
