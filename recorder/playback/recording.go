package playback

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Recording is one recording. What its methods return is as of the last Open.
type Recording struct {
	lib   *Library
	place place
	dir   string

	mu    sync.RWMutex
	tail  *ledger.Tail
	rec   *manifest.Recording
	fault error // why the manifest is read no further
	at    stamp
	heads []*head // by segment; nil: not read yet
}

func newRecording(l *Library, p place) *Recording {
	dir := p.dir(l.o.Dir)
	return &Recording{lib: l, place: p, dir: dir, tail: ledger.NewTail(dir), rec: &manifest.Recording{}}
}

// stamp is a manifest as it was when it was read.
type stamp struct {
	folder  time.Time // when the folder was changed last
	newest  string    // the manifest's last file
	size    int64     // of it
	certain bool      // no other change can have the same stamp
}

// stampOf looks at a folder; last is what it looked like before.
func stampOf(dir string, last stamp) (s stamp, err error) {
	now := time.Now()
	info, err := os.Stat(dir)
	if err != nil {
		return s, err
	}
	s = stamp{folder: info.ModTime(), newest: last.newest, certain: now.Sub(info.ModTime()) > 2*time.Second}
	if !last.certain || !s.folder.Equal(last.folder) {
		if s.newest, err = newestFile(dir); err != nil {
			return s, err
		}
	}
	file, err := os.Stat(s.newest)
	if err != nil {
		return s, err
	}
	s.size = file.Size()
	return s, nil
}

// newestFile is the manifest's last file: manifest.jsonl, or the highest of
// manifest-000002.jsonl …
func newestFile(dir string) (string, error) {
	entries, err := os.ReadDir(dir) // sorted
	newest := "manifest.jsonl"
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, "manifest-") && strings.HasSuffix(name, ".jsonl") {
			newest = name
		}
	}
	return filepath.Join(dir, newest), err
}

// refresh takes in what has been written since the last time.
func (r *Recording) refresh() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := stampOf(r.dir, r.at)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("recording %q: it has no manifest: %w", r.place.id, ErrUnknown)
	}
	if err != nil {
		return fmt.Errorf("recording %q: %w", r.place.id, err)
	}
	if s == r.at && s.certain {
		return nil
	}
	r.fault = r.tail.Read(r.rec.Take)
	if errors.Is(r.fault, fs.ErrNotExist) {
		return fmt.Errorf("recording %q: it has no manifest: %w", r.place.id, ErrUnknown)
	}
	r.at = s
	if r.fault == nil {
		r.fault = r.check()
	}
	return nil
}

// check looks at what a manifest that could be read says of itself.
func (r *Recording) check() error {
	switch {
	case r.rec.Begin.ID == "":
		return fmt.Errorf("its manifest has no beginning: %w", manifest.ErrNotWhole)
	case r.rec.Begin.ID != r.place.id:
		return fmt.Errorf("its manifest is that of recording %q: %w", r.rec.Begin.ID, manifest.ErrNotWhole)
	case r.rec.Seal == nil && sealed(r.dir):
		// The seal may have come between the two looks.
		if err := r.tail.Read(r.rec.Take); err != nil || r.rec.Seal != nil {
			return err
		}
		return fmt.Errorf("it was sealed, and its manifest ends before the seal: %w", manifest.ErrNotWhole)
	}
	return nil
}

func sealed(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, manifest.SealFileName))
	return err == nil
}

// cost is what the recording costs to keep, in parts.
func (r *Recording) cost() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	n := 16
	for _, s := range r.rec.Segments {
		n += 8 + cap(s.Parts)
	}
	return n
}

// Dir is the recording's folder.
func (r *Recording) Dir() string { return r.dir }

// ID names the recording.
func (r *Recording) ID() string { return r.place.id }

// Fault says why the manifest is read only in part; nil: all of it was read.
func (r *Recording) Fault() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.fault
}

// View lets f read the recording. f must not keep or change anything of it.
func (r *Recording) View(f func(*manifest.Recording)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	f(r.rec)
}

// End is how far the timeline reaches.
func (r *Recording) End() manifest.Micros {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.rec.End()
}

// Open tells whether it is still being written, or waits for the hub to go on.
func (r *Recording) Open() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.grows()
}

// grows is Open for those who hold mu.
func (r *Recording) grows() bool { return r.rec.Seal == nil && r.fault == nil }
