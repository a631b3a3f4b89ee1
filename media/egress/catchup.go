package egress

import (
	"context"
	"time"

	"avhub/media"
	"avhub/media/egress/udpout"
)

// Pacing of the pictures that a joining viewer catches up on: fast enough to be
// unnoticed, slow enough not to overrun the viewer's socket buffer.
const (
	burstBytes = 64 << 10 // at once, then
	burstPause = 2 * time.Millisecond
	burstKept  = 3 * time.Second // for retransmission
)

// burstStep is the spacing of timestamps within the catch-up, in parts of a
// second: 1 ms a picture.
const burstStep = 1000

// catchUp sends the pictures that f keeps since its last keyframe to one output
// and leaves it ready for the units after them. Their timestamps are pressed
// together to 1 ms a picture at most, ending at the newest one's true time where
// nothing was sent before: the viewer's jitter buffer then takes them for a
// quick succession that has just arrived and shows the newest at once, where
// true timestamps would look like pictures seconds late, and would be played out
// slowly, seconds behind. From the next picture on timestamps are true.
//
// Meanwhile the output is busy, and live units wait.
func (v *Viewer) catchUp(ctx context.Context, f *Fanout, o *Output, track int) {
	group, end := f.stream.Group()
	var units []*media.Unit
	for _, u := range group {
		if u.Track == track {
			units = append(units, u)
		}
	}
	v.mu.Lock()
	shift := o.stampShift(f, track)
	o.Track = track
	o.settle(f, end)
	o.waiting, o.busy, o.coming, o.current = len(units) == 0, true, nil, nil
	if o.waiting {
		if o.numbers.begun {
			o.numbers.follow(span{stampShift: shift, stream: f.stream, track: track})
		}
	} else {
		o.press(units, span{stampShift: shift, stream: f.stream, track: track})
	}
	v.mu.Unlock()
	v.burst(ctx, o, units)
	v.mu.Lock()
	o.busy = false
	v.mu.Unlock()
}

// burst sends units, paced.
func (v *Viewer) burst(ctx context.Context, o *Output, units []*media.Unit) {
	sent := 0
	for _, u := range units {
		n := u.Packets.Len()
		for from := 0; from < n; {
			to := upTo(u, from, burstBytes)
			if sent > 0 && sent+sizeOf(u, from, to) > burstBytes {
				sent = 0
				if !pause(ctx, burstPause) {
					return
				}
			}
			sent += sizeOf(u, from, to)
			if !v.burstPart(o, u, from, to) {
				return
			}
			from = to
		}
	}
}

// burstPart reports false when the viewer has gone.
func (v *Viewer) burstPart(o *Output, u *media.Unit, from, to int) bool {
	b := udpout.AcquireSmall()
	defer b.Release()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone.Load() {
		return false
	}
	if from == 0 {
		o.open(u, true)
	}
	v.sendPart(o, b, from, to)
	return true
}

// upTo is the end of the payloads from the given one on that fit size bytes,
// one at least.
func upTo(u *media.Unit, from, size int) int {
	to := from + 1
	for to < u.Packets.Len() && sizeOf(u, from, to+1) <= size {
		to++
	}
	return to
}

func sizeOf(u *media.Unit, from, to int) int {
	size := u.Packets.Ends[to-1]
	if from > 0 {
		size -= u.Packets.Ends[from-1]
	}
	return size
}

// press begins a span of pictures in quick succession.
func (o *Output) press(units []*media.Unit, s span) {
	n := len(units)
	newest := units[n-1]
	step := uint32(o.ClockRate / burstStep)
	b := &burst{units: units, end: newest.Index, at: time.Now(), step: step}
	if o.numbers.begun {
		// Behind what was sent already, and before the next picture.
		interval := uint32(o.ClockRate / 25)
		if n > 1 {
			if d := newest.Stamp - units[n-2].Stamp; d < uint32(o.ClockRate) {
				interval = d
			}
		}
		b.step = min(step, max(1, interval/uint32(n+1)))
		b.first = o.numbers.last + b.step
		if late := b.first + uint32(n-1)*b.step - (newest.Stamp + s.stampShift); int32(late) > int32(interval/2) {
			s.stampShift += late
		}
	} else {
		b.first = newest.Stamp + s.stampShift - uint32(n-1)*b.step
	}
	s.burst = b
	o.numbers.begin(s, units[0])
}

// stampShift is what is added to the timestamps of f's track so that they go on
// as those sent until now, by the hub's clock.
func (o *Output) stampShift(f *Fanout, track int) uint32 {
	s := o.numbers.current()
	if s == nil && !o.numbers.begun {
		return 0
	}
	if s == nil { // it was used before, for something else: a moment later
		return o.numbers.last + uint32(o.ClockRate/10) - f.stream.StampAt(track, time.Now())
	}
	if s.stream == f.stream && s.track == track {
		return s.stampShift
	}
	return s.stream.StampAt(s.track, f.stream.Epoch()) + s.stampShift - f.stream.StampAt(track, f.stream.Epoch())
}

// takeOver changes streams at a keyframe of the one that is coming. Timestamps
// go on by the hub's clock, and rise in any case.
func (o *Output) takeOver(u *media.Unit) {
	c := o.coming
	if u.Track != c.track || !u.Keyframe || u.Index < c.next || o.busy {
		return
	}
	shift := o.stampShift(c.fanout, c.track)
	if behind := o.numbers.last + 1 - (u.Stamp + shift); int32(behind) > 0 {
		shift += behind
	}
	o.coming, o.Track, o.waiting, o.current = nil, c.track, false, nil
	o.settle(c.fanout, u.Index)
	if c.moved != nil {
		c.fanout.start(c.moved)
	}
	o.numbers.begin(span{stampShift: shift, stream: c.fanout.stream, track: c.track}, u)
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
