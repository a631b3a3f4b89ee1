package playback

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// Frame is a picture: when it is shown on the recording's timeline, and whether it
// needs no other to be decoded.
type Frame struct {
	At       manifest.Micros
	Keyframe bool
}

// MostFrames is the longest stretch that Frames looks through.
const MostFrames = manifest.Micros(60e6)

// Frames lists the pictures that are shown first within a stretch, in the order in
// which they are shown: for going from one to the next.
func (r *Recording) Frames(s Span) ([]Frame, error) {
	if s.Start < 0 || s.Duration <= 0 || s.Duration > MostFrames {
		return nil, fmt.Errorf("%w of at most %v", ErrSpan, MostFrames.Duration())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	frames := []Frame{}
	w := r.walk()
	// Pictures may be shown a little before or after the part that holds them.
	const about = manifest.Micros(1e6)
	for at, ok := w.from(max(0, s.Start-about)); ok && r.part(at).Start < s.Start+s.Duration+about; at, ok = w.next(at) {
		for _, f := range r.framesOf(at) {
			if !w.bare(at) && f.At >= s.Start && f.At < s.Start+s.Duration {
				frames = append(frames, f)
			}
		}
	}
	slices.SortFunc(frames, func(a, b Frame) int { return int(a.At - b.At) })
	return frames, nil
}

// framesOf lists a part's pictures; none, where it cannot be read.
func (r *Recording) framesOf(at spot) (all []Frame) {
	s, p := r.rec.Segments[at.segment], r.part(at)
	main := r.usable(at.segment).main()
	f, err := os.Open(filepath.Join(r.dir, s.File))
	if err != nil || !main.video {
		return nil
	}
	defer f.Close()
	fragment, err := fmp4.ReadFragment(f, p.Offset, p.Offset+p.Size)
	if err != nil {
		return nil
	}
	for _, t := range fragment.Tracks {
		if t.ID != main.id {
			continue
		}
		dts := basesOf(s)[t.ID] + t.Base
		for _, sample := range t.Samples {
			all = append(all, Frame{micros(dts+int64(sample.Shift), main.timescale), sample.Sync})
			dts += int64(sample.Duration)
		}
	}
	return all
}
