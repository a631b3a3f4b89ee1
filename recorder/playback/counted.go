package playback

import (
	"errors"
	"io/fs"
	"sync"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// counted is the summary of a recording that is being written: it goes on from
// where it was, and keeps no parts.
type counted struct {
	dir string

	mu    sync.Mutex
	tail  *ledger.Tail
	at    stamp
	rec   manifest.Recording // its segments but the last hold no parts
	bytes int64              // of segments before the last
	fault error
}

func newCounted(dir string) *counted { return &counted{dir: dir, tail: ledger.NewTail(dir)} }

// summary takes in what has been written since.
func (c *counted) summary(p place) (Summary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, err := stampOf(c.dir, c.at)
	if err != nil {
		return Summary{}, err
	}
	if at != c.at || !at.certain {
		c.fault = c.tail.Read(c.take)
		if errors.Is(c.fault, fs.ErrNotExist) {
			return Summary{}, c.fault
		}
		c.at = at
	}
	s := summaryOf(p, &c.rec.Begin)
	s.Length, s.GapCount, s.Segments, s.Sealed = c.rec.End(), len(c.rec.Gaps), len(c.rec.Segments), c.rec.Seal != nil
	s.Bytes = c.bytes
	if n := len(c.rec.Segments); n > 0 {
		s.Bytes += c.rec.Segments[n-1].Bytes()
	}
	for _, g := range c.rec.Gaps {
		s.Gaps += g.End() - g.Start
	}
	switch {
	case c.fault != nil:
		s.Fault = c.fault.Error()
	case c.rec.Begin.ID == "":
		s.Fault = "its manifest has no beginning"
	case c.rec.Begin.ID != p.id:
		s.Fault = "its manifest is that of another recording"
	}
	return s, nil
}

// take forgets the parts of a segment when the next one begins.
func (c *counted) take(e ledger.Entry) error {
	if n := len(c.rec.Segments); n > 0 && e.Kind == manifest.KindSegment {
		last := c.rec.Segments[n-1]
		c.bytes += last.Bytes()
		last.Parts, last.Frames = nil, nil
	}
	return c.rec.Take(e)
}
