package playback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
)

// Limits of what is kept in memory.
const (
	partsKept      = 1 << 20  // of recordings that were played last, at 40 bytes each
	summariesKept  = 50_000   // at some 500 bytes each
	moviesKept     = 1 << 19  // parts of movies that were asked for last, at 32 bytes each
	thumbnailsKept = 32 << 20 // bytes
)

// Errors of requests.
var (
	// ErrUnknown says that there is no recording of that id, or no segment of that
	// number.
	ErrUnknown = errors.New("there is no such recording")
	// ErrNothing says that nothing was recorded, or is left, where it was asked for.
	ErrNothing = errors.New("nothing is recorded there")
	// ErrSpan says that a stretch makes no sense.
	ErrSpan = errors.New("a stretch begins at 0 or later, and has a length")
)

// Options of a library.
type Options struct {
	Dir string // of all recordings
	// Picture makes a JPEG of at most so many pixels' width of an MP4 file with one
	// picture; nil: there are no thumbnails.
	Picture func(ctx context.Context, mp4 []byte, width int) ([]byte, error)
	Log     *slog.Logger
}

// Library is the recordings in a folder. Its methods may be called at once.
type Library struct {
	o         Options
	folders   folders
	summaries cache[string, *summarized]
	kept      cache[string, *Recording]
	movies    cache[movieKey, *Movie]
	pictures  cache[pictureKey, []byte]

	mu      sync.Mutex
	drawing map[pictureKey]*drawing // thumbnails in the making
}

// New makes a library. What is in it is looked for when it is asked for.
func New(o Options) *Library {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l := &Library{o: o, folders: folders{root: o.Dir}, drawing: map[pictureKey]*drawing{}}
	l.summaries.most, l.kept.most, l.movies.most, l.pictures.most = summariesKept, partsKept, moviesKept, thumbnailsKept
	return l
}

// Open finds a recording, as far as it is written now.
func (l *Library) Open(id string) (*Recording, error) {
	p, ok := l.folders.find(id)
	if !ok {
		return nil, fmt.Errorf("recording %q: %w", id, ErrUnknown)
	}
	r, err := l.take(p)
	if err != nil {
		return nil, err
	}
	if err := r.refresh(); err != nil {
		l.kept.remove(id)
		return nil, err
	}
	l.kept.put(id, r, r.cost())
	return r, nil
}

// Summary is what lists say of a recording.
func (l *Library) Summary(id string) (Summary, error) {
	if p, ok := l.folders.find(id); ok {
		if s, ok := l.summary(p); ok {
			return s.Summary, nil
		}
	}
	return Summary{}, fmt.Errorf("recording %q: %w", id, ErrUnknown)
}

// take finds a recording in memory, or begins to read it.
func (l *Library) take(p place) (*Recording, error) {
	if r, ok := l.kept.get(p.id); ok && r.place == p {
		return r, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if r, ok := l.kept.get(p.id); ok && r.place == p {
		return r, nil
	}
	r := newRecording(l, p)
	l.kept.put(p.id, r, 1)
	return r, nil
}
