package media

import (
	"math"
	"time"
)

// Limits of what the clock takes for normal. Cameras queue, burst and stall;
// what lies inside these bounds is left as it is.
const (
	maxBackward   = time.Second            // B-frames step back this far at most
	maxAhead      = time.Second            // a timestamp may run this far ahead of its arrival
	maxBurst      = 10 * time.Second       // and many of them together so far: cameras send what they have at once
	clockWindow   = 2 * time.Second        // drift is judged once a window
	stepSkew      = 300 * time.Millisecond // a skew beyond is corrected at once
	slewSkew      = 15 * time.Millisecond  // a skew beyond is worked off slowly: two tracks of clocks that drift apart stay within 40 ms
	slewRate      = 0.01                   // at most this share of the time that passes
	rateTolerance = 0.003                  // a clock is wrong by more than this before it is rescaled
	rateWindows   = 4                      // windows that must agree
)

// Clock puts a track's RTP timestamps on the hub's timeline. It believes the
// sender's steps from frame to frame (they carry no network jitter) and the
// hub's clock in the long run (it does not jump): it unwraps the 32 bits,
// bridges jumps, rescales a clock of the wrong rate and works drift off slowly.
// The zero value with Rate set is ready.
type Clock struct {
	Rate int // ticks a second, as announced

	started bool
	lastRTP uint32
	lastRaw int64   // unwrapped, in ticks
	lastPTS float64 // corrected, in ticks
	lastAt  time.Duration
	scale   float64 // corrected ticks for one of the sender's
	floor   float64 // time given out before a step back: what follows stays above it
	top     float64 // the latest since the last correction: B-frames step back from it

	winStart time.Duration
	winMin   float64
	// For the rate: raw ticks and arrival at each of the last windows' most
	// punctual frames.
	marks []mark
	best  mark

	Jumps    int // times the sender's clock jumped and was bridged
	Steps    int // times a skew was corrected at once
	Scaled   int // times the rate was found wrong and rescaled
	reported int
}

type mark struct {
	raw int64
	at  time.Duration
}

// Corrections counts every time that the clock overruled the sender.
func (c *Clock) Corrections() int { return c.Jumps + c.Steps + c.Scaled }

// Deviation is how far the sender's clock runs off the announced rate:
// 0.02 is 2 % fast. It is 0 within the tolerance.
func (c *Clock) Deviation() float64 {
	if c.scale == 0 || c.scale == 1 {
		return 0
	}
	return 1/c.scale - 1
}

// Resume tells the clock that the sender was gone: the next timestamp has
// nothing to do with the last one.
func (c *Clock) Resume() {
	c.started = false
	c.marks = c.marks[:0]
	c.scale = 1
}

// Stamp takes the timestamp of the next frame in decoding order and when it
// arrived (since the stream was made), and returns its time on the hub's
// timeline in ticks since then.
func (c *Clock) Stamp(rtp uint32, at time.Duration) int64 {
	if !c.started {
		c.start(rtp, at)
		return int64(c.lastPTS)
	}
	step := int64(int32(rtp - c.lastRTP))
	passed := at - c.lastAt
	c.lastRTP = rtp

	stepTime := c.duration(float64(step) * c.scale)
	late := max(0, c.duration(c.ticks(c.lastAt)-c.lastPTS))
	next := c.lastPTS + float64(step)*c.scale
	switch {
	case stepTime < -maxBackward, stepTime > passed+late+maxAhead, c.duration(next-c.top) < -maxBackward:
		c.bridge(step, at, passed)
	case c.duration(next-c.ticks(at)) > maxBurst:
		c.lastRaw += step
		c.lastAt = at
		c.restrain(at)
	default:
		c.lastRaw += step
		c.lastPTS = next
		c.lastAt = at
		c.observe(at)
	}
	c.top = max(c.top, c.lastPTS)
	return c.rising()
}

// restrain takes the time of arrival where many timestamps together have run away.
func (c *Clock) restrain(at time.Duration) {
	c.Jumps++
	c.floor = max(c.floor, c.lastPTS)
	c.lastPTS = c.ticks(at)
	c.top = c.lastPTS
	c.winMin = math.Inf(1)
	c.observe(at)
}

// rising is the time to give out: after a step back it creeps on until the
// clock has come past it again, since time must not be given out twice.
func (c *Clock) rising() int64 {
	if c.floor == 0 || c.lastPTS > c.floor {
		c.floor = 0
		return int64(c.lastPTS)
	}
	c.floor++
	return int64(c.floor)
}

// start anchors the clock: the first frame after a pause is taken as punctual.
func (c *Clock) start(rtp uint32, at time.Duration) {
	c.started = true
	if c.scale == 0 {
		c.scale = 1
	}
	c.lastRTP = rtp
	c.lastPTS = max(c.ticks(at), c.lastPTS+1)
	c.top = c.lastPTS
	c.lastAt = at
	c.beginWindow(at)
}

// bridge takes the time that passed here in place of the sender's step.
func (c *Clock) bridge(step int64, at, passed time.Duration) {
	c.Jumps++
	c.lastRaw += step
	c.lastPTS += max(1, c.ticks(passed))
	c.lastAt = at
	c.marks = c.marks[:0]
	c.beginWindow(at)
}

func (c *Clock) beginWindow(at time.Duration) {
	c.winStart, c.winMin = at, math.Inf(1)
}

// observe judges drift by the most punctual frame of each window: network
// delay only ever makes a frame late.
func (c *Clock) observe(at time.Duration) {
	late := c.ticks(at) - c.lastPTS
	if late < c.winMin {
		c.winMin = late
		c.best = mark{c.lastRaw, at}
	}
	if at-c.winStart < clockWindow {
		return
	}
	c.marks = append(c.marks, c.best)
	c.correct(c.winMin, at-c.winStart)
	c.beginWindow(at)
}

func (c *Clock) correct(skew float64, passed time.Duration) {
	if rate, ok := c.measuredRate(); ok && math.Abs(rate/c.scale-1) > rateTolerance {
		c.scale = rate
		c.Scaled++
		c.marks = c.marks[:0]
	}
	skewTime := c.duration(skew)
	switch {
	case skewTime > stepSkew || skewTime < -stepSkew:
		c.Steps++
		if skew < 0 {
			c.floor = max(c.floor, c.lastPTS)
		}
		c.lastPTS += skew
		c.top = c.lastPTS
	case skewTime > slewSkew || skewTime < -slewSkew:
		most := slewRate * c.ticks(passed)
		c.lastPTS += min(max(skew, -most), most)
	}
}

// measuredRate is hub ticks for one of the sender's over the last windows, if
// there are enough of them.
func (c *Clock) measuredRate() (float64, bool) {
	if len(c.marks) < rateWindows {
		return 0, false
	}
	c.marks = c.marks[len(c.marks)-rateWindows:]
	first, last := c.marks[0], c.marks[len(c.marks)-1]
	raw := float64(last.raw - first.raw)
	if raw <= 0 {
		return 0, false
	}
	rate := c.ticks(last.at-first.at) / raw
	if math.Abs(rate-1) <= rateTolerance {
		rate = 1
	}
	return rate, true
}

func (c *Clock) ticks(d time.Duration) float64 {
	return float64(d) * float64(c.Rate) / float64(time.Second)
}

func (c *Clock) duration(ticks float64) time.Duration {
	return time.Duration(ticks * float64(time.Second) / float64(c.Rate))
}

// takeNew counts the corrections made since it was last called.
func (c *Clock) takeNew() int {
	n := c.Corrections() - c.reported
	c.reported += n
	return n
}
