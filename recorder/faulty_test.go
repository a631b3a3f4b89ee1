package recorder

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"avhub/recorder/ledger"
)

// faulty is a disk that loses what was not synced when the power goes, stalls, fills
// up, or fails.
type faulty struct {
	mu     sync.Mutex
	synced map[string]int64 // by path
	before func()           // each write and sync
	write  error            // of media files
	sync   error            // of media files, once
	room   int64            // bytes that can be written, if limited
	limit  bool
}

func newFaulty() *faulty { return &faulty{synced: map[string]int64{}} }

func (d *faulty) options(o *Options) {
	o.Sync = SyncPart
	o.create = func(path string) (mediaFile, error) {
		f, err := d.file(path, true)
		return f, err
	}
	o.open = func(path string) (ledger.File, error) { return d.file(path, false) }
}

func (d *faulty) file(path string, media bool) (*faultyFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o640)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.synced[path] = 0
	return &faultyFile{File: f, d: d, media: media}, nil
}

type faultyFile struct {
	*os.File
	d      *faulty
	media  bool
	broken bool
	size   int64
}

func (f *faultyFile) Write(b []byte) (int, error) {
	f.d.mu.Lock()
	before, err := f.d.before, error(nil)
	switch {
	case f.broken:
		panic("a file is written whose sync has failed")
	case f.media && f.d.write != nil:
		err = f.d.write
	case f.d.limit && int64(len(b)) > f.d.room:
		err = unix.ENOSPC
	case f.d.limit:
		f.d.room -= int64(len(b))
	}
	f.d.mu.Unlock()
	if before != nil && f.media {
		before()
	}
	if err != nil {
		n, _ := f.File.Write(b[:len(b)/2]) // as a full disk does
		f.size += int64(n)
		return n, err
	}
	n, err := f.File.Write(b)
	f.size += int64(n)
	return n, err
}

func (f *faultyFile) Datasync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.broken {
		panic("a file is synced whose sync has failed")
	}
	if f.media && f.d.sync != nil {
		err := f.d.sync
		f.d.sync, f.broken = nil, true
		return err
	}
	f.d.synced[f.Name()] = f.size
	return nil
}

func (f *faultyFile) Sync() error { return f.Datasync() }

func (f *faultyFile) Truncate(size int64) error {
	f.size = size
	return f.File.Truncate(size)
}

// cut copies a tree as a power cut leaves it: of what was not synced, a part that
// nobody chose is there.
func (d *faulty) cut(t *testing.T, from, to string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o750)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if synced, known := d.synced[path]; known && synced < int64(len(raw)) {
			raw = raw[:synced+rand.Int64N(int64(len(raw))-synced+1)]
		}
		return os.WriteFile(filepath.Join(to, rel), raw, 0o640)
	})
	if err != nil {
		t.Fatal(err)
	}
}
