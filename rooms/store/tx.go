package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"
)

// ErrNotFound says that what was asked for is not there.
var ErrNotFound = errors.New("not found")

// ErrTaken says that a name or id that must be the only one is there already.
var ErrTaken = errors.New("is there already")

// Tx is a transaction.
type Tx struct {
	ctx context.Context
	tx  *sqlx.Tx
}

// attempts of a transaction that PostgreSQL breaks off.
const attempts = 10

// Change runs f in a transaction that may write, once or more. If f or the
// commit fails, nothing has changed.
func (s *Store) Change(ctx context.Context, f func(*Tx) error) error {
	var err error
	for try := range attempts {
		err = s.run(ctx, s.write, &sql.TxOptions{Isolation: sql.LevelSerializable}, f)
		if !tryAgain(err) {
			return err
		}
		select {
		case <-time.After(time.Duration(try+1) * 5 * time.Millisecond):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
	return err
}

// View runs f in a transaction that only reads.
func (s *Store) View(ctx context.Context, f func(*Tx) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if s.postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	return s.run(ctx, s.read, o, f)
}

func (s *Store) run(ctx context.Context, db *sqlx.DB, o *sql.TxOptions, f func(*Tx) error) error {
	if !s.postgres {
		o = nil // SQLite's are serializable, and the connection says who may write
	}
	tx, err := db.BeginTxx(ctx, o)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if err := f(&Tx{ctx, tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// PostgreSQL's error codes (appendix A of its manual) and SQLite's.
const (
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgUnique        = "23505"
	pgForeign       = "23503"
	sqliteUnique    = 2067
	sqlitePrimary   = 1555
	sqliteForeign   = 787
)

func tryAgain(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == pgSerialization || pg.Code == pgDeadlock)
}

// meaning turns a broken rule of the schema into an error that callers know.
func meaning(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	var pg *pgconn.PgError
	var lite interface{ Code() int }
	code, number := "", 0
	if errors.As(err, &pg) {
		code = pg.Code
	} else if errors.As(err, &lite) {
		number = lite.Code()
	}
	switch {
	case code == pgUnique, number == sqliteUnique, number == sqlitePrimary:
		return fmt.Errorf("%w (%w)", ErrTaken, err)
	case code == pgForeign, number == sqliteForeign:
		return fmt.Errorf("%w (%w)", ErrNotFound, err)
	}
	return fmt.Errorf("database: %w", err)
}

// get reads one row.
func get[T any](t *Tx, query string, args ...any) (T, error) {
	var row T
	err := t.tx.GetContext(t.ctx, &row, t.tx.Rebind(query), args...)
	return row, meaning(err)
}

// list reads all rows.
func list[T any](t *Tx, query string, args ...any) ([]T, error) {
	rows := []T{}
	err := t.tx.SelectContext(t.ctx, &rows, t.tx.Rebind(query), args...)
	return rows, meaning(err)
}

// exec changes rows and counts them.
func (t *Tx) exec(query string, args ...any) (int64, error) {
	done, err := t.tx.ExecContext(t.ctx, t.tx.Rebind(query), args...)
	if err != nil {
		return 0, meaning(err)
	}
	n, err := done.RowsAffected()
	return n, meaning(err)
}

// must changes exactly one row, or says that it is not there.
func (t *Tx) must(query string, args ...any) error {
	n, err := t.exec(query, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// put inserts or replaces a row by its key; the arguments are those of named.
func (t *Tx) put(query string, row any) error {
	_, err := t.tx.NamedExecContext(t.ctx, query, row)
	return meaning(err)
}
