package playback

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// Span is a stretch of a recording.
type Span struct {
	Start    manifest.Micros
	Duration manifest.Micros // 0: to the end
	// KeepGaps keeps the time in which nothing was recorded, so that the file's
	// times are the recording's, less Start.
	KeepGaps bool
}

// Movie is one MP4 file of a stretch of a recording. It begins with the picture
// that stood at Start, to the frame: the file holds what that is decoded from, and
// its edit list says from where on it is shown. It ends with the part in which End
// lies, half a second later at most; one that reaches to the end of a recording holds
// the picture that came at that very instant, too.
type Movie struct {
	// Start is what it shows first, End where it was asked to end.
	Start, End manifest.Micros
	// Next is where the camera's coding changed, which one file cannot hold: another
	// one begins there. 0: this one reaches to End.
	Next manifest.Micros
	// Plays is how long.
	Plays time.Duration

	Bytes
	files  []movieFile
	groups []group
	parts  []extent // of all groups
}

// movieFile is a segment's file with the shift of its times, in ticks by track. A
// segment stands there once for each stretch between gaps.
type movieFile struct {
	name  string
	shift map[int]int64
	// pictures are the tracks that are left out of bare groups.
	pictures []int
}

// group is parts that are sent as one, from a keyframe on.
type group struct {
	file        int32
	first, next int32 // of the movie's parts
	sync        bool
	bare        bool            // its pictures cannot be decoded
	start       manifest.Micros // in the movie
	begins      manifest.Micros // on the recording's timeline
	size        int64
}

type movieKey struct {
	id         string
	start, end manifest.Micros
	keep       bool
}

// Movie makes a file of a stretch. Where the recording ends before the stretch
// does, so does the movie.
func (r *Recording) Movie(s Span) (*Movie, error) {
	if s.Start < 0 || s.Duration < 0 {
		return nil, ErrSpan
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	end := r.rec.End()
	if s.Duration > 0 && s.Duration < end-s.Start {
		end = s.Start + s.Duration
	}
	key := movieKey{r.place.id, s.Start, end, s.KeepGaps}
	if m, ok := r.lib.movies.get(key); ok {
		return m, nil
	}
	m, err := r.movie(key)
	if err != nil {
		return nil, err
	}
	r.lib.movies.put(key, m, len(m.parts)/2+len(m.groups)*2+len(m.head)/32+16)
	return m, nil
}

func (r *Recording) movie(key movieKey) (*Movie, error) {
	w := r.walk()
	at, ok := w.from(key.start)
	if !ok || r.part(at).Start >= key.end {
		return nil, fmt.Errorf("recording %s from %v to %v: %w", key.id, key.start.Duration(), key.end.Duration(), ErrNothing)
	}
	m := &Movie{Start: key.start, End: key.end}
	m.r, m.load = r, m.group
	if first := r.part(at); !key.keep && first.Start > m.Start {
		m.Start = first.Start
	}
	b := builder{m: m, w: w, keep: key.keep, rest: !r.grows() && key.end >= r.rec.End()}
	if err := b.collect(w.keyframe(at)); err != nil {
		return nil, err
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, key, m.Size())
	sum.Write(m.head)
	m.tag = hex.EncodeToString(sum.Sum(nil)[:12])
	return m, nil
}

func (r *Recording) part(at spot) *manifest.PartState {
	return &r.rec.Segments[at.segment].Parts[at.part]
}

// group makes one part of a group's.
func (m *Movie) group(n int, open func(string) (*os.File, error)) (block, error) {
	g := m.groups[n]
	file := m.files[g.file]
	f, err := open(file.name)
	if err != nil {
		return block{}, err
	}
	b := block{file: f}
	var fragments []*fmp4.Fragment
	var damage error
	for _, p := range m.parts[g.first:g.next] {
		fragment, err := fmp4.ReadFragment(f, p.offset, p.offset+p.size)
		if err != nil || fragment.Size != p.size {
			damage = fmt.Errorf("%s: the part at byte %d: %w", file.name, p.offset, errors.Join(err, manifest.ErrNotWhole))
			fragment = &fmp4.Fragment{Offset: p.offset, Size: p.size, Media: p.offset}
		}
		if g.bare {
			without(fragment, file.pictures)
		}
		fragments = append(fragments, fragment)
		b.extents = append(b.extents, extent{fragment.Media, fragment.Offset + fragment.Size - fragment.Media})
	}
	if damage == nil && !slices.ContainsFunc(fragments, func(f *fmp4.Fragment) bool { return len(f.Tracks) > 0 }) {
		return block{made: free(g.size)}, nil // players want a track in each part
	}
	b.made, err = fmp4.Join(nil, fragments, fmp4.Joined{Sequence: uint32(n + 1), Shift: file.shift, Size: g.size})
	if err != nil {
		return block{}, errors.Join(err, damage)
	}
	b.damage = damage
	return b, nil
}
