package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// finish looks for what of a recording is not archived, and, when nothing is missing,
// sends manifest and seal. Of a recording that goes on only the first is done.
func (a *Archive) finish(ctx context.Context, t task) error {
	dir := t.dir
	rec, err := manifest.Read(dir)
	if err != nil {
		return fmt.Errorf("%w: %w", err, errWrong)
	}
	missing := 0
	for _, s := range rec.Segments {
		if s.Ended == nil || s.Archived != nil || s.Gone != nil || a.queue.refused(t.recording, s.File) {
			continue
		}
		missing++
		if err := a.queue.add(dir, s.File, segmentTask{Size: s.Ended.Size, SHA256: s.Ended.SHA256}); err != nil {
			return err
		}
	}
	switch {
	case missing > 0: // these stand before it in the queue now
		return errLater
	case rec.Seal == nil: // it goes on: its seal will come
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, manifest.SealFileName)); errors.Is(err, fs.ErrNotExist) {
		return errLater // sealed at this moment
	}
	r, err := refOf(dir)
	if err != nil {
		return err
	}
	if !t.tracked.Indexed { // one without segments
		if err := a.index(ctx, dir, r); err != nil {
			return err
		}
	}
	n, err := a.sendManifest(ctx, dir, r, rec.Held != nil || t.tracked.Held)
	if err != nil {
		return err
	}
	a.succeed(n, 0)
	return errForget
}

// sendManifest sends what proves the recording, as it is now. The store has a version
// for each time.
func (a *Archive) sendManifest(ctx context.Context, dir string, r Ref, held bool) (objects int, err error) {
	// The head before the manifest: it is never of an entry that is not sent.
	small := map[string][]byte{}
	for _, name := range []string{headFile, publicFile, sm2File, manifest.SealFileName} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return objects, fmt.Errorf("archive: %w", err)
		}
		small[name] = raw
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return objects, fmt.Errorf("archive: %w", err)
	}
	p := placement{until: a.o.Store.until(r, time.Now()), held: held}
	for _, e := range entries {
		if !manifestFile.MatchString(e.Name()) {
			continue
		}
		p.key, p.typ = a.o.Store.fileKey(r, e.Name()), "application/jsonl"
		if err := a.sendLines(ctx, filepath.Join(dir, e.Name()), p); err != nil {
			return objects, err
		}
		objects++
	}
	for _, name := range []string{publicFile, sm2File, headFile, manifest.SealFileName} {
		raw, ok := small[name]
		if !ok {
			continue
		}
		c, err := bytesContent(raw, a.o.Store.o.PartSize)
		if err != nil {
			return objects, err
		}
		p.key, p.typ = a.o.Store.fileKey(r, name), "application/json"
		if _, _, err := a.keep(ctx, p, c); err != nil {
			return objects, err
		}
		objects++
	}
	return objects, nil
}

// sendLines sends the whole lines of a file that may be growing.
func (a *Archive) sendLines(ctx context.Context, path string, p placement) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	defer func() { _ = f.Close() }()
	size, err := ledger.WholeLines(f)
	if err != nil {
		return fmt.Errorf("archive: %s: %w", path, err)
	}
	c, err := fileContent(f, size, a.o.Store.o.PartSize)
	if err != nil {
		return fmt.Errorf("archive: %s: %w", path, err)
	}
	_, _, err = a.keep(ctx, p, c)
	return err
}

// Of the manifest of a recording that goes on a copy is sent from time to time, so that
// what is in the store is proven even if this machine is lost in mid-hearing. Each
// stays there, so they become rarer as the manifest grows.
const (
	snapshotEvery  = 15 * time.Minute
	snapshotGrowth = 1.5
)

func (a *Archive) snapshot(ctx context.Context, dir string, r Ref) error {
	st, err := os.Stat(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, manifest.SealFileName)); err == nil {
		return nil // the last one will be sent
	}
	a.snapshots.Lock() // two files of the recording may be under way
	defer a.snapshots.Unlock()
	last, err := a.queue.state(dir)
	if err != nil {
		return err
	}
	if time.Since(last.Snapshot) < snapshotEvery || float64(st.Size()) < snapshotGrowth*float64(last.SnapshotSize) {
		return nil
	}
	if time.Since(r.Began) < snapshotEvery { // most are shorter than that, and then are sent once
		return nil
	}
	if _, err := a.sendManifest(ctx, dir, r, last.Held); err != nil {
		return err
	}
	return a.queue.change(dir, func(t *tracked) { t.Snapshot, t.SnapshotSize = time.Now().UTC(), st.Size() })
}
