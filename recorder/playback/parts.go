package playback

import "avhub/recorder/manifest"

// Part is a stretch of half a second, where it stands in its segment's file.
type Part struct {
	Segment      int
	Offset, Size int64
	Start        manifest.Micros
	Duration     manifest.Micros
	Keyframe     bool
	// Coding is the same for segments that one Initialization serves: the number of
	// the first of them.
	Coding int
}

// mostParts bounds an answer.
const mostParts = 2000

// Parts lists those of a stretch that can be played, from the one that its first
// picture is decoded from. An empty list: nothing is recorded there.
func (r *Recording) Parts(s Span) ([]Part, error) {
	if s.Start < 0 || s.Duration <= 0 {
		return nil, ErrSpan
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.walk()
	list := []Part{}
	at, ok := w.from(s.Start)
	end := s.Start + s.Duration
	if !ok || r.part(at).Start >= end {
		return list, nil
	}
	rest := !r.grows() && end >= r.rec.End() // also what begins at the recording's very end
	codings := coding{r: r}
	for at = w.keyframe(at); ok && len(list) < mostParts; at, ok = w.next(at) {
		p := r.part(at)
		if p.Start >= end && !rest {
			break
		}
		list = append(list, Part{at.segment + 1, p.Offset, p.Size, p.Start, p.Duration, p.Keyframe, codings.of(at.segment)})
	}
	return list, nil
}

// coding finds the first of the segments that are coded alike and follow each other.
type coding struct {
	r            *Recording
	segment, was int
}

// of is that of a segment, counted from 0; it returns a number, counted from 1.
func (c *coding) of(segment int) int {
	if c.was > 0 && c.segment == segment {
		return c.was
	}
	first := segment
	for first > 0 && same(c.r.usable(first), c.r.usable(first-1)) {
		if c.was > 0 && first-1 == c.segment {
			first = c.was - 1
			break
		}
		first--
	}
	c.segment, c.was = segment, first+1
	return c.was
}

func same(a, b *head) bool { return a.covers(b) && b.covers(a) }
