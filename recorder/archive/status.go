package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Status is how the archive stands.
type Status struct {
	Queue     int       `json:"queue"`           // files and manifests that wait
	Oldest    time.Time `json:"oldest,omitzero"` // since when the oldest of each recording's first waits
	Refused   int       `json:"refused"`         // that could not be archived and were put aside: see the log
	Away      bool      `json:"away"`            // the store does not answer, or not as it should
	Error     string    `json:"error,omitempty"` // the last one
	ErrorAt   time.Time `json:"error_at,omitzero"`
	SuccessAt time.Time `json:"success_at,omitzero"`
	Objects   uint64    `json:"objects"` // archived since the hub started
	Bytes     uint64    `json:"bytes"`
	Failures  uint64    `json:"failures"` // tries that failed since then
	Written   time.Time `json:"written"`  // of this report
}

// Event is something that an operator should know.
type Event struct {
	Kind      EventKind
	Recording string // id; empty: it is of the store
	File      string
	Detail    string
}

// EventKind is what happened.
type EventKind string

// Kinds of events.
const (
	EventAway    EventKind = "away"    // the store does not answer, or not as it should
	EventBack    EventKind = "back"    // it does again
	EventRefused EventKind = "refused" // a file is not what its manifest says, or is gone: it was put aside
)

// awayAfter is how many failures in a row make the store one that is away.
const awayAfter = 3

// fail notes a failure.
func (a *Archive) fail(err error) {
	a.mu.Lock()
	a.health.failed(time.Now())
	a.status.Failures++
	a.status.Error, a.status.ErrorAt = err.Error(), time.Now().UTC()
	news := !a.away && a.health.failures >= awayAfter
	if news {
		a.away = true
	}
	a.mu.Unlock()
	a.o.Log.Warn("archive: a try failed", "err", err)
	if news {
		a.o.Log.Error("archive: the store is away; what is to be archived waits on this machine", "store", a.o.Store.Where(), "err", err)
		a.o.Told(Event{Kind: EventAway, Detail: err.Error()})
	}
}

// succeed notes that the store has done something.
func (a *Archive) succeed(objects int, bytes int64) {
	a.mu.Lock()
	a.health.good()
	a.status.Objects += uint64(objects)
	a.status.Bytes += uint64(bytes)
	a.status.SuccessAt = time.Now().UTC()
	news := a.away
	a.away = false
	a.mu.Unlock()
	if news {
		a.o.Log.Info("archive: the store is back", "store", a.o.Store.Where())
		a.o.Told(Event{Kind: EventBack})
	}
}

// paused is how long the store is to be left alone.
func (a *Archive) paused() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Until(a.health.until)
}

// Status tells how the archive stands.
func (a *Archive) Status() (Status, error) {
	onWay := int(a.onWay.Load()) // before the look: counted twice rather than not at all
	w, err := a.queue.look()
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.status
	s.Queue, s.Oldest, s.Refused, s.Away, s.Written = w.tasks+onWay, w.oldest, w.bad, a.away, time.Now().UTC()
	return s, err
}

const (
	statusFile  = ".status.json"
	statusEvery = 5 * time.Second
)

// report keeps the status where another process can read it.
func (a *Archive) report(ctx context.Context) {
	tick := time.NewTicker(statusEvery)
	defer tick.Stop()
	for {
		if s, err := a.Status(); err == nil {
			if err := saveStatus(a.o.Dir, s); err != nil {
				a.o.Log.Warn("archive: status", "err", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// saveStatus needs no sync: it is of no use after a power cut.
func saveStatus(dir string, s Status) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, statusFile)
	if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ReadStatus tells how the archive of a hub stands that may be running: what waits is
// counted now, the rest is as the hub last wrote it.
func ReadStatus(dir string) (Status, error) {
	var s Status
	raw, err := os.ReadFile(filepath.Join(dir, statusFile))
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("archive: status: %w", err)
	}
	w, err := (&queue{dir: dir}).look()
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("archive: there is no queue in %s: has the hub run with archive.endpoint set?", dir)
	}
	s.Queue, s.Oldest, s.Refused = w.tasks, w.oldest, w.bad
	return s, err
}
