package recorder

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Annex adds to a recording's manifest what may come at any time, also after the
// seal: an explanation, a signature, a hold, a tombstone. It is signed at once.
func (r *Recorder) Annex(ctx context.Context, dir, kind string, body any) error {
	if !manifest.Annexable(kind) {
		return fmt.Errorf("recording %s: %q is nothing that can be added to it", filepath.Base(dir), kind)
	}
	lock, _ := r.annexing.LoadOrStore(dir, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	if l := r.running(dir); l != nil {
		err := annex(ctx, l, kind, body)
		if !errors.Is(err, ledger.ErrClosed) {
			return err
		}
		// It was sealed in between.
	}
	l, err := ledger.Open(dir, r.ledgerOptions())
	if err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	return errors.Join(annex(ctx, l, kind, body), l.Close())
}

func annex(ctx context.Context, l *ledger.Ledger, kind string, body any) error {
	if _, err := l.Append(ctx, kind, time.Now(), body); err != nil {
		return err
	}
	_, err := l.Sign(ctx)
	return err
}

// running is the ledger of a recording that is open for writing, or nil.
func (r *Recorder) running(dir string) *ledger.Ledger {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sessions {
		if s.dir == dir {
			return s.ledger
		}
	}
	for _, p := range r.suspended {
		if p.dir == dir {
			return p.ledger
		}
	}
	return nil
}
