package media

import (
	"context"
	"errors"
)

// ErrChanged ends a reader whose stream has come back with other tracks: look
// at Stream.Tracks again and subscribe anew.
var ErrChanged = errors.New("the source has changed its codecs: subscribe again")

// ErrClosed ends a reader whose stream or self was closed.
var ErrClosed = errors.New("stream closed")

// ErrFed refuses a second feed.
var ErrFed = errors.New("another sender is feeding it already: stop that one first")

// Loss is what a reader missed right before the unit it comes with.
type Loss struct {
	Units uint64 // overwritten before the reader came for them
}

// ReaderOptions say what a reader wants.
type ReaderOptions struct {
	// Tracks selects tracks by index; nil takes all but derived ones.
	Tracks []int
	// Derived takes all tracks, those derived now or later too.
	Derived bool
	// FromKeyframe starts at the last keyframe kept, if there is one, and
	// otherwise at the next unit to come.
	FromKeyframe bool
	// Oldest starts at the oldest unit kept.
	Oldest bool
	// Rest hands out what came before a change of tracks, too: the reader ends
	// with ErrChanged only when it has got all of it.
	Rest bool
}

// Reader is one reader's place in a stream. One goroutine uses it.
type Reader struct {
	stream *Stream
	mask   uint64
	next   uint64
	gen    int
	wake   chan struct{}
	closed bool // guarded by stream.mu
	keeps  bool // wants the rest
	rest   []*Unit
}

// Next waits for the next unit of the reader's tracks.
func (r *Reader) Next(ctx context.Context) (*Unit, Loss, error) {
	var loss Loss
	for {
		u, missed, err := r.poll()
		loss.Units += missed
		if u != nil || err != nil {
			return u, loss, err
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
			return nil, loss, ctx.Err()
		}
	}
}

// Poll returns the next unit if it is there already, else nil.
func (r *Reader) Poll() (*Unit, Loss, error) {
	u, missed, err := r.poll()
	return u, Loss{Units: missed}, err
}

// Wake receives when there may be something to Poll for.
func (r *Reader) Wake() <-chan struct{} { return r.wake }

// keepRest takes what the reader has not read yet of the tracks that end. s.mu is held.
func (r *Reader) keepRest() {
	if !r.keeps {
		return
	}
	for _, u := range r.stream.slice(max(r.next, r.stream.ring.tail), r.stream.ring.head) {
		if r.mask&(1<<u.Track) != 0 {
			r.rest = append(r.rest, u)
		}
	}
}

func (r *Reader) poll() (*Unit, uint64, error) {
	s := r.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.closed || s.closed:
		return nil, 0, ErrClosed
	case r.gen != s.gen && len(r.rest) > 0:
		u := r.rest[0]
		r.rest = r.rest[1:]
		return u, 0, nil
	case r.gen != s.gen:
		return nil, 0, ErrChanged
	}
	var missed uint64
	if r.next < s.ring.tail {
		missed = s.ring.tail - r.next
		r.next = s.ring.tail
	}
	for r.next < s.ring.head {
		u := s.ring.at(r.next)
		r.next++
		if r.mask&(1<<u.Track) != 0 {
			return u, missed, nil
		}
	}
	return nil, missed, nil
}

// Position is the index of the unit that Next looks at next.
func (r *Reader) Position() uint64 { return r.next }

// Close takes the reader off the stream. It may be called at any time.
func (r *Reader) Close() { r.stream.unsubscribe(r) }

func (r *Reader) notify() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
