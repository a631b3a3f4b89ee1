package media

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// camera plays frames of 25 fps with a 90 kHz clock; the test says how its
// clock lies and when frames arrive.
type camera struct {
	start   uint32
	speed   float64                       // of its clock, 1 is right
	jump    func(frame int) time.Duration // added to its clock from that frame on
	delay   func(frame int) time.Duration // on the network
	frames  int
	spacing time.Duration
}

type stamped struct {
	truth, pts, at time.Duration
}

func (c camera) play(clock *Clock) []stamped {
	if c.speed == 0 {
		c.speed = 1
	}
	if c.spacing == 0 {
		c.spacing = 40 * time.Millisecond
	}
	var out []stamped
	var shift, last time.Duration
	for i := range c.frames {
		truth := time.Duration(i) * c.spacing
		if c.jump != nil {
			shift += c.jump(i)
		}
		at := truth
		if c.delay != nil {
			at += c.delay(i)
		}
		at = max(at, last) // packets of a connection do not overtake
		last = at
		ticks := int64(math.Round((truth.Seconds()*c.speed + shift.Seconds()) * 90000))
		pts := clock.Stamp(c.start+uint32(ticks), at)
		out = append(out, stamped{truth, time.Duration(pts) * time.Second / 90000, at})
	}
	return out
}

func TestClockFollowsASteadyCamera(t *testing.T) {
	t.Parallel()
	clock := &Clock{Rate: 90000}
	for _, f := range (camera{frames: 5000, start: 12345}).play(clock) {
		if d := f.pts - f.truth; d.Abs() > time.Millisecond {
			t.Fatalf("at %v: off by %v", f.truth, d)
		}
	}
	if clock.Corrections() != 0 {
		t.Errorf("%d corrections of a clock that is right", clock.Corrections())
	}
}

func TestClockIgnoresNetworkJitter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	clock := &Clock{Rate: 90000}
	jitter := func(i int) time.Duration {
		if i == 0 {
			return 0
		}
		return time.Duration(random.IntN(80)) * time.Millisecond
	}
	var last time.Duration
	for i, f := range (camera{frames: 5000, delay: jitter}).play(clock) {
		if step := f.pts - last; i > 0 && (step-40*time.Millisecond).Abs() > 20*time.Millisecond {
			t.Fatalf("frame %d: a step of %v", i, step)
		}
		last = f.pts
	}
	if clock.Corrections() != 0 {
		t.Errorf("%d corrections for jitter", clock.Corrections())
	}
}

func TestClockUnwrapsAtEveryBoundary(t *testing.T) {
	t.Parallel()
	for _, start := range []uint32{1<<31 - 100, 1 << 31, 1<<32 - 1, 1<<32 - 3600, 1<<32 - 90000, 0} {
		clock := &Clock{Rate: 90000}
		for _, f := range (camera{frames: 200, start: start}).play(clock) {
			if d := f.pts - f.truth; d.Abs() > time.Millisecond {
				t.Fatalf("start %d, at %v: off by %v", start, f.truth, d)
			}
		}
	}
}

func TestClockBridgesJumps(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{-time.Hour, -5 * time.Second, 5 * time.Second, 149 * time.Hour, 13 * time.Hour} {
		clock := &Clock{Rate: 90000}
		jump := func(i int) time.Duration {
			if i == 500 {
				return by
			}
			return 0
		}
		var last time.Duration = -1
		for _, f := range (camera{frames: 1000, jump: jump}).play(clock) {
			if d := f.pts - f.truth; d.Abs() > 50*time.Millisecond {
				t.Fatalf("jump of %v: off by %v at %v", by, d, f.truth)
			}
			if f.pts <= last {
				t.Fatalf("jump of %v: time goes back at %v", by, f.truth)
			}
			last = f.pts
		}
		if clock.Jumps != 1 {
			t.Errorf("jump of %v: counted %d", by, clock.Jumps)
		}
	}
}

func TestClockRescalesAWrongRate(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{0.5, 0.95, 0.98, 1.02, 1.1, 2} {
		clock := &Clock{Rate: 90000}
		frames := (camera{frames: 3000, speed: speed}).play(clock)
		for i, f := range frames[1:] {
			if f.pts <= frames[i].pts {
				t.Fatalf("speed %v, at %v: time goes back", speed, f.truth)
			}
		}
		for _, f := range frames[1500:] {
			if d := f.pts - f.truth; d.Abs() > 100*time.Millisecond {
				t.Fatalf("speed %v, at %v: off by %v", speed, f.truth, d)
			}
		}
		if clock.Scaled == 0 {
			t.Errorf("speed %v: not noticed", speed)
		}
		if d := clock.Deviation(); math.Abs(d-(speed-1)) > 0.01 {
			t.Errorf("speed %v: deviation said to be %v", speed, d)
		}
	}
}

func TestClockWorksDriftOff(t *testing.T) {
	t.Parallel()
	for _, ppm := range []float64{-500, -200, 200, 500} {
		clock := &Clock{Rate: 90000}
		var last time.Duration
		for i, f := range (camera{frames: 90000, speed: 1 + ppm/1e6}).play(clock) { // an hour
			if d := f.pts - f.truth; d.Abs() > 40*time.Millisecond {
				t.Fatalf("%v ppm, at %v: off by %v", ppm, f.truth, d)
			}
			if i > 0 && f.pts <= last {
				t.Fatalf("%v ppm, at %v: time goes back", ppm, f.truth)
			}
			last = f.pts
		}
		if clock.Jumps+clock.Steps+clock.Scaled != 0 {
			t.Errorf("%v ppm: %+v", ppm, clock)
		}
	}
}

func TestClockTakesAStallForAStall(t *testing.T) {
	t.Parallel()
	stall := func(i int) time.Duration { // frames 500 to 575 arrive at once, 3 s late
		if i >= 500 && i < 575 {
			return time.Duration(575-i) * 40 * time.Millisecond
		}
		return 0
	}
	clock := &Clock{Rate: 90000}
	for _, f := range (camera{frames: 1500, delay: stall}).play(clock) {
		if d := f.pts - f.truth; d.Abs() > time.Millisecond {
			t.Fatalf("at %v: off by %v", f.truth, d)
		}
	}
	if clock.Corrections() != 0 {
		t.Errorf("%d corrections for a stalled network", clock.Corrections())
	}
}

func TestClockKeepsBFrameOrder(t *testing.T) {
	t.Parallel()
	clock := &Clock{Rate: 90000}
	order := []int{0, 3, 1, 2, 6, 4, 5, 9, 7, 8}
	for i, n := range order {
		pts := clock.Stamp(uint32(n*3600), time.Duration(i)*40*time.Millisecond)
		if first := int64(1); pts != first+int64(n*3600) {
			t.Errorf("frame %d: %d", n, pts)
		}
	}
}

func TestClockResumes(t *testing.T) {
	t.Parallel()
	clock := &Clock{Rate: 90000}
	before := (camera{frames: 100, start: 7}).play(clock)
	clock.Resume()
	pts := clock.Stamp(99, time.Minute)
	if got := time.Duration(pts) * time.Second / 90000; (got - time.Minute).Abs() > time.Millisecond {
		t.Errorf("after a minute's absence: %v (last was %v)", got, before[len(before)-1].pts)
	}
}
