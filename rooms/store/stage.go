package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Staged is a database beside the one that is in use. It is filled, and then
// takes the other's place at once, or not at all.
type Staged struct {
	*Store
	dir, url string // where it stands in for
	own      string // its folder, or its schema in PostgreSQL
}

// Stage makes an empty database with a version of the schema: a file in folder
// for SQLite, a schema of its own in PostgreSQL.
func Stage(ctx context.Context, folder, dir, address string, version int64) (*Staged, error) {
	if version < 1 || version > Schema() {
		return nil, fmt.Errorf("database: %w (schema %d, this program's %d)", ErrNewer, version, Schema())
	}
	if address == "" {
		s, err := openAt(ctx, folder, "", version)
		return &Staged{s, dir, "", folder}, err
	}
	s := &Staged{dir: dir, url: address, own: "avhub_restore"}
	if err := s.execute(ctx, "DROP SCHEMA IF EXISTS "+s.own+" CASCADE", "CREATE SCHEMA "+s.own); err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("database: its address cannot be read")
	}
	s.Store, err = openAt(ctx, folder, withParameter(u, "search_path", s.own), version)
	return s, err
}

// execute runs statements on the database that it stands in for, in one
// transaction.
func (s *Staged) execute(ctx context.Context, statements ...string) (err error) {
	there, err := Connect(ctx, s.dir, s.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	return there.Change(ctx, func(tx *Tx) error {
		for _, q := range statements {
			if _, err := tx.exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// Finish brings the schema up to date and looks whether all is whole.
func (s *Staged) Finish(ctx context.Context) error {
	if err := s.migrate(ctx, s.own, 0); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return s.Whole(ctx)
}

// Whole looks through the whole of SQLite's file; PostgreSQL keeps its own.
func (s *Store) Whole(ctx context.Context) error {
	if s.postgres {
		return nil
	}
	return s.View(ctx, func(tx *Tx) error {
		said, err := list[string](tx, "PRAGMA integrity_check(5)")
		if err == nil && (len(said) != 1 || said[0] != "ok") {
			err = fmt.Errorf("database: it is damaged: %s", strings.Join(said, "; "))
		}
		if err != nil {
			return err
		}
		loose, err := list[string](tx, `SELECT DISTINCT "table" FROM pragma_foreign_key_check`)
		if err == nil && len(loose) > 0 {
			err = fmt.Errorf("database: rows of %s refer to what is not there", strings.Join(loose, ", "))
		}
		return err
	})
}

// TakePlace closes the database and puts it where it stands in for. What was
// there before, if moved says so, stays under the name aside: a file name's
// ending, or a schema.
func (s *Staged) TakePlace(ctx context.Context, aside string) (moved bool, err error) {
	if s.url == "" {
		if err := s.Close(); err != nil {
			return false, err
		}
		return replaceSQLite(filepath.Join(s.own, FileName), filepath.Join(s.dir, FileName), aside)
	}
	old, err := Connect(ctx, s.dir, s.url)
	if err != nil {
		return false, err
	}
	there, err := old.Present(ctx)
	schema, serr := old.schemaName(ctx)
	if err := errors.Join(err, serr, old.Close(), s.Close()); err != nil {
		return false, err
	}
	var move []string
	if len(there) > 0 {
		move, there = append(move, "CREATE SCHEMA "+aside), append(there, versions)
	}
	for _, t := range there {
		move = append(move, fmt.Sprintf("ALTER TABLE %s.%s SET SCHEMA %s", schema, t, aside))
	}
	for _, t := range append([]string{versions}, Tables...) {
		move = append(move, fmt.Sprintf("ALTER TABLE %s.%s SET SCHEMA %s", s.own, t, schema))
	}
	return len(there) > 0, s.execute(ctx, append(move, "DROP SCHEMA "+s.own)...)
}

// schemaName is where PostgreSQL keeps the tables, fit to stand in a statement.
func (s *Store) schemaName(ctx context.Context) (string, error) {
	name := ""
	err := s.View(ctx, func(tx *Tx) (err error) {
		name, err = get[string](tx, "SELECT quote_ident(current_schema())")
		return err
	})
	return name, err
}

// replaceSQLite puts a database's file in another's place. The other's log is
// part of it and goes with it.
func replaceSQLite(from, to, aside string) (moved bool, err error) {
	for _, tail := range []string{"-wal", "-shm", ""} {
		switch err := os.Rename(to+tail, to+aside+tail); {
		case err == nil:
			moved = true
		case !errors.Is(err, os.ErrNotExist):
			return moved, err
		}
	}
	return moved, os.Rename(from, to)
}

// Discard closes the database and removes it.
func (s *Staged) Discard(ctx context.Context) error {
	err := s.Close()
	if s.url != "" {
		err = errors.Join(err, s.execute(ctx, "DROP SCHEMA IF EXISTS "+s.own+" CASCADE"))
	}
	return err // a file goes with its folder
}

// Connected are the addresses of other programs of the hub's that have the
// database open now. SQLite tells of none: see the lock of the data folder.
func (s *Store) Connected(ctx context.Context) ([]string, error) {
	if !s.postgres {
		return nil, nil
	}
	var from []string
	err := s.View(ctx, func(tx *Tx) (err error) {
		from, err = list[string](tx, `SELECT DISTINCT COALESCE(host(client_addr), 'this machine') FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = ? AND pid <> pg_backend_pid()`, Application)
		return err
	})
	return from, err
}
