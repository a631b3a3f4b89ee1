package mix

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// level is how loud a tone is in samples: its amplitude, by Goertzel's algorithm under
// a Hann window, so that other tones do not leak in.
func level(samples []float32, hz float64, rate int) float64 {
	w := 2 * math.Pi * hz / float64(rate)
	var s1, s2, weight float64
	for i, x := range samples {
		hann := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(len(samples)))
		weight += hann
		s1, s2 = float64(x)*hann+2*math.Cos(w)*s1-s2, s1
	}
	return 2 * math.Sqrt(s1*s1+s2*s2-2*math.Cos(w)*s1*s2) / weight
}

// speaker sends a tone as a sender does: 20 ms a packet, by its own clock.
type speaker struct {
	voice *Voice
	hz    float64
	loud  float64
	ppm   float64       // its clock is fast by so many millionths
	delay time.Duration // of the network
	pos   int64         // samples sent
	start time.Duration // when it began, by the mixer's clock
	began bool
	lost  func(n int64) bool          // the n-th packet is lost
	late  func(n int64) time.Duration // and this much later than the others
	waits []Frame
}

func (s *speaker) samples(n int) []float32 {
	pcm := make([]float32, n)
	for i := range pcm {
		pcm[i] = float32(s.loud * math.Sin(2*math.Pi*s.hz*float64(s.pos+int64(i))/Rate))
	}
	return pcm
}

// run sends what has arrived by now.
func (s *speaker) run(now time.Duration) {
	if !s.began {
		s.began, s.start = true, now
	}
	for {
		at := s.start + time.Duration(float64(s.pos)/Rate/(1+s.ppm/1e6)*float64(time.Second))
		if at > now {
			break
		}
		n := s.pos / FrameSamples
		f := Frame{Pos: s.pos, At: at, Arrived: at + s.delay, PCM: s.samples(FrameSamples)}
		s.pos += FrameSamples
		if s.late != nil {
			f.Arrived += s.late(n)
		}
		if s.lost == nil || !s.lost(n) {
			s.waits = append(s.waits, f)
		}
	}
	for len(s.waits) > 0 && s.waits[0].Arrived <= now {
		s.voice.Push(s.waits[0])
		s.waits = s.waits[1:]
	}
}

// table is a mixer with its speakers.
type table struct {
	t *testing.T
	m *Mixer
	s []*speaker
}

func (tb *table) speaks(id string, hz float64) *speaker {
	tb.t.Helper()
	v, err := tb.m.Join(id)
	if err != nil {
		tb.t.Fatal(err)
	}
	s := &speaker{voice: v, hz: hz, loud: 0.2}
	tb.s = append(tb.s, s)
	return s
}

func (tb *table) combine(without ...string) *Combination {
	tb.t.Helper()
	c, err := tb.m.Combine(without...)
	if err != nil {
		tb.t.Fatal(err)
	}
	return c
}

// listen ticks for so long and returns what each combination gave.
func (tb *table) listen(d time.Duration, combos ...*Combination) [][]float32 {
	heard := make([][]float32, len(combos))
	for range d / FrameTime {
		for _, s := range tb.s {
			s.run(tb.m.Now())
		}
		tb.m.Tick()
		for i, c := range combos {
			heard[i] = append(heard[i], c.Samples()...)
		}
	}
	return heard
}

// click is the sharpest bend in the sound: the largest fourth difference, against that
// of a whole-scale sine of 1 kHz. A tone bends little; a cut in one bends as far as it
// was high.
func click(samples []float32) (worst float64, at int) {
	for i := 4; i < len(samples); i++ {
		d := math.Abs(float64(samples[i] - 4*samples[i-1] + 6*samples[i-2] - 4*samples[i-3] + samples[i-4]))
		if d > worst {
			worst, at = d, i
		}
	}
	return worst, at
}

// A cut of a tone of amplitude 0.2 gives a fourth difference of up to 0.6; a fade over
// 5 ms none above this.
const noClick = 0.02

func noise(r *rand.Rand, n int) []float32 {
	pcm := make([]float32, n)
	for i := range pcm {
		pcm[i] = float32(r.NormFloat64() * 0.1)
	}
	return pcm
}
