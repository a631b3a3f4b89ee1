package playback

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"avhub/recorder/fmp4"
)

// Segment is a segment's file with its times on the recording's timeline: each
// byte stands where it does in the file on the disk, so that parts are found by
// their offsets. While the segment is being written it grows, and what is there
// stays.
func (r *Recording) Segment(number int) (*Bytes, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := number - 1
	if i < 0 || i >= len(r.rec.Segments) {
		return nil, fmt.Errorf("recording %s has no segment %d: %w", r.place.id, number, ErrUnknown)
	}
	s, w := r.rec.Segments[i], r.walk()
	if s.Gone != nil {
		return nil, fmt.Errorf("%s was deleted by the rule %q: %w", s.File, s.Gone.Rule, ErrNothing)
	}
	if w.size(i) < 0 {
		return nil, fmt.Errorf("%s cannot be played: run avhub verify on the recording: %w", s.File, ErrNothing)
	}
	raw, err := readHead(r.dir, s)
	if err != nil { // players take it from Initialization
		raw = make([]byte, s.Size) // at most maxHead, else it could not be played
		copy(raw, free(s.Size))
	}
	b := &Bytes{r: r, head: raw, at: []int64{s.Size}}
	var parts []extent
	var bare []bool
	for n := range s.Parts {
		p := &s.Parts[n]
		if p.Size < leastPart || p.Offset+p.Size > w.size(i) {
			break
		}
		parts = append(parts, extent{p.Offset, p.Size})
		bare = append(bare, w.bare(spot{i, n}))
		b.at = append(b.at, p.Offset+p.Size)
		b.times = append(b.times, p.Start)
	}
	b.times = append(b.times, s.End())
	name, shift, pictures := s.File, basesOf(s), r.usable(i).pictures()
	b.load = func(n int, open func(string) (*os.File, error)) (block, error) {
		f, err := open(name)
		if err != nil {
			return block{}, err
		}
		var hide []int
		if bare[n] {
			hide = pictures
		}
		return moved(f, parts[n], shift, hide, uint32(n+1))
	}
	sum := sha256.New()
	fmt.Fprintln(sum, "segment", r.place.id, number, b.Size(), s.SHA256)
	b.tag = hex.EncodeToString(sum.Sum(nil)[:12])
	return b, nil
}

// moved is a part with other decoding times, and without the tracks that are to be hidden.
func moved(f *os.File, p extent, shift map[int]int64, hide []int, sequence uint32) (block, error) {
	prelude, err := fmp4.Prelude(f, p.offset, p.size)
	if err != nil {
		return block{}, err
	}
	if err := fmp4.Rebase(prelude, shift, sequence); err != nil {
		return block{}, err
	}
	if err := fmp4.Hide(prelude, hide); err != nil {
		return block{}, err
	}
	n := int64(len(prelude))
	return block{made: prelude, file: f, extents: []extent{{p.offset + n, p.size - n}}}, nil
}

// Initialization is what a player reads before the parts of a segment: its tracks,
// without edit lists, since the parts' times are the recording's.
func (r *Recording) Initialization(number int) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := number - 1
	if i < 0 || i >= len(r.rec.Segments) {
		return nil, fmt.Errorf("recording %s has no segment %d: %w", r.place.id, number, ErrUnknown)
	}
	raw, err := r.whole(i)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.rec.Segments[i].File, err)
	}
	return fmp4.WithEdits(raw, nil)
}
