package mix

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// The form of sound inside.
const (
	Rate         = 48000                 // samples a second
	FrameTime    = 20 * time.Millisecond // of one tick
	FrameSamples = Rate / 50             // in one tick
)

// Limits of one mixer.
const (
	MaxVoices       = 64
	MaxCombinations = 64
)

// Errors of a mixer that has no room, or knows the voice already.
var (
	ErrVoices       = fmt.Errorf("%d voices are mixed already, which is the most", MaxVoices)
	ErrCombinations = fmt.Errorf("%d different mixes are made already, which is the most", MaxCombinations)
	ErrJoined       = errors.New("the voice is in the mix already: take it out first")
)

// Mixer adds voices up. One goroutine at a time uses it and what it hands out.
type Mixer struct {
	now    int64 // samples since the start: where the next tick begins
	voices []*Voice
	combos []*Combination
	total  [FrameSamples]float32
}

// NewMixer makes a mixer without voices. Its clock stands at zero.
func NewMixer() *Mixer { return &Mixer{} }

// Now is the mixer's time: where the next tick begins.
func (m *Mixer) Now() time.Duration { return ticksTime(m.now, Rate) }

// Join adds a voice.
func (m *Mixer) Join(id string) (*Voice, error) {
	heard := 0
	for _, v := range m.voices {
		switch {
		case v.id == id && !v.leaving:
			return nil, ErrJoined
		case !v.leaving:
			heard++
		}
	}
	if heard >= MaxVoices {
		return nil, ErrVoices
	}
	v := &Voice{id: id, mixer: m, idle: true}
	v.jitter.reset()
	m.voices = append(m.voices, v)
	m.wire()
	return v, nil
}

// Combine gives the sum of all voices but those named, who need not have joined yet.
// Who asks for the same set gets the same combination; each gives it back by Release.
func (m *Mixer) Combine(without ...string) (*Combination, error) {
	without = slices.Compact(slices.Sorted(slices.Values(without)))
	for _, c := range m.combos {
		if slices.Equal(c.without, without) {
			c.users++
			return c, nil
		}
	}
	if len(m.combos) >= MaxCombinations {
		return nil, ErrCombinations
	}
	c := &Combination{mixer: m, without: without, users: 1, limiter: newLimiter(), made: -1, made8: -1, made16: -1}
	c.down8, c.down16 = newDecimator(Rate/8000), newDecimator(Rate/16000)
	m.combos = append(m.combos, c)
	m.wire()
	return c, nil
}

// wire tells every combination whom it leaves out.
func (m *Mixer) wire() {
	for _, c := range m.combos {
		c.out = c.out[:0]
		for _, v := range m.voices {
			if slices.Contains(c.without, v.id) {
				c.out = append(c.out, v)
			}
		}
	}
}

// Tick makes the next 20 ms of every combination.
func (m *Mixer) Tick() {
	clear(m.total[:])
	gone := false
	for _, v := range m.voices {
		if v.render(m.now) {
			for i, s := range v.frame[:] {
				m.total[i] += s
			}
		}
		gone = gone || v.gone()
	}
	for _, c := range m.combos {
		c.make(m.now, &m.total)
	}
	if gone {
		m.voices = slices.DeleteFunc(m.voices, (*Voice).gone)
		m.wire()
	}
	m.now += FrameSamples
}

// Skip moves the clock on over time in which nobody ticked. All voices begin anew.
func (m *Mixer) Skip(d time.Duration) {
	m.now += int64(d / FrameTime * FrameSamples)
	for _, v := range m.voices {
		v.idle = true
	}
}
