package mix

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// Clocks of senders are never the mixer's: over a minute nothing clicks, nothing is
// lost, and the delay stays what it was.
func TestClocksThatDrift(t *testing.T) {
	t.Parallel()
	for _, ppm := range []float64{-200, -30, 30, 200} {
		t.Run(fmt.Sprint(ppm), func(t *testing.T) {
			t.Parallel()
			tb := &table{t: t, m: NewMixer()}
			s := tb.speaks("phone", 500)
			s.ppm = ppm
			all := tb.combine()
			tb.listen(time.Second)
			before := astray(s.voice)
			heard := tb.listen(time.Minute, all)[0]
			if worst, at := click(heard); worst > noClick/4 {
				t.Errorf("a click of %.4f at %.3f s", worst, float64(at)/Rate)
			}
			if c := s.voice.Stats(); c.Concealed+c.Late+c.Early+c.Jumps > 0 {
				t.Errorf("%+v", c)
			}
			if now := astray(s.voice); math.Abs(now-before) > Rate/200 {
				t.Errorf("it is heard %.1f ms off its time, %.1f ms at the beginning", now/48, before/48)
			}
			// It is the tone that it was; the mixer's clock counts.
			last := heard[len(heard)-Rate:]
			if l := level(last, 500*(1+ppm/1e6), Rate); math.Abs(l-0.2) > 0.002 {
				t.Errorf("the tone is at %.3f", l)
			}
		})
	}
}

// astray is how far a voice is from where it should be, in samples.
func astray(v *Voice) float64 { return v.due(v.mixer.now) - v.read }

// Packets lost singly are covered so that the tone goes on, without a click.
func TestLostPacketsAreConcealed(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	s := tb.speaks("phone", 350)
	r := rand.New(rand.NewPCG(7, 7))
	lost := map[int64]bool{}
	s.lost = func(n int64) bool {
		if n > 50 && r.Float64() < 0.05 {
			lost[n] = true
		}
		return lost[n]
	}
	all := tb.combine()
	tb.listen(500 * time.Millisecond)
	heard := tb.listen(20*time.Second, all)[0]
	if worst, at := click(heard); worst > noClick {
		t.Errorf("a click of %.3f at %.3f s", worst, float64(at)/Rate)
	}
	stats := s.voice.Stats()
	share := float64(stats.Concealed) / float64(len(lost)*FrameSamples)
	if len(lost) < 20 || share < 0.9 || share > 1.5 {
		t.Errorf("%d packets were lost, %d samples made up", len(lost), stats.Concealed)
	}
	var quietest, loudest float64 = 1, 0
	for i := 0; i+FrameSamples <= len(heard); i += FrameSamples {
		l := level(heard[i:i+FrameSamples], 350, Rate)
		quietest, loudest = min(quietest, l), max(loudest, l)
	}
	t.Logf("at 5 %% loss: 20 ms are between %.3f and %.3f loud", quietest, loudest)
	if loudest > 0.25 {
		t.Errorf("made up louder than it was: %.3f", loudest)
	}
}

// A gap of half a second becomes silence, not a hum; what follows is heard at once.
func TestALongGapFades(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	s := tb.speaks("phone", 350)
	s.lost = func(n int64) bool { return n >= 50 && n < 75 }
	all := tb.combine()
	heard := tb.listen(3*time.Second, all)[0]
	if worst, at := click(heard); worst > noClick {
		t.Errorf("a click of %.3f at %.3f s", worst, float64(at)/Rate)
	}
	if l := level(heard[int(1.25*Rate):int(1.45*Rate)], 350, Rate); l > 1e-4 {
		t.Errorf("in the gap it hums at %.4f", l)
	}
	if l := level(heard[2*Rate:], 350, Rate); math.Abs(l-0.2) > 0.002 {
		t.Errorf("after the gap it is at %.3f", l)
	}
}

// A network that holds packets up: the delay grows as far as needed, and comes back
// when the network is good again.
func TestPacketsThatComeLate(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	s := tb.speaks("phone", 600)
	r := rand.New(rand.NewPCG(3, 3))
	bad := true
	s.late = func(int64) time.Duration {
		if !bad {
			return 0
		}
		return time.Duration(r.Float64() * float64(110*time.Millisecond))
	}
	all := tb.combine()
	heard := tb.listen(5*time.Second, all)[0]
	grown := s.voice.Stats()
	if grown.Delay < 130*time.Millisecond || grown.Delay > 160*time.Millisecond {
		t.Errorf("the delay has become %v", grown.Delay)
	}
	heard = append(heard, tb.listen(30*time.Second, all)[0]...)
	after := s.voice.Stats()
	if c := after.Concealed - grown.Concealed; c > Rate/10 {
		t.Errorf("once it has grown, %d samples of 30 s are made up", c)
	}
	bad = false
	heard = append(heard, tb.listen(40*time.Second, all)[0]...)
	if d := s.voice.Stats().Delay; d != MinDelay {
		t.Errorf("on a good network the delay stays %v", d)
	}
	if now := astray(s.voice); math.Abs(now) > Rate/100 {
		t.Errorf("it is heard %.1f ms off its time", now/48)
	}
	if worst, at := click(heard); worst > noClick {
		t.Errorf("a click of %.3f at %.3f s", worst, float64(at)/Rate)
	}
	t.Logf("%+v", s.voice.Stats())
}

// A sender stands still for a while and goes on with its timestamps as if nothing had
// been: it is heard again within a second, later by as long as it stood; and when
// the hub's clock has caught up with it, as before.
func TestASenderThatStoodStill(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	s := tb.speaks("phone", 600)
	s.late = func(n int64) time.Duration {
		if n > 100 && n < 300 {
			return 300 * time.Millisecond
		}
		return 0
	}
	all := tb.combine()
	heard := tb.listen(3*time.Second, all)[0]
	if l := level(heard[len(heard)-Rate/10:], 600, Rate); l < 0.19 {
		t.Errorf("it is at %.3f", l)
	}
	if d := s.voice.Stats().Delay; d < 359*time.Millisecond || d > 362*time.Millisecond {
		t.Errorf("the delay is %v", d)
	}
	heard = append(heard, tb.listen(12*time.Second, all)[0]...)
	if d := s.voice.Stats().Delay; d != MinDelay {
		t.Errorf("after it the delay is %v", d)
	}
	if worst, at := click(heard); worst > noClick {
		t.Errorf("a click of %.3f at %.3f s", worst, float64(at)/Rate)
	}
	silent := 0
	for i := 0; i+FrameSamples <= len(heard); i += FrameSamples {
		if level(heard[i:i+FrameSamples], 600, Rate) < 0.1 {
			silent++
		}
	}
	if silent > 50 {
		t.Errorf("%d ms are silent", silent*20)
	}
	t.Logf("%d ms are silent, %+v", silent*20, s.voice.Stats())
}

// A machine that is too busy, for the mixer and for what feeds it alike: when it has time
// again, everybody is heard within two seconds, whatever happened before.
func TestAfterAnyStandstillAllAreHeard(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	tb := &table{t: t, m: NewMixer()}
	held := time.Duration(0)
	for i := range 4 {
		s := tb.speaks(fmt.Sprint(i), 400+float64(i)*250)
		s.late = func(int64) time.Duration { return held }
	}
	all := tb.combine()
	for round := range 40 {
		for range r.IntN(20) { // chaos for a while
			stand := time.Duration(r.IntN(700)) * time.Millisecond
			if stand > maxBehind {
				tb.m.Skip(stand)
			}
			held = time.Duration(r.IntN(400)) * time.Millisecond
			tb.listen(time.Duration(r.IntN(300))*time.Millisecond, all)
		}
		held = 0
		tb.listen(2*time.Second, all)
		heard := tb.listen(100*time.Millisecond, all)[0]
		for i, s := range tb.s {
			if l := level(heard, s.hz, Rate); l < 0.15 { // 0.2, less what bending takes
				t.Errorf("round %d: voice %d is at %.3f: %+v", round, i, l, s.voice.Stats())
			}
		}
	}
}

// What comes later than can be borne is dropped, and said; the delay stays bounded.
func TestTheDelayIsBounded(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	s := tb.speaks("phone", 600)
	s.late = func(n int64) time.Duration { return time.Duration(n%10) * 50 * time.Millisecond }
	tb.combine()
	tb.listen(5 * time.Second)
	st := s.voice.Stats()
	if st.Delay > MaxDelay || st.Late == 0 {
		t.Errorf("%+v", st)
	}
}

// A burst that is far ahead of its time does not overrun what is kept.
func TestWhatComesTooEarlyIsDropped(t *testing.T) {
	t.Parallel()
	m := NewMixer()
	v, _ := m.Join("burst")
	all, _ := m.Combine()
	pcm := (&speaker{hz: 450, loud: 0.2}).samples(FrameSamples)
	for n := range int64(200) {
		v.Push(Frame{Pos: n * FrameSamples, At: time.Duration(n) * FrameTime, PCM: pcm})
	}
	if st := v.Stats(); st.Early < 150 {
		t.Errorf("%+v", st)
	}
	var heard []float32
	for range 50 {
		m.Tick()
		heard = append(heard, all.Samples()...)
	}
	if l := level(heard[Rate/10:Rate/3], 450, Rate); l < 0.1 {
		t.Errorf("what was in bounds is not heard: %.3f", l)
	}
}

// Two microphones hear one clap; one has the worse way. They are put together by when
// they heard it, within the delay that each of them needs.
func TestVoicesAreAlignedByTheClock(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	near, far := tb.speaks("near", 100), tb.speaks("far", 100)
	far.delay = 15 * time.Millisecond // still within the least delay
	near.loud, far.loud = 0.2, -0.2   // in step they cancel out
	all := tb.combine()
	tb.listen(3 * time.Second)
	if l := level(tb.listen(time.Second, all)[0], 100, Rate); l > 0.01 {
		t.Errorf("they are out of step: %.3f is left", l)
	}
}

// A sender that restarts counts from elsewhere: its voice goes on.
func TestASenderThatCountsAnew(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	s := tb.speaks("phone", 480) // whole periods in 20 ms: the tone itself goes on
	all := tb.combine()
	heard := tb.listen(time.Second, all)[0]
	v := s.voice
	const away = 48000 * 3600
	for range 100 {
		s.samples(0)
		at := s.start + time.Duration(s.pos)*time.Second/Rate
		v.Push(Frame{Pos: s.pos + away, At: at, Arrived: at, PCM: s.samples(FrameSamples)})
		s.pos += FrameSamples
		tb.m.Tick()
		heard = append(heard, all.Samples()...)
	}
	if worst, at := click(heard); worst > noClick {
		t.Errorf("a click of %.3f at %.3f s", worst, float64(at)/Rate)
	}
	if st := v.Stats(); st.Jumps != 1 || level(heard[2*Rate:], 480, Rate) < 0.19 {
		t.Errorf("%+v, %.3f", st, level(heard[2*Rate:], 480, Rate))
	}
}

// FuzzVoice: whatever order, length and times frames have, the mixer does not panic,
// and what it gives stays within full scale.
func FuzzVoice(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 200, 100, 0, 255, 9, 9, 9, 9}, uint64(1))
	f.Add([]byte{255, 255, 255, 255, 0, 0, 0, 0}, uint64(2))
	f.Fuzz(func(t *testing.T, script []byte, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := NewMixer()
		v, _ := m.Join("v")
		all, _ := m.Combine()
		pos := int64(0)
		for _, b := range script {
			frame := Frame{Pos: pos, At: m.Now() + time.Duration(int(b)-128)*4*time.Millisecond, Arrived: m.Now(), PCM: noise(r, int(b)*MaxPush/255)}
			switch b % 7 {
			case 0:
				frame.PCM = nil
			case 1:
				frame.Pos += r.Int64() >> (b % 60)
			case 2:
				pos += FrameSamples
			case 3:
				frame.At += time.Duration(r.Int64() >> (4 + b%50))
			}
			if b%11 == 0 && len(frame.PCM) > 3 {
				frame.PCM[0], frame.PCM[1], frame.PCM[2] = float32(math.NaN()), float32(math.Inf(1)), 1e30
			}
			v.Push(frame)
			pos += int64(len(frame.PCM))
			for range b % 5 {
				m.Tick()
				for _, s := range all.Samples() {
					if !(s <= ceiling+1e-6 && s >= -ceiling-1e-6) {
						t.Fatalf("a sample is %v", s)
					}
				}
			}
		}
	})
}
