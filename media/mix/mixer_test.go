package mix

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// Every loudspeaker hears the others and not its own microphone; the gallery hears all.
func TestEachHearsTheOthers(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	tones := map[string]float64{"judge": 440, "clerk": 770, "defendant": 1230, "witness": 2110}
	for id, hz := range tones {
		tb.speaks(id, hz)
	}
	without := [][]string{nil, {"judge"}, {"clerk"}, {"defendant", "witness"}, {"nobody"}}
	combos := make([]*Combination, len(without))
	for i, ids := range without {
		combos[i] = tb.combine(ids...)
	}
	tb.listen(300 * time.Millisecond)
	for i, heard := range tb.listen(time.Second, combos...) {
		for id, hz := range tones {
			own := false
			for _, w := range without[i] {
				own = own || w == id
			}
			db := 20 * math.Log10(level(heard, hz, Rate)/0.2)
			switch {
			case own && db > -90:
				t.Errorf("without %v: %s is heard at %.1f dB", without[i], id, db)
			case !own && math.Abs(db) > 0.1:
				t.Errorf("without %v: %s is heard at %.1f dB", without[i], id, db)
			}
		}
	}
}

// However many listen to the same set, it is one combination, and it ends with the last.
func TestACombinationIsMadeOnce(t *testing.T) {
	t.Parallel()
	m := NewMixer()
	a, _ := m.Combine("b", "a")
	b, _ := m.Combine("a", "b", "a")
	if a != b || len(m.combos) != 1 {
		t.Fatalf("%d combinations of one set", len(m.combos))
	}
	a.Release()
	if len(m.combos) != 1 {
		t.Error("it ended while somebody listens")
	}
	b.Release()
	if len(m.combos) != 0 {
		t.Error("it goes on without a listener")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	m := NewMixer()
	for i := range MaxVoices {
		if _, err := m.Join(fmt.Sprint(i)); err != nil {
			t.Fatal(i, err)
		}
	}
	if _, err := m.Join("one more"); !errors.Is(err, ErrVoices) {
		t.Errorf("one voice too many: %v", err)
	}
	if _, err := m.Join("3"); !errors.Is(err, ErrJoined) {
		t.Errorf("a voice twice: %v", err)
	}
	for i := range MaxCombinations {
		if _, err := m.Combine(fmt.Sprint(i)); err != nil {
			t.Fatal(i, err)
		}
	}
	if _, err := m.Combine(); !errors.Is(err, ErrCombinations) {
		t.Errorf("one mix too many: %v", err)
	}
	m.voices[3].Leave()
	m.Tick()
	if _, err := m.Join("3"); err != nil {
		t.Errorf("a voice that left may come again: %v", err)
	}
}

// Thirty shout at once: it is turned down, not cut off, and a single one after them is
// as loud as before.
func TestTheSumNeverPassesFullScale(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	for i := range 30 {
		tb.speaks(fmt.Sprint(i), 300+float64(i)*37).loud = 1
	}
	all := tb.combine()
	heard := tb.listen(2*time.Second, all)[0]
	var peak float32
	for _, s := range heard {
		peak = max(peak, s, -s)
	}
	if peak > ceiling+1e-6 || peak < 0.8 {
		t.Errorf("the loudest sample is %.3f", peak)
	}
	for _, s := range tb.s[1:] {
		s.voice.Leave()
	}
	tb.s = tb.s[:1]
	tb.s[0].loud = 0.5
	tb.listen(time.Second)
	if l := level(tb.listen(time.Second, all)[0], 300, Rate); math.Abs(l-0.5) > 0.01 {
		t.Errorf("one who speaks alone is at %.3f after them, not 0.5", l)
	}
}

// The gain moves along a curve: a shout of ten times a tone's level makes no click.
func TestTheLimiterDoesNotClick(t *testing.T) {
	t.Parallel()
	l := newLimiter()
	var out []float32
	for n := range 100 {
		frame := make([]float32, FrameSamples)
		for i := range frame {
			at := float64(n*FrameSamples+i) / FrameSamples
			loud := 0.3 + 2.7*math.Exp(-math.Pow(at-45, 2)) // for 40 ms
			frame[i] = float32(loud * math.Sin(2*math.Pi*200*float64(n*FrameSamples+i)/Rate))
		}
		l.limit(frame)
		out = append(out, frame...)
	}
	if worst, at := click(out); worst > noClick {
		t.Errorf("a click of %.3f at %d", worst, at)
	}
	for i, s := range out {
		if s > ceiling+1e-6 || s < -ceiling-1e-6 {
			t.Fatalf("sample %d is %.3f", i, s)
		}
	}
}

// Who comes and goes makes no click, for those who stay.
func TestJoiningAndLeavingDoNotClick(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	all := tb.combine()
	var heard []float32
	for n := range 10 {
		s := tb.speaks(fmt.Sprint(n), 400+float64(n)*13)
		heard = append(heard, tb.listen(210*time.Millisecond+time.Duration(n)*20*time.Millisecond, all)[0]...)
		if n%2 == 0 {
			s.voice.Leave()
			tb.s = tb.s[:len(tb.s)-1]
		}
	}
	for len(tb.s) > 0 { // some hang up without a word
		tb.s = tb.s[1:]
		heard = append(heard, tb.listen(200*time.Millisecond, all)[0]...)
	}
	if worst, at := click(heard); worst > noClick {
		t.Errorf("a click of %.3f at %.3f s", worst, float64(at)/Rate)
	}
}

// A tick allocates nothing, however many voices and listeners.
func TestATickAllocatesNothing(t *testing.T) {
	m := NewMixer()
	r := rand.New(rand.NewPCG(1, 2))
	pcm := noise(r, FrameSamples)
	var voices []*Voice
	for i := range 30 {
		v, err := m.Join(fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		voices = append(voices, v)
	}
	var combos []*Combination
	for i := range 10 {
		c, err := m.Combine(fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		combos = append(combos, c)
	}
	n := int64(0)
	tick := func() {
		for i, v := range voices {
			if (n+int64(i))%17 == 0 { // some packets are lost
				continue
			}
			v.Push(Frame{Pos: n * FrameSamples, At: m.Now(), Arrived: m.Now(), PCM: pcm})
		}
		n++
		m.Tick()
		for _, c := range combos {
			c.Samples8()
			c.Samples16()
		}
	}
	tick()
	if allocs := testing.AllocsPerRun(200, tick); allocs != 0 {
		t.Errorf("%v allocations a tick", allocs)
	}
}

// Silent voices cost nothing: their senders have said so, or nothing comes from them.
func TestASilentVoiceIsNotLookedAt(t *testing.T) {
	t.Parallel()
	tb := &table{t: t, m: NewMixer()}
	s := tb.speaks("judge", 440)
	all := tb.combine()
	tb.listen(time.Second)
	tb.s = nil
	s.voice.Push(Frame{Pos: s.pos, At: tb.m.Now(), Arrived: tb.m.Now()})
	heard := tb.listen(300*time.Millisecond, all)
	if worst, at := click(heard[0]); worst > noClick {
		t.Errorf("a click of %.3f at %d", worst, at)
	}
	if !s.voice.idle || s.voice.audible {
		t.Error("the voice is still worked on")
	}
	if c := s.voice.Stats().Concealed; c != 0 {
		t.Errorf("%d samples of a voice that was silent are counted as lost", c)
	}
	// It speaks again, and is heard as before.
	s.pos += 15 * FrameSamples
	tb.s = []*speaker{s}
	tb.listen(300*time.Millisecond, all)
	if l := level(tb.listen(time.Second, all)[0], 440, Rate); math.Abs(l-0.2) > 0.002 {
		t.Errorf("after the silence it is at %.3f", l)
	}
}

func BenchmarkTick30Voices(b *testing.B) {
	for _, talking := range []int{30, 3} {
		b.Run(fmt.Sprintf("%d talk", talking), func(b *testing.B) { benchmarkTick(b, talking) })
	}
}

// benchmarkTick is the cost of 20 ms: 30 voices of which some talk, ten loudspeakers in
// A-law, and the sum of all at 16 and 48 kHz. Decoding is not in it.
func benchmarkTick(b *testing.B, talking int) {
	m := NewMixer()
	pcm := noise(rand.New(rand.NewPCG(1, 2)), FrameSamples)
	var voices []*Voice
	for i := range 30 {
		v, _ := m.Join(fmt.Sprint(i))
		voices = append(voices, v)
	}
	var combos []*Combination
	for i := range 10 {
		c, _ := m.Combine(fmt.Sprint(i))
		combos = append(combos, c)
	}
	all, _ := m.Combine()
	b.ReportAllocs()
	n := int64(0)
	for b.Loop() {
		for _, v := range voices[:talking] {
			// 100 ppm: the fractional reading is at work.
			at := time.Duration(float64(n*FrameSamples) / Rate * (1 - 1e-4) * float64(time.Second))
			v.Push(Frame{Pos: n * FrameSamples, At: at, Arrived: m.Now(), PCM: pcm})
		}
		n++
		m.Tick()
		for _, c := range combos {
			c.Samples8()
		}
		all.Samples16()
	}
}
