package recorder

import (
	"fmt"
	"time"

	"avhub/media"
	"avhub/recorder/manifest"
)

// openGap begins a gap, and ends one that lasts.
func (c *cutter) openGap(start manifest.Micros, cause manifest.Cause, detail string, by *manifest.Person) {
	c.closeGap(start)
	c.gaps++
	c.gap = &gap{frames: map[int]uint64{}}
	c.gap.stated = manifest.Gap{Gap: c.gaps, Start: start, UTC: c.clock.at(start), Cause: cause, Detail: detail, By: by}
	c.keep = cause != manifest.CauseClosedSession && cause != manifest.CauseMediation
	if cause == manifest.CauseSourceOffline { // it may have sent what nobody has taken
		for _, t := range c.tracks {
			t.unkey()
		}
	}
	c.out.note(manifest.KindGap, c.gap.stated)
}

// closeGap ends the gap that lasts.
func (c *cutter) closeGap(end manifest.Micros) {
	g := c.gap
	if g == nil {
		if end > c.end { // nobody had noticed yet
			if end-c.end > manifest.MicrosOf(maxUnnoticed) {
				c.nothing(0)
				c.closeGap(end)
				return
			}
			c.media += end - c.end
			c.end = end
		}
		return
	}
	c.gap = nil
	end = max(end, g.stated.Start)
	e := manifest.GapEnd{Gap: g.stated.Gap, End: end, UTC: c.clock.at(end)}
	for _, a := range c.accounts {
		if n := g.frames[a.id]; n > 0 {
			e.Tracks = append(e.Tracks, manifest.TrackCount{ID: a.id, Frames: n})
		}
	}
	c.gapped += end - g.stated.Start
	c.end = end
	c.out.note(manifest.KindGapEnd, e)
}

// maxUnnoticed is the longest time between two segments that counts as the frame
// before having lasted so long.
const maxUnnoticed = 100 * time.Millisecond

// lost notes that the source's time went on without frames.
func (c *cutter) lost(pos, hole manifest.Micros) {
	from := c.headAll()
	since := c.heard - hole.Duration()
	c.closeSegment(0)
	if c.seg != nil || c.broken {
		return
	}
	cause, detail := c.why(since)
	c.openGap(max(c.end, min(from, pos)), cause, detail, nil)
}

// overran notes that the recorder was too slow for its reader's place in the stream.
func (c *cutter) overran(t *track, missed uint64, pos manifest.Micros) {
	if c.gap == nil {
		c.closeSegment(0)
		if c.gap == nil {
			c.openGap(c.end, manifest.CauseOverload, fmt.Sprintf("%d frames came faster than they could be kept", missed), nil)
		}
	}
	t.unkey()
	c.count(t.account.id, missed)
}

// count puts frames into the gap that lasts.
func (c *cutter) count(id int, frames uint64) {
	c.account(id, "").gapped += frames
	if c.gap != nil {
		c.gap.frames[id] += frames
	}
}

// drop puts one frame into the gap that lasts.
func (c *cutter) drop(t *track) {
	t.unkey()
	c.count(t.account.id, 1)
}

// hold counts a unit into the gap, and keeps it while the recording may begin again
// with it: from the last keyframe on.
func (c *cutter) hold(u *media.Unit, t *track) {
	c.drop(t)
	if !c.keep {
		return
	}
	p := c.primary()
	if u.Keyframe && t == p && t.video() {
		c.held, c.heldSize = c.held[:0], 0
	}
	if p != nil && !p.video() {
		return // sound begins anywhere
	}
	if len(c.held) == 0 && !(u.Keyframe && t == p) {
		return
	}
	if c.heldSize += u.Size(); c.heldSize > maxGroup {
		c.held, c.heldSize = nil, 0
		return
	}
	c.held, c.spare = append(c.held, u), true
}

// resume goes on after a gap, with the frames since the last keyframe where that is
// allowed: they leave the gap again.
func (c *cutter) resume() {
	held := c.held
	c.held, c.heldSize = nil, 0
	if len(held) == 0 {
		return // the next unit ends the gap
	}
	g := c.gap
	for _, u := range held {
		t := c.tracks[u.Track]
		t.account.gapped--
		if g != nil {
			g.frames[t.account.id]--
		}
	}
	for i, u := range held {
		t := c.tracks[u.Track]
		if c.broken { // again
			for _, rest := range held[i:] {
				c.hold(rest, c.tracks[rest.Track])
			}
			return
		}
		c.take(u, t, c.place(u, t, 0), c.heard)
	}
}

// refuseHeld gives up units that waited for a beginning that has not come.
func (c *cutter) refuseHeld() {
	held := c.held
	c.held, c.heldSize, c.waiting = nil, 0, 0
	if c.spare {
		return
	}
	for _, u := range held {
		t := c.tracks[u.Track]
		c.skip(t, c.place(u, t, 0), manifest.CauseNoKeyframe, "what describes the picture has not come")
	}
}

// skip counts a frame of a track that cannot be kept while others are.
func (c *cutter) skip(t *track, pos manifest.Micros, cause manifest.Cause, detail string) {
	t.unkey()
	if c.gap != nil {
		c.drop(t)
		return
	}
	if t.missing == nil {
		if s := c.seg; s != nil && s.frames[t.account.id] == 0 && len(t.frames) == 0 && t.pending == nil {
			pos = min(pos, s.stated.Start) // the file has held nothing of it from its beginning on
		}
		t.missing = &manifest.TrackGap{ID: t.account.id, Start: pos, Cause: cause, Detail: detail}
	}
	t.missing.End = max(pos, t.missing.Start)
	t.missing.Frames++
	t.account.gapped++
}

// endMissing notes the time in which a track could not be kept.
func (c *cutter) endMissing(t *track) {
	if t.missing == nil {
		return
	}
	c.out.note(manifest.KindTrackGap, *t.missing)
	t.missing = nil
}

// pause stops recording on an order.
func (c *cutter) pause(at time.Duration, cause manifest.Cause, detail string, by *manifest.Person) {
	if c.done {
		return
	}
	c.refuseHeld()
	c.closeSegment(0)
	start := c.end
	if c.gap != nil && c.line.known {
		start = max(start, c.line.at(at))
	}
	c.broken = false
	c.openGap(start, cause, detail, by)
}

// goOn ends an order's gap. Nothing from within a closed session or a mediation
// comes into the recording; after other pauses it begins at the last keyframe.
func (c *cutter) goOn(at time.Duration) {
	if c.done || !c.ordered() {
		return
	}
	pos := c.end
	if c.line.known {
		pos = max(pos, c.line.at(at))
	}
	if len(c.held) > 0 {
		c.gap.stated.Cause = manifest.CauseNetwork // no order holds any more
		c.resume()
		return
	}
	c.closeGap(pos)
	c.heard = max(c.heard, at)
}

// stop ends the recording with the frames up to now: those under way are waited for.
func (c *cutter) stop(at time.Duration) {
	if c.done || c.stopAt > 0 {
		return
	}
	if !c.line.known { // nothing has ever come
		c.line.begin(at - c.end.Duration())
	}
	c.stopAt, c.stopped = max(c.line.at(at), c.end, 1), at
	if c.seg == nil {
		c.finish()
	}
}

// finish ends the recording.
func (c *cutter) finish() {
	c.done = true
	c.refuseHeld()
	c.closeSegment(0)
	end := c.end
	if c.gap != nil {
		end = max(c.end, c.stopAt)
	} else if c.stopAt-c.end > manifest.MicrosOf(holeAfter) {
		end = c.stopAt
		c.nothing(c.heard)
	}
	c.closeGap(end)
	for _, t := range c.tracks {
		c.endMissing(t)
	}
}
