package egress

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/egress/prefetch"
	"avhub/media/egress/udpout"
)

// A large picture leaves in rounds: each viewer is given so much of it, then the
// next part after a pause. So nobody waits for another's whole keyframe, and
// nobody's socket buffer is overrun.
const (
	roundBytes = 64 << 10
	roundPause = time.Millisecond
)

// shard is one goroutine that serves some of a stream's viewers.
type shard struct {
	fanout *Fanout

	mu    sync.Mutex
	seats []seat // replaced, never changed in place
}

// seat is a viewer's place in a shard.
type seat struct {
	*Viewer
	hot *prefetch.Set // what sending to it needs
}

// Who is served soon: what is known of them is fetched from memory meanwhile. It takes as
// long as one viewer or less.
const (
	soon  = 2
	later = 2 * soon // the list of what to fetch
)

func (s *shard) add(v *Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seats = append(slices.Clip(s.seats), seat{v, v.hot()})
}

// remove reports whether the viewer was there.
func (s *shard) remove(v *Viewer) (found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.seats, func(x seat) bool { return x.Viewer == v })
	if i >= 0 {
		s.seats = slices.Delete(slices.Clone(s.seats), i, i+1)
	}
	return i >= 0
}

func (s *shard) snapshot() []seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seats
}

// run copies units to the viewers until ctx ends or the stream does.
func (s *shard) run(ctx context.Context, reader *media.Reader) error {
	defer reader.Close()
	for turn := 0; ; turn++ {
		u, _, err := reader.Next(ctx)
		if err != nil {
			return err
		}
		if seats := s.snapshot(); len(seats) > 0 {
			s.send(ctx, seats, turn%len(seats), u)
		}
	}
}

// send sends one unit to all viewers. Who is first changes from unit to unit,
// so that nobody is always last.
func (s *shard) send(ctx context.Context, seats []seat, first int, u *media.Unit) {
	b := udpout.Acquire()
	defer b.Release()
	n := u.Packets.Len()
	for from := 0; from < n; {
		to := n
		if u.Size() > roundBytes {
			to = upTo(u, from, roundBytes)
		}
		if from > 0 {
			b.Flush()
			if !pause(ctx, roundPause) {
				return
			}
		}
		for i := range seats {
			v := seats[(first+i)%len(seats)].Viewer
			seats[(first+i+later)%len(seats)].hot.FetchSet()
			seats[(first+i+soon)%len(seats)].hot.Fetch()
			if from == 0 {
				s.serve(v, b, u, to)
			} else {
				v.part(b, u, from, to)
			}
		}
		from = to
	}
}

// serve sends the first payloads of one unit to one viewer, and before it what
// the viewer missed between its catch-up and now.
func (s *shard) serve(v *Viewer, b *udpout.Batch, u *media.Unit, to int) {
	missed := v.live(s.fanout, b, u, to)
	if missed == 0 {
		return
	}
	for _, old := range s.fanout.stream.Range(u.Index-missed, u.Index) {
		v.after(s.fanout, b, old, old.Packets.Len())
	}
	v.after(s.fanout, b, u, to)
}

// end tells all viewers that the stream serves them no more.
func (s *shard) end(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	for _, x := range s.snapshot() {
		if !x.gone.Load() {
			x.lose(s.fanout, err)
		}
	}
}
