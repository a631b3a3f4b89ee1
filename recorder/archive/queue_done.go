package archive

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// done takes a task away, unless it was put there anew meanwhile. forget: with nothing
// left to do, the recording is forgotten.
func (q *queue) done(t task, forget bool) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free(t)
	path := filepath.Join(q.dir, t.recording, t.name)
	if raw, err := os.ReadFile(path); err != nil || !bytes.Equal(raw, t.raw) {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("archive: queue: %w", err)
	}
	if !forget {
		return nil
	}
	if names, err := q.names(t.recording); err != nil || len(names) > 0 {
		return err
	}
	delete(q.later, t.recording)
	if err := os.RemoveAll(filepath.Join(q.dir, t.recording)); err != nil {
		return fmt.Errorf("archive: queue: %w", err)
	}
	return nil
}

// giveBack leaves a task for another time.
func (q *queue) giveBack(t task, notBefore time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free(t)
	if !notBefore.IsZero() {
		q.later[t.recording] = notBefore
	}
}

func (q *queue) free(t task) {
	delete(q.busy[t.recording], t.name)
	if len(q.busy[t.recording]) == 0 {
		delete(q.busy, t.recording)
	}
}

// refuse puts a task that cannot be done out of the way; it is kept.
func (q *queue) refuse(t task) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free(t)
	return q.park(t.recording, t.name)
}

func (q *queue) park(id, name string) error {
	err := os.Rename(filepath.Join(q.dir, id, name), filepath.Join(q.dir, badFolder, id+"-"+name))
	if err != nil {
		return fmt.Errorf("archive: queue: %w", err)
	}
	return nil
}

// refused tells whether a task was put aside.
func (q *queue) refused(id, name string) bool {
	_, err := os.Stat(filepath.Join(q.dir, badFolder, id+"-"+name))
	return err == nil
}
