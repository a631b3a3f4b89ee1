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

	"avhub/recorder/manifest"
)

// idle is how often workers look by themselves.
const idle = 15 * time.Second

// work does tasks until ctx ends.
func (a *Archive) work(ctx context.Context) {
	for ctx.Err() == nil {
		if wait := a.paused(); wait > 0 {
			sleep(ctx, wait)
			continue
		}
		t, ok, err := a.queue.take(time.Now())
		if err != nil {
			a.fail(err)
			continue
		}
		if !ok {
			select {
			case <-a.wake:
			case <-time.After(idle):
			case <-ctx.Done():
			}
			continue
		}
		a.rouse() // there may be more, for another worker
		a.settle(ctx, t, a.do(ctx, t))
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// What a task comes to, besides being done.
var (
	errLater  = errors.New("it is too early")       // to be looked at again
	errAbsent = errors.New("its folder is missing") // to be looked at again, not soon
	errWrong  = errors.New("it cannot be archived") // ever
	errForget = errors.New("all of it is archived") // done, and the recording with it
)

func (a *Archive) do(ctx context.Context, t task) error {
	if _, err := os.Stat(t.dir); errors.Is(err, fs.ErrNotExist) {
		// Perhaps its disk is not mounted. It stays in the queue, where it is seen.
		return fmt.Errorf("the recording %s is not in any folder of recordings: %w", t.recording, errAbsent)
	}
	switch t.name {
	case taskFinish:
		return a.finish(ctx, t)
	case taskHold:
		r, err := refOf(t.dir)
		if err != nil {
			return err
		}
		return a.o.Store.holdAll(ctx, r, t.tracked.Held)
	}
	return a.segment(ctx, t)
}

// settle takes the task off the queue, or leaves it there.
func (a *Archive) settle(ctx context.Context, t task, err error) {
	switch {
	case err == nil, errors.Is(err, errForget):
		if err := a.queue.done(t, err != nil); err != nil {
			a.fail(err)
		}
	case errors.Is(err, errWrong):
		a.o.Log.Error("archive: a file cannot be archived and was put aside", "recording", t.recording, "file", t.name, "err", err)
		a.o.Told(Event{Kind: EventRefused, Recording: t.recording, File: t.name, Detail: err.Error()})
		if err := a.queue.refuse(t); err != nil {
			a.fail(err)
		}
	case ctx.Err() != nil:
		a.queue.giveBack(t, time.Time{})
	case errors.Is(err, errAbsent):
		a.o.Log.Warn("archive: what is to be archived is not there", "recording", t.recording, "err", err)
		a.queue.giveBack(t, time.Now().Add(a.o.BackoffMax))
	case errors.Is(err, errLater):
		a.queue.giveBack(t, time.Now().Add(a.o.BackoffMin))
		time.AfterFunc(a.o.BackoffMin, a.rouse)
	default:
		a.queue.giveBack(t, time.Time{})
		a.fail(err)
	}
}

// segment sends one file of a recording.
func (a *Archive) segment(ctx context.Context, t task) error {
	dir := t.dir
	r, err := refOf(dir)
	if err != nil {
		return a.gone(dir, t, err)
	}
	if !t.tracked.Indexed {
		if err := a.index(ctx, dir, r); err != nil {
			return err
		}
	}
	f, err := os.Open(filepath.Join(dir, t.name))
	if err != nil {
		return a.gone(dir, t, err)
	}
	defer func() { _ = f.Close() }()
	c, err := fileContent(f, t.body.Size, a.o.Store.o.PartSize)
	if err != nil {
		return fmt.Errorf("%s of %s cannot be read (%w): %w", t.name, t.recording, err, errWrong)
	}
	if c.hex() != t.body.SHA256 {
		return fmt.Errorf("%s of %s is not what its manifest says, run avhub verify on it: %w", t.name, t.recording, errWrong)
	}
	p := placement{key: a.o.Store.fileKey(r, t.name), typ: "video/mp4", until: a.o.Store.until(r, time.Now()), held: t.tracked.Held}
	o, before, err := a.keep(ctx, p, c)
	if err != nil {
		return err
	}
	a.succeed(1, c.size)
	if before && receipted(dir, t.name, c.hex()) {
		return nil
	}
	receipt := manifest.Archived{File: t.name, SHA256: c.hex(), Where: a.o.Store.o.Bucket + "/" + p.key, Version: o.version, Retained: o.until}
	if err := a.o.Annex(ctx, dir, manifest.KindArchived, receipt); err != nil {
		return fmt.Errorf("archive: receipt for %s of %s: %w", t.name, t.recording, err)
	}
	if err := a.snapshot(ctx, dir, r); err != nil {
		a.o.Log.Warn("archive: the manifest so far", "recording", t.recording, "err", err)
	}
	return nil
}

// keep sees to it that the store has the content; before: it had it already.
func (a *Archive) keep(ctx context.Context, p placement, c content) (o *object, before bool, err error) {
	s := a.o.Store
	if o, err = s.stat(ctx, p.key, ""); err != nil {
		return nil, false, err
	}
	if o != nil {
		if before, err = s.holds(ctx, o, c); err != nil {
			return nil, false, err
		}
	}
	if !before {
		p.first = o == nil
		if o, err = s.put(ctx, p, c); err != nil {
			return nil, false, err
		}
	}
	return o, before, s.ensureLocked(ctx, o, p.until, p.held)
}

// gone says what a file that cannot be opened comes to: one that was deleted by rule
// is not missing.
func (a *Archive) gone(dir string, t task, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if rec, readErr := manifest.Read(dir); readErr == nil {
		for _, s := range rec.Segments {
			if s.File == t.name && s.Gone != nil {
				return nil
			}
		}
	}
	return fmt.Errorf("%s of %s is not there: %w", t.name, t.recording, errWrong)
}

// receipted tells whether the manifest says already that the file is archived.
func receipted(dir, file, sha string) bool {
	rec, err := manifest.Read(dir)
	if err != nil {
		return false
	}
	for _, s := range rec.Segments {
		if s.File == file && s.Archived != nil && s.Archived.SHA256 == sha {
			return true
		}
	}
	return false
}

// index makes the recording findable by its id, set and labels.
func (a *Archive) index(ctx context.Context, dir string, r Ref) error {
	raw, err := json.MarshalIndent(indexEntry{indexFormat, r}, "", "  ")
	if err != nil {
		return err
	}
	c, err := bytesContent(append(raw, '\n'), a.o.Store.o.PartSize)
	if err != nil {
		return err
	}
	for _, key := range r.indexKeys() {
		p := placement{key: a.o.Store.key(key), typ: "application/json", until: a.o.Store.until(r, time.Now())}
		if _, _, err := a.keep(ctx, p, c); err != nil {
			return err
		}
	}
	return a.queue.change(dir, func(t *tracked) { t.Indexed = true })
}
