package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// FileName is SQLite's file in the data folder.
const FileName = "avhub.db"

// busyTimeout is how long SQLite waits for another process.
const busyTimeout = 10 * time.Second

// Connections at most.
const (
	readers     = 4 // of SQLite, beside the one that writes
	connections = 16
)

// Store is a database that is open.
type Store struct {
	write, read *sqlx.DB // the same one on PostgreSQL
	postgres    bool
	name        string // for errors, without a password
}

// Open opens the database at a postgres:// URL, or SQLite in dir if it is
// empty, and brings its schema up to date.
func Open(ctx context.Context, dir, url string) (*Store, error) {
	return openAt(ctx, dir, url, 0)
}

// openAt opens the database with a version of its schema; 0: the newest.
func openAt(ctx context.Context, dir, url string, version int64) (*Store, error) {
	s, err := Connect(ctx, dir, url)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, dir, version); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", s.name, err), s.Close())
	}
	return s, nil
}

// Connect opens the database as it is, without a look at its schema.
func Connect(ctx context.Context, dir, url string) (*Store, error) {
	if url == "" {
		return openSQLite(ctx, filepath.Join(dir, FileName))
	}
	return openPostgres(ctx, url)
}

func openSQLite(ctx context.Context, path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	// SQLite makes its files as the umask says: this one holds what nobody
	// else on the machine is to read.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("database: %w: check the owner and mode of data_dir", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	pragmas := url.Values{"_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "trusted_schema(0)",
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
	}, "_txlock": {"immediate"}}
	write, err := connect(ctx, "sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	write.SetMaxOpenConns(1) // one writes at a time: SQLite knows no more
	pragmas.Set("_txlock", "deferred")
	pragmas.Add("_pragma", "query_only(1)")
	read, err := connect(ctx, "sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(readers)
	return &Store{write: write, read: read, name: path}, nil
}

func openPostgres(ctx context.Context, address string) (*Store, error) {
	name, named := address, address
	if u, err := url.Parse(address); err == nil {
		name, named = u.Redacted(), withParameter(u, "application_name", Application)
	}
	db, err := connect(ctx, "pgx", named)
	if err != nil {
		// The driver's error may hold the address with its password.
		return nil, fmt.Errorf("database %s: cannot connect: %s", name, strings.ReplaceAll(strings.ReplaceAll(err.Error(), named, name), address, name))
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return &Store{write: db, read: db, postgres: true, name: name}, nil
}

// Application is what PostgreSQL's lists of connections call the hub.
const Application = "avhub"

// withParameter is an address with a parameter of the connection, unless it has
// one of the name.
func withParameter(u *url.URL, name, value string) string {
	to := *u
	q := to.Query()
	if !q.Has(name) {
		q.Set(name, value)
	}
	to.RawQuery = q.Encode()
	return to.String()
}

func connect(ctx context.Context, driver, source string) (*sqlx.DB, error) {
	ctx, cancel := context.WithTimeout(ctx, busyTimeout)
	defer cancel()
	sqlx.BindDriver("sqlite", sqlx.QUESTION)
	return sqlx.ConnectContext(ctx, driver, source)
}

// Close ends all connections.
func (s *Store) Close() error {
	if s.postgres {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// Name is the database's path, or its URL without the password.
func (s *Store) Name() string { return s.name }

// Kind is what the database is: sqlite or postgres.
func (s *Store) Kind() string {
	if s.postgres {
		return "postgres"
	}
	return "sqlite"
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }
