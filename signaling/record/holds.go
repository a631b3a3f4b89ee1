package record

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"avhub/recorder/manifest"
	"avhub/rooms"
)

// HoldOptions are what Holds needs.
type HoldOptions struct {
	// Cases are the last holds of cases, on or off, by the case's id.
	Cases func(ctx context.Context) (map[string]rooms.Hold, error)
	// Recordings are the folders of the recordings of cases that are asked for, by
	// recording, with the case of each.
	Recordings func(ctx context.Context, wanted func(caseID string) bool) (map[string]Held, error)
	// Annex adds to a recording's manifest.
	Annex func(ctx context.Context, dir, kind string, body any) error
	// Archive puts the hold on what the archive has of a recording; nil: there is none.
	Archive func(dir string, on bool) error
	Every   time.Duration // how often all is compared without having been stirred; default 30 s
	Log     *slog.Logger
}

// Held is a recording of a case.
type Held struct{ Dir, Case string }

// Holds carries the legal holds of cases into their recordings: the manifest says that
// it is held, by whom and why, and the archive's store refuses to delete it. It is
// worked out anew each time, so that a recording that begins later, on any hub, is held
// too, and nothing is lost by a crash. Deleting waits for none of this: whoever deletes
// asks the case itself.
type Holds struct {
	o    HoldOptions
	wake chan struct{}
	stop context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	settled map[string]rooms.Hold // by recording: what its manifest and the archive were told
}

// NewHolds begins at once. Close ends it.
func NewHolds(o HoldOptions) *Holds {
	if o.Every <= 0 {
		o.Every = 30 * time.Second
	}
	if o.Archive == nil {
		o.Archive = func(string, bool) error { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ctx, stop := context.WithCancel(context.Background())
	h := &Holds{o: o, wake: make(chan struct{}, 1), stop: stop, done: make(chan struct{}), settled: map[string]rooms.Hold{}}
	go h.run(ctx)
	return h
}

// Close ends it, and waits.
func (h *Holds) Close() error {
	h.stop()
	<-h.done
	return nil
}

// Stir says that a hold or a recording is new. It does not wait.
func (h *Holds) Stir() {
	if h == nil {
		return
	}
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func (h *Holds) run(ctx context.Context) {
	defer close(h.done)
	tick := time.NewTicker(h.o.Every)
	defer tick.Stop()
	for {
		if err := h.Look(ctx); err != nil && ctx.Err() == nil {
			h.o.Log.Error("legal holds: tried again soon", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-h.wake:
		}
	}
}

// Look compares all once.
func (h *Holds) Look(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	cases, err := h.o.Cases(ctx)
	if err != nil || len(cases) == 0 {
		return err
	}
	recordings, err := h.o.Recordings(ctx, func(id string) bool { _, ok := cases[id]; return ok })
	if err != nil {
		return err
	}
	var errs error
	for id, r := range recordings {
		want := cases[r.Case]
		if h.settled[id] == want {
			continue
		}
		if err := h.put(ctx, r.Dir, want); err != nil {
			errs = errors.Join(errs, fmt.Errorf("recording %s: %w", id, err))
			continue
		}
		h.settled[id] = want
	}
	return errs
}

// put brings a recording to what its case is.
func (h *Holds) put(ctx context.Context, dir string, want rooms.Hold) error {
	rec, err := manifest.Read(dir)
	if err != nil {
		return err
	}
	is := rec.Held != nil
	if is == want.On && (!is || rec.Held.Reason == want.Reason) {
		if !is {
			return nil
		}
		return h.o.Archive(dir, true) // which a crash may have kept from it
	}
	return h.Put(ctx, dir, manifest.Hold{On: want.On, Reason: want.Reason, By: manifest.Person{ID: want.By.User, Name: want.By.Name}})
}

// Put puts a hold on one recording, or lifts it, in its manifest and in the archive.
func (h *Holds) Put(ctx context.Context, dir string, hold manifest.Hold) error {
	if hold.On { // first where it keeps from deleting
		if err := h.o.Archive(dir, true); err != nil {
			return err
		}
	}
	if err := h.o.Annex(ctx, dir, manifest.KindHold, hold); err != nil {
		return err
	}
	if !hold.On {
		return h.o.Archive(dir, false)
	}
	return nil
}
