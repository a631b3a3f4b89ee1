package mix

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"avhub/media/pcm"
)

// Form is the form in which a listener takes a mix, 20 ms at a time.
type Form int

// The forms.
const (
	PCMA     Form = iota // G.711 A-law, 160 octets
	PCMU                 // G.711 µ-law, 160 octets
	S16At16k             // 16-bit little-endian samples at 16 kHz, 640 octets: speech to text
	S16At48k             // the same at 48 kHz, 1,920 octets
)

// lineFrames is how many frames a listener may lag: 320 ms. It then misses the oldest.
const lineFrames = 16

// Piece is 20 ms of a mix.
type Piece struct {
	Data   []byte
	At     time.Time // when the most punctual voices in it were captured
	Missed uint64    // pieces right before it that the listener was too slow for
}

// line is one combination in one form, kept for a while for all who take it.
type line struct {
	form  Form
	combo *Combination
	slots [lineFrames]struct {
		data []byte
		at   time.Time
	}
	head uint64 // of the next frame
	ints []int16
	taps []*Tap
}

// Tap is one listener's place at a mix. One goroutine uses it.
type Tap struct {
	console *Console
	line    *line
	next    uint64
	wake    chan struct{}
	closed  bool // guarded by console.mu
}

// Tap listens to all voices but those named.
func (c *Console) Tap(form Form, without ...string) (*Tap, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tap(form, without)
}

// tap is Tap for one who holds c.mu.
func (c *Console) tap(form Form, without []string) (*Tap, error) {
	if c.closed {
		return nil, ErrClosed
	}
	combo, err := c.mixer.Combine(without...)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.lines, func(l *line) bool { return l.form == form && l.combo == combo })
	if i < 0 {
		i = len(c.lines)
		c.lines = append(c.lines, &line{form: form, combo: combo})
		c.heard.Store(true)
	}
	l := c.lines[i]
	t := &Tap{console: c, line: l, next: l.head, wake: make(chan struct{}, 1)}
	l.taps = append(l.taps, t)
	return t, nil
}

// take puts the tick's frame into the line.
func (l *line) take(at time.Time) {
	slot := &l.slots[l.head%lineFrames]
	slot.at = at
	slot.data = l.encode(slot.data[:0])
	l.head++
	l.wakeAll()
}

func (l *line) wakeAll() {
	for _, t := range l.taps {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

func (l *line) encode(dst []byte) []byte {
	switch l.form {
	case PCMA:
		l.ints = ToInt16(l.ints[:0], l.combo.Samples8())
		return pcm.AppendALaw(dst, l.ints)
	case PCMU:
		l.ints = ToInt16(l.ints[:0], l.combo.Samples8())
		return pcm.AppendMuLaw(dst, l.ints)
	case S16At16k:
		l.ints = ToInt16(l.ints[:0], l.combo.Samples16())
	default:
		l.ints = ToInt16(l.ints[:0], l.combo.Samples())
	}
	for _, s := range l.ints {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(s))
	}
	return dst
}

// Next waits for the next piece. Its data are put into dst from the beginning, so that
// nothing is allocated once dst is large enough.
func (t *Tap) Next(ctx context.Context, dst []byte) (Piece, error) {
	for {
		if p, ok, err := t.poll(dst); ok || err != nil {
			return p, err
		}
		select {
		case <-t.wake:
		case <-ctx.Done():
			return Piece{}, ctx.Err()
		}
	}
}

func (t *Tap) poll(dst []byte) (p Piece, ok bool, err error) {
	t.console.mu.Lock()
	defer t.console.mu.Unlock()
	switch {
	case t.closed || t.console.closed:
		return p, false, ErrClosed
	case t.next == t.line.head:
		return p, false, nil
	}
	if oldest := t.line.head - min(t.line.head, lineFrames); t.next < oldest {
		p.Missed = oldest - t.next
		t.next = oldest
	}
	slot := &t.line.slots[t.next%lineFrames]
	t.next++
	p.Data, p.At = append(dst[:0], slot.data...), slot.at
	return p, true, nil
}

// Close ends listening. It may be called at any time, and twice.
func (t *Tap) Close() {
	c := t.console
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.closed {
		return
	}
	t.closed = true
	select {
	case t.wake <- struct{}{}:
	default:
	}
	l := t.line
	l.taps = slices.DeleteFunc(l.taps, func(other *Tap) bool { return other == t })
	if len(l.taps) == 0 {
		c.lines = slices.DeleteFunc(c.lines, func(other *line) bool { return other == l })
		c.heard.Store(len(c.lines) > 0)
	}
	l.combo.Release()
}
