package recorder

import (
	"time"

	"avhub/recorder/manifest"
)

// suspend closes what is open for the hub's going away.
func (c *cutter) suspend() {
	if c.done {
		return
	}
	c.refuseHeld()
	c.closeSegment(0)
	for _, t := range c.tracks {
		c.endMissing(t)
	}
	if c.gap == nil {
		c.openGap(c.end, manifest.CauseHubRestart, "the hub was stopped", nil)
	}
}

// seal states what the recording holds.
func (c *cutter) seal() manifest.Seal {
	s := manifest.Seal{
		Ended: c.clock.at(c.end), End: c.end, Segments: c.segments, Media: c.media, Gaps: c.gapped, GapCount: c.gaps,
		Tracks: []manifest.TrackSeal{}, Files: []manifest.SealedFile{},
	}
	for _, a := range c.accounts {
		s.Tracks = append(s.Tracks, manifest.TrackSeal{ID: a.id, Kind: a.kind, In: a.in, Kept: a.kept, Gapped: a.gapped})
	}
	return s
}

// restore is a cutter that goes on where a manifest ends.
func restore(rec *manifest.Recording, o cutting) *cutter {
	c := &cutter{o: o, end: rec.End(), segments: len(rec.Segments), gaps: len(rec.Gaps)}
	c.clock.zero = rec.Zero
	for _, step := range rec.Clocks {
		c.clock.moved += time.Duration(step.StepMS) * time.Millisecond
	}
	for _, s := range rec.Segments {
		for _, t := range s.Tracks {
			c.account(t.ID, t.Kind).kept += s.Frames[t.ID]
		}
		c.sequence += uint32(len(s.Parts))
	}
	for _, g := range rec.Gaps {
		c.gapped += g.End() - g.Start
		if g.Ended == nil {
			c.gap = &gap{stated: g.Gap, frames: map[int]uint64{}}
			c.keep = g.Cause != manifest.CauseClosedSession && g.Cause != manifest.CauseMediation
			continue
		}
		for _, t := range g.Ended.Tracks {
			c.account(t.ID, "").gapped += t.Frames
		}
	}
	c.media = c.end - c.gapped // what is too short for a gap was recorded: the frame before lasted so long
	for _, g := range rec.TrackGaps {
		c.account(g.ID, "").gapped += g.Frames
	}
	for _, a := range c.accounts {
		a.in = a.kept + a.gapped
	}
	return c
}
