package playback

import (
	"os"
	"path/filepath"
	"sort"

	"avhub/recorder/manifest"
)

// leastPart is the shortest that a part can be: the heads of moof and mdat.
const leastPart = 16

// spot is a part by its segment's place in the recording and its own in that.
type spot struct{ segment, part int }

// walk goes through the parts that can be played: those that the manifest has and
// whose bytes are there. r.mu must be held all the while.
type walk struct {
	r     *Recording
	sizes map[int]int64 // of files, by segment; -1: it cannot be played
}

func (r *Recording) walk() *walk { return &walk{r: r, sizes: map[int]int64{}} }

// from is the part that holds a time, or the first one after it; ok false: there
// is none.
func (w *walk) from(m manifest.Micros) (at spot, ok bool) {
	segments := w.r.rec.Segments
	at.segment = sort.Search(len(segments), func(i int) bool { return segments[i].End() > m })
	if at.segment < len(segments) {
		parts := segments[at.segment].Parts
		at.part = sort.Search(len(parts), func(i int) bool { return parts[i].Start+parts[i].Duration > m })
	}
	return w.settle(at)
}

// next is the part after one.
func (w *walk) next(at spot) (spot, bool) { return w.settle(spot{at.segment, at.part + 1}) }

// settle goes forward to a part that can be played.
func (w *walk) settle(at spot) (spot, bool) {
	for at.segment < len(w.r.rec.Segments) {
		parts := w.r.rec.Segments[at.segment].Parts
		if at.part < len(parts) && parts[at.part].Size >= leastPart && parts[at.part].Offset+parts[at.part].Size <= w.size(at.segment) {
			if !w.bare(at) || !w.r.usable(at.segment).mute() {
				return at, true
			}
			at.part++
			continue
		}
		at = spot{at.segment + 1, 0}
	}
	return at, false
}

// end is up to where nothing is missing after a part: a segment may reach a little
// further than its last one.
func (w *walk) end(at spot) manifest.Micros {
	s := w.r.rec.Segments[at.segment]
	if at.part == len(s.Parts)-1 {
		return s.End()
	}
	return s.Parts[at.part+1].Start
}

// keyframe goes back to the part from which the one at a place can be decoded. If
// there is none, it stays where it is.
func (w *walk) keyframe(at spot) spot {
	for back := at; ; {
		s := w.r.rec.Segments[back.segment]
		if s.Parts[back.part].Keyframe {
			return back
		}
		switch {
		case back.part > 0:
			back.part--
		case back.segment > 0 && s.MidGroup && w.goesOn(back.segment):
			back = spot{back.segment - 1, len(w.r.rec.Segments[back.segment-1].Parts) - 1}
		default:
			return at
		}
	}
}

// goesOn tells whether a segment goes on where the one before it has ended, with
// the same tracks.
func (w *walk) goesOn(segment int) bool {
	s, before := w.r.rec.Segments[segment], w.r.rec.Segments[segment-1]
	last := len(before.Parts) - 1
	if last < 0 || before.End() != s.Start || before.Parts[last].Offset+before.Parts[last].Size > w.size(segment-1) {
		return false
	}
	return w.r.usable(segment).covers(w.r.usable(segment - 1))
}

// size is how much of a segment's file is there; -1: it cannot be played.
func (w *walk) size(segment int) int64 {
	if n, ok := w.sizes[segment]; ok {
		return n
	}
	n := int64(-1)
	s := w.r.rec.Segments[segment]
	if s.Gone == nil {
		if info, err := os.Stat(filepath.Join(w.r.dir, s.File)); err == nil && info.Mode().IsRegular() && w.r.usable(segment).err == nil {
			n = info.Size()
		}
	}
	w.sizes[segment] = n
	return n
}

// usable is what a segment's file begins with. Where that was damaged, a
// neighbour's does whose tracks the manifest describes alike.
func (r *Recording) usable(segment int) *head {
	h := r.head(segment)
	for _, n := range []int{segment - 1, segment + 1} {
		if h.err == nil || n < 0 || n >= len(r.rec.Segments) || !alike(r.rec.Segments[segment].Tracks, r.rec.Segments[n].Tracks) {
			continue
		}
		if other := r.head(n); other.err == nil {
			h = other
		}
	}
	return h
}

// alike compares tracks but for where they begin.
func alike(a, b []manifest.Track) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		x.Base, y.Base = 0, 0
		if x != y {
			return false
		}
	}
	return true
}

// whole returns the first bytes for files that hold what a segment's does. They are
// read again from a segment that has them.
func (r *Recording) whole(segment int) ([]byte, error) {
	want := r.usable(segment)
	if want.err != nil {
		return nil, want.err
	}
	for _, n := range []int{segment, segment - 1, segment + 1} {
		if n >= 0 && n < len(r.rec.Segments) && r.head(n) == want {
			return readHead(r.dir, r.rec.Segments[n])
		}
	}
	return nil, ErrNothing
}
