package recorder

import (
	"slices"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// flush writes what is in hand as a part.
func (c *cutter) flush() {
	p := &fmp4.Part{}
	stated := manifest.Part{Segment: c.seg.stated.Segment, Part: c.seg.parts + 1, Start: c.seg.head, Keyframe: c.seg.keyframe}
	head := c.seg.head
	for _, t := range c.seg.tracks {
		t.finish(c.rest(t))
		if len(t.frames) == 0 {
			continue
		}
		head = max(head, ticksToMicros(t.end, t.rate))
		p.Tracks = append(p.Tracks, t.partOf())
		stated.Tracks = append(stated.Tracks, t.statedPart())
		if stated.UTC.IsZero() {
			stated.UTC = t.frames[0].unit.UTC
		}
	}
	c.seg.oldest = 0
	if len(p.Tracks) == 0 {
		return
	}
	if pt := c.primary(); len(pt.frames) > 0 {
		head = max(c.seg.head, ticksToMicros(pt.end, pt.rate))
	}
	stated.Duration = head - stated.Start
	c.sequence++
	p.Sequence, p.UTC = c.sequence, stated.UTC
	c.noteClock(stated.Start)
	c.write(stated, p)
	for _, t := range c.tracks {
		t.frames = t.frames[:0]
	}
}

// rest is how long the last picture of all lasts: until the recording's end. 0: as long
// as usual.
func (c *cutter) rest(t *track) int64 {
	if !c.done || c.stopAt == 0 || t.pending == nil || !t.video() {
		return 0
	}
	left := microsToTicks(c.stopAt, t.rate) - t.pending.dts
	if left <= 0 || left >= t.usual() {
		return 0
	}
	return left
}

// write writes a part; if that fails, once more in a new file.
func (c *cutter) write(stated manifest.Part, p *fmp4.Part) {
	err := c.put(stated, p)
	if err == nil {
		c.kept(stated)
		return
	}
	old := c.seg
	c.endSegment(true)
	again := &segment{opened: c.end, head: c.end, frames: map[int]uint64{}, tracks: old.tracks, pictured: old.pictured, mid: old.pictured && !stated.Keyframe}
	again.stated = old.stated
	again.stated.Segment, again.stated.File = c.segments+1, manifest.SegmentFile(c.segments+1)
	again.stated.Start, again.stated.UTC, again.stated.MidGroup = c.end, stated.UTC, !stated.Keyframe
	again.stated.Tracks = slices.Clone(old.stated.Tracks)
	if c.out.ready() {
		c.segments++
		c.seg = again
		stated.Segment, stated.Part = again.stated.Segment, 1
		if err = c.put(stated, p); err == nil {
			c.kept(stated)
			return
		}
		c.endSegment(true)
	}
	c.broken, c.tried = true, c.heard
	c.openGap(c.end, manifest.CauseDisk, err.Error(), nil)
	for _, t := range stated.Tracks {
		c.count(t.ID, uint64(t.Frames))
	}
}

// put hands a part to the sink, with the file's beginning before the first.
func (c *cutter) put(stated manifest.Part, p *fmp4.Part) error {
	if c.seg.base == nil {
		if err := c.beginFile(); err != nil {
			return err
		}
	}
	moved := *p
	moved.Tracks = slices.Clone(p.Tracks)
	c.seg.rebase(&moved)
	return c.out.part(stated, &moved)
}

// kept counts a part that is on its way to the disk.
func (c *cutter) kept(stated manifest.Part) {
	c.seg.parts++
	c.seg.head = stated.Start + stated.Duration
	for _, t := range stated.Tracks {
		c.seg.frames[t.ID] += uint64(t.Frames)
		c.account(t.ID, "").kept += uint64(t.Frames)
	}
}

func (t *track) partOf() fmp4.PartTrack {
	p := fmp4.PartTrack{ID: t.account.id, Base: t.frames[0].dts, NALUs: hasNALUs(t.in.Kind)}
	for _, f := range t.frames {
		p.Samples = append(p.Samples, fmp4.Sample{
			Data: f.data, Duration: uint32(f.duration), Shift: int32(f.pts - f.dts), Sync: f.unit.Keyframe,
		})
	}
	return p
}

func (t *track) statedPart() manifest.PartTrack {
	first := t.frames[0].unit
	p := manifest.PartTrack{ID: t.account.id, Frames: len(t.frames), RTP: first.RTP, NTP: first.NTP.UTC()}
	for _, f := range t.frames {
		if f.unit.Damaged {
			p.Damaged++
		}
	}
	return p
}
