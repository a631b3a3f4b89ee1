package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"golang.org/x/sys/unix"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer says that a newer program has changed the database.
var ErrNewer = errors.New("it was made by a newer version of avhub: run that version, or restore a backup of before")

// migrate brings the schema up to a version, or up to date for 0, one hub at a time.
func (s *Store) migrate(ctx context.Context, dir string, to int64) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60), lock.WithUnlockTimeout(1, 10))
		if err != nil {
			return err
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	} else {
		unlock, err := lockFolder(dir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	p, err := goose.NewProvider(dialect, s.write.DB, files, options...)
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return fmt.Errorf("%w (its schema is %d, this program's %d)", ErrNewer, have, newest)
	}
	if to > 0 {
		_, err = p.UpTo(ctx, to)
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// versions is the table of the migrations that were made.
const versions = "goose_db_version"

// SchemaOf is the version of the schema that the database has; 0: none yet.
func (s *Store) SchemaOf(ctx context.Context) (int64, error) {
	there, err := s.has(ctx, versions)
	if err != nil || !there {
		return 0, err
	}
	version := int64(0)
	err = s.View(ctx, func(tx *Tx) (err error) {
		version, err = get[int64](tx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied")
		return err
	})
	return version, err
}

// Present are the tables of [Tables] that the database has: all, unless its
// schema is older.
func (s *Store) Present(ctx context.Context) ([]string, error) {
	var there []string
	for _, t := range Tables {
		has, err := s.has(ctx, t)
		if err != nil {
			return nil, err
		}
		if has {
			there = append(there, t)
		}
	}
	return there, nil
}

// has tells whether the database has a table.
func (s *Store) has(ctx context.Context, table string) (bool, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if s.postgres {
		query = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
	}
	n := 0
	err := s.View(ctx, func(tx *Tx) (err error) {
		n, err = get[int](tx, query, table)
		return err
	})
	return n > 0, err
}

// Schema is the version of the schema that this program knows.
func Schema() int64 {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0
	}
	return int64(len(names))
}

// lockFolder waits until no other process changes the schema of a data folder.
func lockFolder(dir string) (func(), error) {
	f, err := os.OpenFile(filepath.Join(dir, FileName+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}
