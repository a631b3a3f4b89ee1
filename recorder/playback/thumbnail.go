package playback

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// ErrNoPictures says that the library cannot make thumbnails.
var ErrNoPictures = errors.New("thumbnails need ffmpeg: install it (apt-get install ffmpeg) and restart the hub")

// Widths of thumbnails, in pixels.
const (
	LeastWidth = 64
	MostWidth  = 1920
)

// maxPicture is the largest picture that a thumbnail is made of.
const maxPicture = 16 << 20

type pictureKey struct {
	id      string
	segment int
	offset  int64
	width   int
}

// drawing is a thumbnail in the making: who wants the same one waits for it.
type drawing struct {
	done chan struct{}
	jpeg []byte
	err  error
}

// Thumbnail is the last picture at or before a time that needs no other to be
// decoded, as a JPEG; where nothing was recorded then, the first one after.
func (r *Recording) Thumbnail(ctx context.Context, at manifest.Micros, width int) ([]byte, error) {
	l := r.lib
	if l.o.Picture == nil {
		return nil, ErrNoPictures
	}
	key, mp4, err := r.picture(at, min(max(width, LeastWidth), MostWidth))
	if err != nil {
		return nil, err
	}
	if jpeg, ok := l.pictures.get(key); ok {
		return jpeg, nil
	}
	l.mu.Lock()
	if d := l.drawing[key]; d != nil {
		l.mu.Unlock()
		select {
		case <-d.done:
			return d.jpeg, d.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	d := &drawing{done: make(chan struct{})}
	l.drawing[key] = d
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.drawing, key)
		l.mu.Unlock()
		close(d.done)
	}()
	var file []byte
	if file, d.err = mp4(); d.err == nil {
		d.jpeg, d.err = l.o.Picture(context.WithoutCancel(ctx), file, key.width)
	}
	if d.err == nil {
		l.pictures.put(key, d.jpeg, len(d.jpeg))
	}
	return d.jpeg, d.err
}

// picture finds the keyframe, and what makes an MP4 file of it.
func (r *Recording) picture(at manifest.Micros, width int) (pictureKey, func() ([]byte, error), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.walk()
	spot, ok := w.from(max(0, at))
	if !ok { // after the last one
		spot, ok = w.last()
	}
	if !ok {
		return pictureKey{}, nil, fmt.Errorf("recording %s: %w", r.place.id, ErrNothing)
	}
	spot = w.keyframe(spot)
	main := r.usable(spot.segment).main()
	if !main.video {
		return pictureKey{}, nil, fmt.Errorf("recording %s has no picture there: %w", r.place.id, ErrNothing)
	}
	head, err := r.whole(spot.segment)
	if err != nil {
		return pictureKey{}, nil, err
	}
	s, p := r.rec.Segments[spot.segment], *r.part(spot)
	name := filepath.Join(r.dir, s.File)
	key := pictureKey{r.place.id, s.Segment.Segment, p.Offset, width}
	return key, func() ([]byte, error) { return oneFrame(head, name, p.Offset, p.Size, main.id) }, nil
}

// last is the last part that can be played.
func (w *walk) last() (spot, bool) {
	for i := len(w.r.rec.Segments) - 1; i >= 0; i-- {
		for p := len(w.r.rec.Segments[i].Parts) - 1; p >= 0; p-- {
			if at, ok := w.settle(spot{i, p}); ok && at == (spot{i, p}) {
				return at, true
			}
		}
	}
	return spot{}, false
}

// oneFrame is an MP4 file with the first keyframe of a part's track.
func oneFrame(head []byte, name string, offset, size int64, track int) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fragment, err := fmp4.ReadFragment(f, offset, offset+size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	for _, t := range fragment.Tracks {
		for _, s := range t.Samples {
			if t.ID != track || !s.Sync || s.Size > maxPicture {
				continue
			}
			data, err := io.ReadAll(io.NewSectionReader(f, s.Offset, s.Size))
			if err != nil {
				return nil, err
			}
			file, err := fmp4.WithEdits(head, nil)
			part := fmp4.Part{Sequence: 1, UTC: fragment.UTC, Tracks: []fmp4.PartTrack{{
				ID: track, Samples: []fmp4.Sample{{Data: [][]byte{data}, Duration: s.Duration, Sync: true}},
			}}}
			return part.Append(file), err
		}
	}
	return nil, fmt.Errorf("%s has no picture there: %w", filepath.Base(name), ErrNothing)
}
