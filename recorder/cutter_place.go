package recorder

import (
	"time"

	"avhub/media"
	"avhub/recorder/manifest"
)

// cutHere tells whether a new segment begins with this unit.
func (c *cutter) cutHere(u *media.Unit, t *track, pos manifest.Micros, changed bool) bool {
	age := pos - c.seg.opened
	full := age >= manifest.MicrosOf(c.o.segment)
	switch {
	case changed && u.Keyframe && t.video():
		return true // other parameter sets
	case !c.seg.describes(t) && u.Keyframe && t.describable():
		return true // a track that could not be described before
	case c.seg.mid && u.Keyframe && t == c.primary():
		return true // from here on it plays everywhere: some players give up a file that does not begin with a keyframe
	case !u.Keyframe && c.seg.describes(t) && t == c.primary() && t.video() && !c.seg.pictured && !c.seg.stated.MidGroup && c.seg.base != nil:
		return true // the manifest says of this file that its picture begins with a keyframe
	case t != c.primary():
		return full && age > 2*manifest.MicrosOf(c.o.segment) && !c.flowing(c.primary(), pos)
	case u.Keyframe:
		return full
	}
	return age >= 2*manifest.MicrosOf(c.o.segment)
}

// flowing tells whether a track has frames near a place.
func (c *cutter) flowing(t *track, pos manifest.Micros) bool {
	return pos-t.head() < manifest.MicrosOf(holeAfter)
}

// hole is how long the source may give nothing before it counts as a gap: more for
// a camera that sends a picture every few seconds.
func (c *cutter) hole() time.Duration {
	h := holeAfter
	for _, t := range c.tracks {
		if t.video() {
			h = max(h, ticksToDuration(t.usual(), t.rate)*5/2)
		}
	}
	return h
}

// headAll is how far the open segment reaches, with the frames in hand.
func (c *cutter) headAll() manifest.Micros {
	head := c.seg.head
	for _, t := range c.seg.tracks {
		if t.pending != nil || len(t.frames) > 0 || c.seg.frames[t.account.id] > 0 {
			head = max(head, t.head())
		}
	}
	return head
}
