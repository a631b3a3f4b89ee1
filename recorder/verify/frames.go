package verify

import (
	"fmt"
	"io"
	"time"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// Bounds of what a part's MP4 may say otherwise than the manifest.
const (
	clockSlack = time.Millisecond // of wall-clock times
	placeSlack = 10 * time.Second // of frames' places on the timeline: a picture may come later than the sound of its time
)

// frames holds a part's moof against what the manifest says of it.
func (r *reader) frames(s *segment, p stretch, in io.ReaderAt, size int64) {
	if p.part < 0 {
		return
	}
	stated := &s.parts[p.part]
	wrong := func(format string, args ...any) {
		r.said = append(r.said, Finding{
			Problem: Frames, File: s.stated.File, Part: stated.number, Offset: &stated.offset, Size: stated.size, Span: s.of(p.part, p.part),
			Text: fmt.Sprintf("part %d: ", stated.number) + fmt.Sprintf(format, args...),
		})
	}
	frag, err := fmp4.ReadFragment(in, 0, size)
	switch {
	case err != nil:
		wrong("%v", err)
		return
	case frag.Size != size:
		wrong("it has %d bytes, and %d by the manifest", frag.Size, size)
		return
	case !stated.utc.IsZero() && frag.UTC.Sub(stated.utc).Abs() > clockSlack:
		wrong("the file says that it was recorded at %s, the manifest at %s", frag.UTC.Format(time.RFC3339Nano), stated.utc.Format(time.RFC3339Nano))
	case len(frag.Tracks) != len(stated.frames):
		wrong("it has %d tracks, and %d by the manifest", len(frag.Tracks), len(stated.frames))
		return
	}
	for i, t := range frag.Tracks {
		want := stated.frames[i]
		if t.ID != want.ID || len(t.Samples) != want.Frames {
			wrong("track %d has %d frames; by the manifest track %d has %d", t.ID, len(t.Samples), want.ID, want.Frames)
			continue
		}
		if d, known := s.place(t); known && (d-stated.start).Duration().Abs() > placeSlack {
			wrong("the frames of track %d lie at %s", t.ID, clock(d))
		}
	}
}

// place is where a track's first frame lies on the timeline.
func (s *segment) place(t fmp4.FragmentTrack) (manifest.Micros, bool) {
	for _, d := range s.stated.Tracks {
		if d.ID != t.ID || d.Timescale <= 0 {
			continue
		}
		ticks, rate := t.Base+d.Base, int64(d.Timescale)
		return manifest.Micros(ticks/rate*1_000_000 + ticks%rate*1_000_000/rate), true
	}
	return 0, false
}
