package verify

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// segment is what the manifest says of one file.
type segment struct {
	stated manifest.Segment
	begun  bool // its first entry was there
	ended  *manifest.SegmentEnd
	parts  []part
}

// part is what it says of one part.
type part struct {
	number          int
	offset, size    int64
	start, duration manifest.Micros
	utc             time.Time
	sha             hash
	sm3             string
	frames          []manifest.PartTrack
}

// hash is a SHA-256; zero: it is not written as one.
type hash [32]byte

func parseHash(s string) (h hash) {
	if len(s) == hex.EncodedLen(len(h)) && strings.ToLower(s) == s {
		if _, err := hex.Decode(h[:], []byte(s)); err != nil {
			return hash{}
		}
	}
	return h
}

// bytes is how much of the file counts.
func (s *segment) bytes() int64 {
	if s.ended != nil {
		return s.ended.Size
	}
	size := s.stated.Size
	for _, p := range s.parts {
		size = max(size, p.offset+p.size)
	}
	return size
}

// span is when in the recording the segment lies.
func (s *segment) span() *Span {
	from := s.stated.Start
	if !s.begun && len(s.parts) > 0 {
		from = s.parts[0].start
	}
	until := from
	if n := len(s.parts); n > 0 {
		until = max(until, s.parts[n-1].start+s.parts[n-1].duration)
	}
	if s.ended != nil {
		until = max(until, s.ended.End)
	}
	return &Span{From: from, Until: until}
}

// of is the span of its parts from one to another, by index.
func (s *segment) of(first, last int) *Span {
	return &Span{From: s.parts[first].start, Until: s.parts[last].start + s.parts[last].duration}
}

// take takes the next entry as it stands in the manifest, whether or not it should
// stand there.
func (c *checker) take(e ledger.Entry, at ledger.Place) {
	if !c.broken {
		if err := c.taken.Take(e); err != nil {
			c.broken = true
			c.find(Finding{Problem: Structure, File: at.File, Line: at.Line, Entry: e.N, Span: &Span{From: c.taken.End(), Until: c.taken.End()}, Text: err.Error()})
		}
	}
	var err error
	switch e.Kind {
	case manifest.KindSegment:
		err = c.takeSegment(e)
	case manifest.KindPart:
		err = c.takePart(e)
	case manifest.KindSegmentEnd:
		err = c.takeSegmentEnd(e)
	case manifest.KindSeal:
		c.sealing = append([]byte(nil), e.Body...)
	case manifest.KindStamp:
		var s manifest.Stamp
		if err = manifest.Decode(e, &s); err == nil {
			c.stamps = append(c.stamps, stamped{s, e.N, at})
		}
	}
	if err != nil {
		c.find(Finding{Problem: Structure, File: at.File, Line: at.Line, Entry: e.N, Text: fmt.Sprintf("entry %d: %v", e.N, err)})
	}
	c.remember(e, at)
}

func (c *checker) takeSegment(e ledger.Entry) error {
	var s manifest.Segment
	if err := manifest.Decode(e, &s); err != nil {
		return err
	}
	c.next(s.Segment)
	c.reading.stated, c.reading.begun = s, true
	return nil
}

// next makes a segment the one whose entries come now, and has the one before
// compared.
func (c *checker) next(number int) {
	if c.reading != nil {
		c.jobs <- c.reading
	}
	c.reading = &segment{stated: manifest.Segment{Segment: number, File: manifest.SegmentFile(number)}}
	c.files[c.reading.stated.File] = true
}

// within sees to it that entries go to their segment, even if its first one is gone.
func (c *checker) within(number int) {
	if c.reading == nil || c.reading.stated.Segment != number || c.reading.ended != nil {
		c.next(number)
	}
}

func (c *checker) takePart(e ledger.Entry) error {
	p, err := manifest.ParsePart(e)
	if err != nil {
		return err
	}
	c.within(p.Segment)
	if c.o.Excerpt != nil {
		c.partHashes[p.Segment] = append(c.partHashes[p.Segment], parseHash(p.SHA256))
	}
	c.reading.parts = append(c.reading.parts, part{
		number: p.Part, offset: p.Offset, size: p.Size, start: p.Start, duration: p.Duration, utc: p.UTC,
		sha: parseHash(p.SHA256), sm3: p.SM3, frames: p.Tracks,
	})
	return nil
}

func (c *checker) takeSegmentEnd(e ledger.Entry) error {
	var end manifest.SegmentEnd
	if err := manifest.Decode(e, &end); err != nil {
		return err
	}
	c.within(end.Segment)
	c.reading.ended = &end
	return nil
}
