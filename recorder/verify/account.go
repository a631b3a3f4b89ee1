package verify

import (
	"fmt"
	"time"

	"avhub/recorder/manifest"
)

// Bounds of the account.
const (
	sumSlack  manifest.Micros = 40_000    // media + gaps and the end
	unnoticed manifest.Micros = 100_000   // between two stretches: the frame before lasted so long
	tail      manifest.Micros = 1_000_000 // by which a segment may end behind its last part
)

// account holds the manifest's times and counts against each other.
func (c *checker) account() {
	t := &c.taken
	if t.ID == "" {
		c.findf(Structure, "", "the manifest does not say what it is of")
		return
	}
	holes := c.timeline()
	kept, gapped := map[int]uint64{}, map[int]uint64{}
	var media, gaps manifest.Micros
	for _, s := range t.Segments {
		media += s.End() - s.Start
		c.segmentAccount(s)
		for id, n := range s.Frames {
			kept[id] += n
		}
	}
	for _, g := range t.Gaps {
		gaps += g.End() - g.Start
		if g.Ended != nil {
			for _, n := range g.Ended.Tracks {
				gapped[n.ID] += n.Frames
			}
		}
	}
	for _, g := range t.TrackGaps {
		gapped[g.ID] += g.Frames
	}
	if t.Seal != nil {
		c.sealAccount(media+holes, gaps, kept, gapped)
	}
}

// timeline checks that segments and gaps follow each other without a hole, and
// returns the sum of those too small to count.
func (c *checker) timeline() (holes manifest.Micros) {
	t := &c.taken
	at := manifest.Micros(0)
	segments, gaps := t.Segments, t.Gaps
	step := func(what string, from, until manifest.Micros) {
		switch hole := from - at; {
		case hole > unnoticed:
			c.find(Finding{Problem: Account, Span: &Span{From: at, Until: from}, Text: fmt.Sprintf("nothing says what was in the %v before %s", hole.Duration(), what)})
		case hole < 0:
			c.find(Finding{Problem: Account, Span: &Span{From: from, Until: at}, Text: fmt.Sprintf("%s begins before what stands before it has ended", what)})
		default:
			holes += hole
		}
		at = max(at, until)
	}
	for len(segments) > 0 || len(gaps) > 0 {
		if len(gaps) == 0 || len(segments) > 0 && segments[0].Start < gaps[0].Start ||
			len(segments) > 0 && segments[0].Start == gaps[0].Start && segments[0].End() <= gaps[0].End() && segments[0].End() == segments[0].Start {
			step(segments[0].File, segments[0].Start, segments[0].End())
			segments = segments[1:]
			continue
		}
		step(fmt.Sprintf("gap %d", gaps[0].Gap.Gap), gaps[0].Start, gaps[0].End())
		gaps = gaps[1:]
	}
	if t.Seal != nil && (t.Seal.End-at > unnoticed || t.Seal.End < at) {
		c.find(Finding{Problem: Account, Span: &Span{From: at, Until: t.Seal.End}, Text: "the seal's end is not that of the last segment or gap"})
	} else if t.Seal != nil {
		holes += t.Seal.End - at
	}
	return holes
}

// segmentAccount checks that a segment's parts follow each other, and its counts.
func (c *checker) segmentAccount(s *manifest.SegmentState) {
	at := s.Start
	for i, p := range s.Parts {
		if d := p.Start - at; d < -sumSlack || d > tail {
			c.find(Finding{Problem: Account, File: s.File, Part: i + 1, Span: &Span{From: at, Until: p.Start}, Text: fmt.Sprintf("part %d does not follow the one before", i+1)})
		}
		at = max(at, p.Start+p.Duration)
	}
	if s.Ended == nil {
		return
	}
	if s.Ended.Start != s.Start || s.Ended.End < at-sumSlack || s.Ended.End > at+tail {
		c.find(Finding{Problem: Account, File: s.File, Span: &Span{From: s.Start, Until: s.Ended.End}, Text: "it does not begin and end where its parts do"})
	}
	for _, n := range s.Ended.Tracks {
		if n.Frames != s.Frames[n.ID] {
			c.find(Finding{
				Problem: Account, File: s.File, Span: &Span{From: s.Start, Until: s.Ended.End},
				Text: fmt.Sprintf("track %d has %d frames by its end, and %d by its parts", n.ID, n.Frames, s.Frames[n.ID]),
			})
		}
	}
}

// sealAccount holds the seal against what stands before it.
func (c *checker) sealAccount(media, gaps manifest.Micros, kept, gapped map[int]uint64) {
	s := c.taken.Seal
	wrong := func(format string, args ...any) {
		c.find(Finding{Problem: Account, Entry: c.taken.SealEntry, Span: &Span{From: s.End, Until: s.End}, Text: "seal: " + fmt.Sprintf(format, args...)})
	}
	if !near(s.Media+s.Gaps, s.End) {
		wrong("media of %v and gaps of %v are not %v", s.Media.Duration(), s.Gaps.Duration(), s.End.Duration())
	}
	if !near(s.Media, media) || !near(s.Gaps, gaps) || s.GapCount != len(c.taken.Gaps) {
		wrong("it says %v of media and %d gaps of %v; there are %v, and %d of %v",
			s.Media.Duration(), s.GapCount, s.Gaps.Duration(), media.Duration(), len(c.taken.Gaps), gaps.Duration())
	}
	if d := s.Ended.Sub(c.taken.At(s.End)).Abs(); d > time.Second {
		wrong("it ended at %s by the wall clock, %v off its place on the timeline", s.Ended.UTC().Format(time.RFC3339), d)
	}
	if s.Restarts != c.taken.Restarts {
		wrong("%d restarts, of which %d are in the manifest", s.Restarts, c.taken.Restarts)
	}
	c.sealedTracks(wrong, kept, gapped)
	c.sealedFiles(wrong)
}

func (c *checker) sealedTracks(wrong func(string, ...any), kept, gapped map[int]uint64) {
	for _, t := range c.taken.Seal.Tracks {
		if t.In != t.Kept+t.Gapped {
			wrong("track %d: %d frames came in, %d were kept and %d are in gaps", t.ID, t.In, t.Kept, t.Gapped)
		}
		if t.Kept != kept[t.ID] || t.Gapped != gapped[t.ID] {
			wrong("track %d: %d frames kept and %d in gaps; the entries have %d and %d", t.ID, t.Kept, t.Gapped, kept[t.ID], gapped[t.ID])
		}
		delete(kept, t.ID)
		delete(gapped, t.ID)
	}
	for id, n := range kept {
		if n > 0 || gapped[id] > 0 {
			wrong("it does not speak of track %d", id)
		}
		delete(gapped, id)
	}
	for id, n := range gapped {
		if n > 0 {
			wrong("it does not speak of track %d", id)
		}
	}
}

func (c *checker) sealedFiles(wrong func(string, ...any)) {
	s := c.taken.Seal
	var bytes int64
	if len(s.Files) != len(c.taken.Segments) || s.Segments != len(s.Files) {
		wrong("it names %d files and %d segments of %d", len(s.Files), s.Segments, len(c.taken.Segments))
		return
	}
	for i, f := range s.Files {
		e := c.taken.Segments[i].Ended
		bytes += f.Size
		if f.File != c.taken.Segments[i].File || f.Size != e.Size || f.SHA256 != e.SHA256 || f.SM3 != e.SM3 {
			wrong("what it says of %s is not what its end says", f.File)
		}
	}
	if bytes != s.Bytes {
		wrong("%d bytes, and %d by its files", s.Bytes, bytes)
	}
}

func near(a, b manifest.Micros) bool { return (a - b).Duration().Abs() <= sumSlack.Duration() }
