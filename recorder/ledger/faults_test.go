package ledger

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
)

// broken is a disk that fails when it is told to.
type broken struct {
	mu    sync.Mutex
	write error
	sync  error
	half  bool     // of what is written reaches the disk
	bad   []string // files that were used after they had failed
}

type brokenFile struct {
	*os.File
	b      *broken
	failed bool
}

func (b *broken) open(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	return &brokenFile{File: f, b: b}, err
}

func (f *brokenFile) Write(p []byte) (int, error) {
	f.b.mu.Lock()
	defer f.b.mu.Unlock()
	if f.failed {
		f.b.bad = append(f.b.bad, f.Name())
	}
	if f.b.write != nil {
		f.failed = true
		if f.b.half {
			_, _ = f.File.Write(p[:len(p)/2])
		}
		return 0, f.b.write
	}
	return f.File.Write(p)
}

func (f *brokenFile) Sync() error {
	f.b.mu.Lock()
	defer f.b.mu.Unlock()
	if f.b.sync != nil {
		f.failed = true
		return f.b.sync
	}
	return f.File.Sync()
}

func (b *broken) set(write, sync error, half bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write, b.sync, b.half = write, sync, half
}

func TestADiskThatFails(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	for name, x := range map[string]struct {
		write, sync error
		half        bool
	}{"full": {write: full}, "full half way": {write: full, half: true}, "sync fails": {sync: errors.New("input/output error")}} {
		dir, b := t.TempDir(), &broken{}
		l := opened(t, dir, Options{Open: b.open})
		add(t, l, 0, 10)
		b.set(x.write, x.sync, x.half)
		for range 3 {
			if _, err := l.Append(t.Context(), "audit", noon, deed{"lost", 99}); err == nil || l.Err() == nil {
				t.Errorf("%s: acknowledged: %v", name, err)
			}
		}
		b.set(nil, nil, false)
		add(t, l, 10, 20)
		if err := errors.Join(l.Err(), l.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i, d := range read(t, dir, 0) {
			if d.What != i {
				t.Errorf("%s: entry %d is %+v", name, i, d)
			}
		}
		if r := mustBeWhole(t, dir); r.Files < 2 || (x.sync != nil || x.half) != (r.Void > 0) {
			t.Errorf("%s: %+v", name, r)
		}
		if len(b.bad) > 0 {
			t.Errorf("%s: used again after it had failed: %v", name, b.bad)
		}
		again := opened(t, dir, Options{})
		add(t, again, 20, 21)
		if got := read(t, dir, 0); len(got) != 21 {
			t.Errorf("%s: %d entries", name, len(got))
		}
	}
}

func TestWhoWaitsTooLongIsTold(t *testing.T) {
	t.Parallel()
	l := opened(t, t.TempDir(), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Append(ctx, "audit", noon, deed{}); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
