package party

import (
	"sync"
	"time"
)

// When somebody speaks: their sound has been over the threshold for a moment, and has not
// been under it for longer than a pause between words.
const (
	speechLevel = 45 // dB under the loudest (RFC 6464): quiet rooms are at 60 and more
	speechFor   = 200 * time.Millisecond
	speechPause = 800 * time.Millisecond
)

// loudness is how loud somebody is, by the levels that their packets carry.
type loudness struct {
	mu    sync.Mutex
	mean  float64   // dB over silence
	from  time.Time // since when they speak; zero: they do not
	heard time.Time // the last loud packet
}

// hear takes the level of a packet.
func (l *loudness) hear(level uint8, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	over := 127 - float64(level)
	l.mean += (over - l.mean) / 8
	if level > speechLevel {
		return
	}
	if l.from.IsZero() || now.Sub(l.heard) > speechPause {
		l.from = now
	}
	l.heard = now
}

// at tells whether they speak, and how loudly.
func (l *loudness) at(now time.Time) (level float64, speaks bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.from.IsZero() || now.Sub(l.heard) > speechPause || l.heard.Sub(l.from) < speechFor {
		return 0, false
	}
	return l.mean, true
}
