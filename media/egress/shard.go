package egress

import (
	"context"
	"errors"
	"slices"
	"sync"

	"avhub/media"
)

// shard is one goroutine that serves some of a stream's viewers.
type shard struct {
	stream *media.Stream

	mu      sync.Mutex
	viewers []*Viewer // replaced, never changed in place
}

func (s *shard) add(v *Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewers = append(slices.Clip(s.viewers), v)
}

// remove reports whether the viewer was there and how many are left.
func (s *shard) remove(v *Viewer) (found bool, left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.viewers, v)
	if i >= 0 {
		s.viewers = slices.Delete(slices.Clone(s.viewers), i, i+1)
	}
	return i >= 0, len(s.viewers)
}

func (s *shard) snapshot() []*Viewer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.viewers
}

// run copies units to the viewers until ctx ends or the stream does.
func (s *shard) run(ctx context.Context, reader *media.Reader) error {
	defer reader.Close()
	for turn := 0; ; turn++ {
		u, _, err := reader.Next(ctx)
		if err != nil {
			return err
		}
		viewers := s.snapshot()
		if len(viewers) == 0 {
			continue
		}
		// Who is first changes from unit to unit, so that nobody is always last.
		first := turn % len(viewers)
		for i := range viewers {
			v := viewers[(first+i)%len(viewers)]
			s.serve(v, u)
		}
	}
}

// serve sends one unit to one viewer, and before it what the viewer missed
// between its catch-up and its place in this shard.
func (s *shard) serve(v *Viewer, u *media.Unit) {
	if v.gone.Load() {
		return
	}
	if missed := v.missing(u.Index); missed > 0 {
		for _, old := range s.stream.Range(u.Index-missed, u.Index) {
			v.live(old)
		}
	}
	v.live(u)
}

// end tells all viewers that the stream serves them no more.
func (s *shard) end(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	for _, v := range s.snapshot() {
		if v.Ended != nil && !v.gone.Load() {
			v.Ended(err)
		}
	}
}
