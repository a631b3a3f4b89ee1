package recorder

import (
	"time"

	"avhub/media"
	"avhub/recorder/manifest"
)

// Pictures that come after something was missed, and before the next keyframe, are made
// from pictures that nobody has. Nothing can decode them, and a browser may give up the
// file that begins with them. They are counted as frames in a gap: in the gap that lasts
// anyhow, or, where sound is kept meanwhile, in one of the picture alone.

// keyframeAfter is how long a keyframe is waited for. A source that sends none for so
// long may have a picture that builds itself up (gradual refresh): then all is kept.
const keyframeAfter = manifest.Micros(20 * time.Second / time.Microsecond)

// waits tells whether a unit cannot be decoded for want of what came before it.
func (t *track) waits(u *media.Unit, pos manifest.Micros) bool {
	if t.keyed || u.Keyframe || !t.video() {
		return false
	}
	if t.waiting == nil {
		t.waiting = &pos
	}
	return pos-*t.waiting < keyframeAfter
}

// unkey notes that a unit of the track was not kept.
func (t *track) unkey() { t.keyed = false }

// noKeyframe is what a gap's detail says of such pictures.
const noKeyframe = "pictures before the first keyframe, which cannot be decoded"

// passOver counts a picture that nothing can decode.
func (c *cutter) passOver(t *track, pos manifest.Micros) {
	c.skip(t, pos, manifest.CauseNoKeyframe, noKeyframe)
	if c.seg == nil && c.gap == nil && len(c.held) == 0 && pos-c.end > manifest.MicrosOf(holeAfter) {
		c.nothing(0) // there is no sound either
	}
}

// nothing begins a gap where the last segment or gap has ended: nothing was kept since a
// time. If that is for want of a keyframe, the pictures that were passed over are in it.
func (c *cutter) nothing(since time.Duration) {
	p := c.primary()
	if p == nil || p.missing == nil || p.missing.Cause != manifest.CauseNoKeyframe {
		cause, detail := c.why(since)
		c.openGap(c.end, cause, detail, nil)
		return
	}
	m := p.missing
	p.missing = nil
	c.openGap(c.end, m.Cause, m.Detail, nil)
	c.gap.frames[m.ID] += m.Frames
}
