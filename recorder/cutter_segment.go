package recorder

import (
	"time"

	"avhub/media"
	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// openSegment begins a segment at a unit, and ends the gap before it.
func (c *cutter) openSegment(u *media.Unit, t *track, pos manifest.Micros) {
	start := max(pos, c.end)
	c.closeGap(start)
	s := &segment{opened: start, head: start, frames: map[int]uint64{}}
	s.stated = manifest.Segment{Segment: c.segments + 1, File: manifest.SegmentFile(c.segments + 1), Start: start, UTC: u.UTC}
	var described []fmp4.Track
	for _, t := range c.tracks {
		if t.describable() {
			s.tracks = append(s.tracks, t)
			described = append(described, t.describe(0))
			s.stated.Tracks = append(s.stated.Tracks, t.stated())
		}
	}
	p := c.primary()
	// With sound first it is the next picture that counts: a keyframe, if one was waited for.
	s.stated.MidGroup = p != nil && p.video() && p.describable() && (t == p && !u.Keyframe || t != p && p.keyed)
	if _, err := fmp4.Header(described); err != nil {
		// What a track says of itself is malformed: go on with those that do not.
		c.exclude(described)
		if c.primary() == nil {
			c.openGap(start, manifest.CauseCodec, err.Error(), nil)
			return
		}
		c.openSegment(u, t, pos)
		return
	}
	c.segments++
	c.seg = s
}

// beginFile settles where the file's zero lies, by its first frames, and describes
// the tracks.
func (c *cutter) beginFile() error {
	s := c.seg
	zero, shown := manifest.Micros(-1), manifest.Micros(-1)
	for _, t := range s.tracks {
		if len(t.frames) == 0 {
			continue
		}
		f := t.frames[0]
		if dts := ticksToMicros(f.dts, t.rate); zero < 0 || dts < zero {
			zero = dts
		}
		if pts := ticksToMicros(f.pts, t.rate); shown < 0 || pts < shown {
			shown = pts
		}
	}
	s.base = map[int]int64{}
	described := make([]fmp4.Track, len(s.tracks))
	for i, t := range s.tracks {
		base := microsToTicks(zero, t.rate)
		s.base[t.account.id] = base
		s.stated.Tracks[i].Base = base
		described[i] = t.describe(microsToTicks(max(shown, zero), t.rate) - base)
	}
	header, err := fmp4.Header(described)
	if err == nil {
		c.out.begin(s.stated, header)
	}
	return err
}

// rebase puts a part's times on the file's own timeline.
func (s *segment) rebase(p *fmp4.Part) {
	for i := range p.Tracks {
		p.Tracks[i].Base = max(0, p.Tracks[i].Base-s.base[p.Tracks[i].ID])
	}
}

// exclude gives up tracks that no header can be made for.
func (c *cutter) exclude(described []fmp4.Track) {
	for i := range described {
		if _, err := fmp4.Header(described[i : i+1]); err == nil {
			continue
		}
		for _, t := range c.tracks {
			if t.account.id == described[i].ID {
				t.codec = ""
			}
		}
	}
}

// settle makes the frame before the unit complete, so that it ends where the unit
// begins.
func (c *cutter) settle(t *track, u *media.Unit) {
	pts := c.line.ticks(u, t.in.ClockRate)
	if t.pending != nil && t.in.Kind.Video() {
		t.settle(&frame{dts: max(pts, t.pending.dts+1)})
	}
}

// add puts a unit into the open segment.
func (c *cutter) add(u *media.Unit, t *track, at time.Duration) {
	c.endMissing(t)
	t.keyed, t.waiting = true, nil
	if t == c.primary() && t.video() && !c.seg.pictured {
		c.seg.pictured, c.seg.mid = true, !u.Keyframe
		if c.seg.base == nil { // nothing is written yet
			c.seg.stated.MidGroup = c.seg.mid
		}
	}
	f := t.frame(u, &c.line)
	t.align(f, c.seg.base[t.account.id])
	stalled := t.end > 0 && c.seg.frames[t.account.id] > 0 && ticksToMicros(f.dts, t.rate)-t.head() > manifest.MicrosOf(c.hole())
	if stalled && t.video() {
		from := t.head()
		t.finish(0)
		cause, detail := c.why(at)
		if cause == manifest.CauseSourceOffline {
			cause, detail = manifest.CauseNetwork, ""
		}
		c.out.note(manifest.KindTrackGap, manifest.TrackGap{ID: t.account.id, Start: from, End: ticksToMicros(f.dts, t.rate), Cause: cause, Detail: detail})
	}
	t.settle(f)
	// A part begins with the keyframe, so that playback can begin there, unless the
	// one in hand has one at its beginning: keyframes may come faster than parts.
	begins := u.Keyframe && !c.seg.keyframe
	if t == c.primary() && c.seg.oldest > 0 && (begins || at-c.seg.oldest >= c.o.part*8/10) {
		c.flush()
		if c.seg == nil {
			// The disk failed: the unit belongs to the gap.
			c.drop(t)
			return
		}
		t.align(f, c.seg.base[t.account.id]) // that part may have been the file's first
	}
	if c.seg.oldest == 0 {
		c.seg.oldest = max(at, 1)
		c.seg.keyframe = t == c.primary() && u.Keyframe
	}
	t.pending = f
}

// tick looks after what time alone brings about.
func (c *cutter) tick(at time.Duration) {
	switch {
	case c.done:
	case c.stopAt > 0 && at > c.stopped+time.Second:
		c.finish()
	case c.seg != nil && c.seg.oldest > 0 && at-c.seg.oldest >= c.o.part*8/10: // the next look is a tenth of a second away
		c.flush()
	case c.seg != nil && at-c.heard > max(stallAfter, c.hole()):
		c.closeSegment(0)
		cause, detail := c.why(c.heard)
		c.openGap(c.end, cause, detail, nil)
	case c.seg == nil && c.gap == nil && at-max(c.heard, c.began) > stallAfter:
		c.refuseHeld()
		cause, detail := c.why(c.heard)
		c.openGap(c.end, cause, detail, nil)
	case c.broken && at-c.tried >= retryAfter:
		c.tried = at
		if c.out.ready() {
			c.broken = false
			c.resume()
		}
	}
}

// closeSegment writes what is in hand and ends the segment, at a place or, for 0,
// where its frames end.
func (c *cutter) closeSegment(at manifest.Micros) {
	if c.seg == nil {
		return
	}
	c.flush()
	if c.seg == nil {
		return // the disk failed, and ended it
	}
	if at > c.seg.head && at-c.seg.head <= manifest.MicrosOf(holeAfter) {
		c.seg.head = at
	}
	if c.done && c.stopAt > 0 && c.seg.head > c.stopAt { // a part was written before the end was known
		c.seg.head = max(c.stopAt, c.seg.head-manifest.MicrosOf(partSlack))
	}
	c.endSegment(false)
}

// partSlack is by how much a segment may end before its last part, which could not
// foresee the recording's end.
const partSlack = 40 * time.Millisecond

// endSegment ends the segment where its parts end.
func (c *cutter) endSegment(abandoned bool) {
	s := c.seg
	c.seg = nil
	if s.parts == 0 {
		if !c.out.end(manifest.SegmentEnd{Segment: s.stated.Segment, Start: s.stated.Start, End: s.stated.Start, UTC: s.stated.UTC, Abandoned: true}) {
			c.segments--
		}
		return
	}
	c.media += s.head - s.stated.Start
	c.end = s.head
	e := manifest.SegmentEnd{
		Segment: s.stated.Segment, Start: s.stated.Start, End: s.head, UTC: c.clock.at(s.head), Parts: s.parts, Abandoned: abandoned,
	}
	for _, t := range s.tracks {
		e.Tracks = append(e.Tracks, manifest.TrackCount{ID: t.account.id, Frames: s.frames[t.account.id]})
	}
	c.out.end(e)
}
