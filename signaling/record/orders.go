package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"avhub/recorder"
)

// Order is who has started a recording by hand.
type Order struct {
	User, Name string
	At         time.Time
}

// Errors of orders.
var (
	ErrUnknownSource = errors.New("there is no such source")
	ErrRuns          = errors.New("it is being recorded by hand already")
	ErrFailed        = errors.New("the recording could not begin")
	ErrNotByHand     = errors.New("nobody has started a recording of it by hand")
)

// Start records a source until Stop, whatever else it is recorded for.
func (k *Keeper) Start(source string, o Order) (*recorder.Session, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.byHand[source]; ok {
		return nil, fmt.Errorf("source %s: %w", source, ErrRuns)
	}
	for _, s := range k.o.Sources() {
		if s.ID != source {
			continue
		}
		k.byHand[source] = o
		at := key{source, hand}
		l := labels(s, hand)
		l[LabelBy] = o.Name
		k.keep(at, want{source: s, labels: l})
		if r := k.running[at]; r != nil {
			return r.session, nil
		}
		delete(k.byHand, source)
		return nil, fmt.Errorf("source %s: %w: %s", source, ErrFailed, k.failed[at])
	}
	return nil, fmt.Errorf("source %s: %w", source, ErrUnknownSource)
}

// Stop ends what Start has begun, and waits until it is sealed.
func (k *Keeper) Stop(ctx context.Context, source string) (*recorder.Session, error) {
	k.mu.Lock()
	r := k.running[key{source, hand}]
	delete(k.byHand, source)
	delete(k.running, key{source, hand})
	k.mu.Unlock()
	if r == nil {
		return nil, fmt.Errorf("source %s: %w", source, ErrNotByHand)
	}
	return r.session, r.session.Stop(ctx)
}

// takeUpByHand goes on with what was started by hand before a restart.
func (k *Keeper) takeUpByHand() {
	for _, b := range k.o.Recorder.Suspended() {
		if b.Labels[LabelFor] == hand {
			k.byHand[b.Source] = Order{Name: b.Labels[LabelBy], At: b.Asked}
		}
	}
}

// settleSuspended seals recordings that nobody wants any more: their hearing was
// closed, or their source is gone. k.mu is held.
func (k *Keeper) settleSuspended(wanted map[key]want) {
	for _, b := range k.o.Recorder.Suspended() {
		at := keyOf(b)
		if _, ok := wanted[at]; ok && k.running[at] == nil && (at.what != always || sameDay(b.Zero, k.o.Now())) {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), sealLimit)
		if err := k.o.Recorder.Finish(ctx, b.ID, time.Time{}); err != nil {
			k.o.Log.Error("an interrupted recording could not be sealed", "recording", b.ID, "err", err)
		}
		cancel()
	}
}

func sameDay(a, b time.Time) bool {
	return a.Local().Format(time.DateOnly) == b.Local().Format(time.DateOnly)
}

// State is how a source is being recorded.
type State struct {
	Recordings []recorder.Status
	Failed     []string // why one that must be could not begin
}

// State of a source.
func (k *Keeper) State(source string) State {
	k.mu.Lock()
	defer k.mu.Unlock()
	var s State
	for _, at := range slices.SortedFunc(maps.Keys(k.running), compare) {
		if at.source == source {
			s.Recordings = append(s.Recordings, k.running[at].session.Status())
		}
	}
	for at, why := range k.failed {
		if at.source == source {
			s.Failed = append(s.Failed, why)
		}
	}
	return s
}

// Failed are the recordings that must be and could not begin, with why, by source.
func (k *Keeper) Failed() map[string]string {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	failed := map[string]string{}
	for at, why := range k.failed {
		failed[at.source] = why
	}
	return failed
}
