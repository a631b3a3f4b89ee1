package playback

import (
	"slices"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// Recordings may hold pictures that nothing can decode: those that a file begins with in
// the midst of a group (MidGroup), where what they go on from is not there. They are left
// out of what is played; the sound beside them stays, and so do the times.

// bare tells whether a part's pictures cannot be decoded.
func (w *walk) bare(at spot) bool {
	s := w.r.rec.Segments[at.segment]
	if !s.MidGroup || slices.ContainsFunc(s.Parts[:at.part+1], keyed) {
		return false
	}
	for n := at.segment; ; n-- {
		if n == 0 || !w.leadsTo(n) {
			return true
		}
		before := w.r.rec.Segments[n-1]
		if slices.ContainsFunc(before.Parts, keyed) {
			return false
		}
		if !before.MidGroup {
			return true // it has no picture at all
		}
	}
}

func keyed(p manifest.PartState) bool { return p.Keyframe }

// leadsTo tells whether a segment's picture may go on from the file before: that is there,
// coded alike, and nothing but the network, or nothing at all, lies between them.
func (w *walk) leadsTo(segment int) bool {
	s, before := w.r.rec.Segments[segment], w.r.rec.Segments[segment-1]
	if w.size(segment-1) < 0 || w.size(segment) < 0 || !w.r.usable(segment).covers(w.r.usable(segment-1)) {
		return false
	}
	for _, g := range w.r.rec.Gaps {
		if g.Start >= before.End() && g.End() <= s.Start && g.Cause != manifest.CauseNetwork {
			return false
		}
	}
	return true
}

// mute tells whether a segment has pictures only.
func (h *head) mute() bool {
	return !slices.ContainsFunc(h.tracks, func(t trackHead) bool { return !t.video })
}

// pictures are the ids of a file's tracks with a picture.
func (h *head) pictures() (ids []int) {
	for _, t := range h.tracks {
		if t.video {
			ids = append(ids, t.id)
		}
	}
	return ids
}

// without leaves tracks out of a part.
func without(f *fmp4.Fragment, ids []int) {
	f.Tracks = slices.DeleteFunc(f.Tracks, func(t fmp4.FragmentTrack) bool { return slices.Contains(ids, t.ID) })
}
