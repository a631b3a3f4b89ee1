package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"avhub/rooms/store"
)

// RestoreOptions of a restore.
type RestoreOptions struct {
	Dir   string // data folder; the caller has its lock
	URL   string // of PostgreSQL; empty: SQLite in the folder
	Force bool   // what is there already is put aside
	Now   time.Time
}

// Errors of a restore.
var (
	// ErrThere says that there is data already.
	ErrThere = errors.New("there is data already, which a restore would replace: restore into an empty data_dir and database, or add --force, which puts what is there aside")
	// ErrRunning says that a hub uses the database.
	ErrRunning = errors.New("a hub uses the database: stop it first")
	// ErrUnfinished says that a restore was broken off while it put files into place.
	ErrUnfinished = errors.New("a restore was broken off while it put things into place: run it again, with --force")
)

// unfinishedFile stands in a data folder while a restore puts files into place.
const unfinishedFile = "restore-unfinished"

// Unfinished tells whether a restore was broken off in a data folder: a hub must
// not run on what is there.
func Unfinished(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, unfinishedFile)); err == nil {
		return fmt.Errorf("data_dir %s: %w", dir, ErrUnfinished)
	}
	return nil
}

// Try fills a database that nobody uses with the backup's rows, to see that it
// can be done.
func (a *Archive) Try(ctx context.Context) error {
	staged, err := store.Stage(ctx, filepath.Join(a.dir, "tried"), "", "", a.Schema)
	if err != nil {
		return err
	}
	err = a.load(ctx, staged.Store)
	if err == nil {
		err = staged.Finish(ctx)
	}
	return errors.Join(err, staged.Discard(ctx))
}

// Restore puts the backup into place. What is there already is refused or, with
// Force, put aside, and where is told. Nothing has changed where it fails before
// the last step; where that is broken off, [Unfinished] tells.
func (a *Archive) Restore(ctx context.Context, o RestoreOptions) (aside string, err error) {
	there, err := a.present(ctx, &o)
	if err != nil {
		return "", err
	}
	if there && !o.Force {
		return "", ErrThere
	}
	staged, err := store.Stage(ctx, filepath.Join(a.dir, "staged"), o.Dir, o.URL, a.Schema)
	if err != nil {
		return "", err
	}
	err = a.load(ctx, staged.Store)
	if err == nil {
		err = staged.Finish(ctx)
	}
	if err != nil {
		return "", errors.Join(err, staged.Discard(ctx))
	}
	return a.swap(ctx, o, staged)
}

// present tells whether there is data where the backup would go.
func (a *Archive) present(ctx context.Context, o *RestoreOptions) (bool, error) {
	there := Unfinished(o.Dir) != nil
	for _, name := range []string{auditFolder, keysFolder, tlsFolder, sourcesFile} {
		if _, err := os.Lstat(filepath.Join(o.Dir, name)); err == nil {
			there = true
		} else if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	if o.URL == "" {
		_, err := os.Lstat(filepath.Join(o.Dir, store.FileName))
		if errors.Is(err, fs.ErrNotExist) {
			return there, nil
		}
		return true, err
	}
	// The hub's own name is taken for a hub's.
	if u, err := url.Parse(o.URL); err == nil {
		q := u.Query()
		q.Set("application_name", "avhub-restore")
		u.RawQuery = q.Encode()
		o.URL = u.String()
	}
	s, err := store.Connect(ctx, o.Dir, o.URL)
	if err != nil {
		return false, err
	}
	from, err := s.Connected(ctx)
	if err == nil && len(from) > 0 {
		err = fmt.Errorf("%w (%s)", ErrRunning, strings.Join(from, ", "))
	}
	version := int64(0)
	if err == nil {
		version, err = s.SchemaOf(ctx)
	}
	if err == nil && version > store.Schema() {
		err = store.ErrNewer
	}
	return there || version > 0, errors.Join(err, s.Close())
}

// swap is the last step: files and database take their places.
func (a *Archive) swap(ctx context.Context, o RestoreOptions, staged *store.Staged) (string, error) {
	stamp := o.Now.UTC().Format("20060102_150405")
	aside := filepath.Join(o.Dir, "before-restore-"+stamp)
	mark := filepath.Join(o.Dir, unfinishedFile)
	if err := os.WriteFile(mark, []byte(aside+"\n"), 0o600); err != nil {
		return "", errors.Join(err, staged.Discard(ctx))
	}
	if err := syncDir(o.Dir); err != nil {
		return "", err
	}
	moved := false
	for _, name := range []string{auditFolder, keysFolder, tlsFolder, sourcesFile} {
		away, err := a.replace(o.Dir, name, aside)
		if err != nil {
			return "", err
		}
		moved = moved || away
	}
	ending := "avhub_before_" + stamp // a schema's name
	if o.URL == "" {
		ending = ".before-restore-" + stamp
	}
	replaced, err := staged.TakePlace(ctx, ending)
	if err == nil && replaced && o.URL == "" {
		moved, err = true, gather(o.Dir, ending, aside)
	}
	if err = errors.Join(err, syncDir(o.Dir)); err != nil {
		return "", err
	}
	if err := errors.Join(os.Remove(mark), syncDir(o.Dir)); err != nil {
		return "", err
	}
	var places []string
	if moved {
		places = append(places, aside)
	}
	if replaced && o.URL != "" {
		places = append(places, "the schema "+ending+" of the database")
	}
	return strings.Join(places, " and "), nil
}

// replace puts a file or folder of the backup into the data folder, and what is
// there aside. What the backup has none of goes away too: keys of another hub
// must not stay beside its audit.
func (a *Archive) replace(dir, name, aside string) (moved bool, err error) {
	to := filepath.Join(dir, name)
	if _, err := os.Lstat(to); err == nil {
		if err := os.MkdirAll(aside, 0o700); err != nil {
			return false, err
		}
		if err := os.Rename(to, filepath.Join(aside, name)); err != nil {
			return false, err
		}
		moved = true
	}
	if err := os.Rename(filepath.Join(a.dir, name), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return moved, err
	}
	return moved, nil
}

// gather moves the former database's files to what else was put aside.
func gather(dir, ending, aside string) error {
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return err
	}
	for _, tail := range []string{"", "-wal", "-shm"} {
		err := os.Rename(filepath.Join(dir, store.FileName+ending+tail), filepath.Join(aside, store.FileName+tail))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
