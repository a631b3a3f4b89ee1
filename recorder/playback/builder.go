package playback

import (
	"maps"
	"os"
	"path/filepath"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// builder puts a movie together.
type builder struct {
	m    *Movie
	w    *walk
	keep bool
	rest bool // all that is left is taken, also what begins at the recording's very end

	keyed  bool  // what is taken next can be decoded from what was taken
	head   *head // that covers all segments taken
	source int   // the segment that has it

	origin manifest.Micros // the movie's zero on the recording's timeline
	shift  manifest.Micros // by how much what comes is earlier, for gaps left out
	long   manifest.Micros // a group is so long, and goes on to the next keyframe
	ends   manifest.Micros // where the last part taken ends, with origin and shift
}

// Bounds of a group.
const (
	groupsMost = 1800 // about: the index of eight hours is 43 kB for each track
	groupParts = 250
	groupSize  = 256 << 20
)

// collect takes the parts from a place on.
func (b *builder) collect(at spot) error {
	r := b.w.r
	b.head, b.source = r.usable(at.segment), at.segment
	b.origin = b.zero(at)
	b.long = (b.m.End - b.m.Start) / groupsMost
	segment, last := -1, at
	for ok := true; ok; {
		p := r.part(at)
		if p.Start >= b.m.End && !b.rest {
			break
		}
		if at.segment != segment {
			if !b.admit(at.segment) {
				b.m.Next = p.Start
				break
			}
		}
		gap := segment >= 0 && p.Start > b.w.end(last)
		if gap && !b.keep {
			b.close(last, at)
		}
		if at.segment != segment || gap {
			b.file(at.segment)
			segment = at.segment
		}
		b.keyed = p.Keyframe || b.keyed && !b.w.bare(at)
		b.add(p)
		last = at
		at, ok = b.w.next(at)
	}
	if len(b.m.groups) == 0 {
		return ErrNothing
	}
	return nil
}

// admit tells whether a segment can be in the same file as those before it.
func (b *builder) admit(segment int) bool {
	h := b.w.r.usable(segment)
	switch {
	case b.head.covers(h):
	case h.covers(b.head):
		b.head, b.source = h, segment
	default:
		return false
	}
	return true
}

// zero is the earliest decoding time of a movie that begins at a place. Sound may
// come a little later than the picture beside it, and lie before it all the same.
func (b *builder) zero(at spot) manifest.Micros {
	zero, known, ok := max(0, b.w.r.part(at).Start-manifest.Micros(1e6)), false, true
	for n := 0; n < 3 && ok; n++ {
		for _, e := range b.edges(at) {
			if !known || e.first() < zero {
				zero, known = e.first(), true
			}
		}
		at, ok = b.w.next(at)
	}
	return zero
}

// edge is where a track's frames of a part begin and end, in ticks on the
// recording's timeline.
type edge struct {
	id, timescale int
	begin, end    int64
}

func (e edge) first() manifest.Micros { return micros(e.begin, e.timescale) }

// edges are those of a part; none if it cannot be read.
func (b *builder) edges(at spot) (all []edge) {
	r := b.w.r
	s, p := r.rec.Segments[at.segment], r.part(at)
	f, err := os.Open(filepath.Join(r.dir, s.File))
	if err != nil {
		return nil
	}
	defer f.Close()
	fragment, err := fmp4.ReadFragment(f, p.Offset, p.Offset+p.Size)
	if err != nil {
		return nil
	}
	bases := basesOf(s)
	if b.w.bare(at) {
		without(fragment, r.usable(at.segment).pictures())
	}
	for _, t := range fragment.Tracks {
		for _, h := range r.usable(at.segment).tracks {
			if h.id != t.ID || len(t.Samples) == 0 {
				continue
			}
			e := edge{t.ID, h.timescale, bases[t.ID] + t.Base, bases[t.ID] + t.Base}
			for _, sample := range t.Samples {
				e.end += int64(sample.Duration)
			}
			all = append(all, e)
		}
	}
	return all
}

func basesOf(s *manifest.SegmentState) map[int]int64 {
	bases := map[int]int64{}
	for _, t := range s.Tracks {
		bases[t.ID] = t.Base
	}
	return bases
}

// close leaves the gap between two parts out: what follows is moved to where what
// was before has ended, on every track.
func (b *builder) close(last, next spot) {
	before, after := b.w.r.part(last), b.w.r.part(next)
	most := before.Start + before.Duration - after.Start
	begins := b.edges(next)
	for _, e := range b.edges(last) {
		for _, n := range begins {
			if n.id == e.id && n.timescale == e.timescale {
				most = max(most, microsUp(e.end-n.begin, e.timescale))
			}
		}
	}
	b.shift += most
}

// file goes on with a segment's file.
func (b *builder) file(segment int) {
	s := b.w.r.rec.Segments[segment]
	shift := maps.Clone(basesOf(s))
	for _, h := range b.w.r.usable(segment).tracks {
		shift[h.id] += ticksUp(b.shift-b.origin, h.timescale)
	}
	b.m.files = append(b.m.files, movieFile{s.File, shift, b.w.r.usable(segment).pictures()})
}

func (b *builder) add(p *manifest.PartState) {
	m, start := b.m, p.Start+b.shift-b.origin
	file := int32(len(m.files) - 1)
	if n := len(m.groups) - 1; n < 0 || m.groups[n].file != file || m.groups[n].bare == b.keyed || m.groups[n].size+p.Size > groupSize || int(m.groups[n].next-m.groups[n].first) >= groupParts ||
		p.Keyframe && start-m.groups[n].start >= b.long {
		next := int32(len(m.parts))
		m.groups = append(m.groups, group{file: file, first: next, next: next, sync: p.Keyframe, bare: !b.keyed, start: start, begins: p.Start})
	}
	g := &m.groups[len(m.groups)-1]
	g.next++
	g.size += p.Size
	m.parts = append(m.parts, extent{p.Offset, p.Size})
	b.ends = start + p.Duration
}

// finish writes what stands before the groups.
func (b *builder) finish() error {
	raw, err := b.w.r.whole(b.source)
	if err != nil {
		return err
	}
	skip := max(0, b.m.Start-b.origin)
	edits := map[int]int64{}
	for _, t := range b.head.tracks {
		edits[t.id] = ticks(skip, t.timescale)
	}
	if raw, err = fmp4.WithEdits(raw, edits); err != nil {
		return err
	}
	b.m.Plays = max(0, b.ends-skip).Duration()
	if raw, err = fmp4.WithDuration(raw, b.m.Plays); err != nil {
		return err
	}
	if raw, err = fmp4.AppendIndexes(raw, b.indexes(skip)); err != nil {
		return err
	}
	b.m.head, b.m.at = raw, []int64{int64(len(raw))}
	for i, g := range b.m.groups {
		b.m.at = append(b.m.at, b.m.at[i]+g.size)
		b.m.times = append(b.m.times, g.begins)
	}
	b.m.times = append(b.m.times, max(b.m.End, b.m.groups[len(b.m.groups)-1].begins))
	return nil
}

// indexes are one for each track; none, if it cannot be told where the groups lie,
// so that players read through the file.
func (b *builder) indexes(skip manifest.Micros) []fmp4.Index {
	var all []fmp4.Index
	for _, t := range b.head.tracks {
		refs := b.references(t.timescale, skip)
		if refs == nil {
			return nil
		}
		all = append(all, fmp4.Index{Track: t.id, Timescale: t.timescale, First: ticks(max(0, b.m.groups[0].start-skip), t.timescale), References: refs})
	}
	return all
}

// references are the index of the groups, as they are shown: after what the edit
// list skips. nil: it cannot be told.
func (b *builder) references(timescale int, skip manifest.Micros) []fmp4.Reference {
	shown := func(m manifest.Micros) int64 { return ticks(max(0, m-skip), timescale) }
	groups := b.m.groups
	if len(groups) > fmp4.MaxReferences {
		return nil
	}
	var refs []fmp4.Reference
	for i, g := range groups {
		end := b.ends
		if i+1 < len(groups) {
			end = groups[i+1].start
		}
		length := shown(end) - shown(g.start)
		if g.size >= 1<<31 || length < 0 || length >= 1<<32 {
			return nil
		}
		refs = append(refs, fmp4.Reference{Size: uint32(g.size), Duration: uint32(length), Sync: g.sync})
	}
	return refs
}
