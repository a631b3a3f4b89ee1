package recorder

import (
	"time"

	"avhub/recorder/manifest"
)

// Status is how a recording stands.
type Status struct {
	ID, Source, Set string
	Labels          map[string]string
	Dir             string
	Started         time.Time     // UTC of its beginning
	Length          time.Duration // how far it reaches
	Media           time.Duration // of that, recorded
	Bytes           int64
	Segments        int
	Gap             *manifest.Gap // the one that lasts, if one does
	Gaps            int
	Lag             int           // bytes that wait for the disk in memory
	Spilled         int64         // and in the spill file
	Behind          time.Duration // how long the oldest part in hand has waited
	Kept, Gapped    uint64        // frames
}

// Recording tells whether frames are being kept now.
func (s Status) Recording() bool { return s.Gap == nil && s.Media > 0 }

// report copies how the writer stands for those who ask.
func (s *Session) report() {
	c := s.cutter
	st := Status{
		ID: s.begin.ID, Source: s.begin.Source, Set: s.begin.Set, Labels: s.begin.Labels, Dir: s.dir, Started: s.begin.Zero,
		Length: c.end.Duration(), Media: c.media.Duration(), Segments: c.segments, Gaps: c.gaps,
	}
	if c.seg != nil {
		st.Length = c.seg.head.Duration()
		st.Media += (c.seg.head - c.seg.stated.Start).Duration()
		if c.seg.oldest > 0 {
			st.Behind = s.now() - c.seg.oldest
		}
	}
	if c.gap != nil {
		g := c.gap.stated
		st.Gap = &g
	}
	for _, a := range c.accounts {
		st.Kept += a.kept
		st.Gapped += a.gapped
	}
	st.Lag, st.Spilled = s.queue.lag()
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Bytes = s.status.Bytes
	s.status = st
}

// Status is how the recording stands, a tenth of a second ago at most unless the disk
// is slow.
func (s *Session) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// told passes on what the manifest has taken.
func (s *Session) told(kind string, body any) {
	if p, ok := body.(manifest.Part); ok {
		s.r.disk.wrote(p.Size, time.Now())
		s.mu.Lock()
		s.status.Bytes += p.Size
		s.mu.Unlock()
	}
	s.r.o.Told(Told{ID: s.begin.ID, Source: s.begin.Source, Dir: s.dir, Labels: s.begin.Labels, Kind: kind, Body: body})
}
