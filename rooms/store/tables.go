package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Tables are all that the schema has, each after those that it refers to.
var Tables = []string{
	"settings", "revision", "courts", "sites", "users", "grants", "recovery_codes", "devices", "tokens",
	"cases", "hearings", "hearing_events", "chambers", "participants", "links", "sessions", "oidc_flows", "outbox", "audit",
}

// Passing are tables whose rows are of the moment: who is logged in, or about to
// be. In a backup they have no place: restoring would let in who was sent away.
var Passing = []string{"sessions", "oidc_flows"}

// order of a table's rows, where they refer to each other.
var order = map[string]string{
	"courts": `SELECT c.* FROM courts c JOIN (
		WITH RECURSIVE down (id, depth) AS (
			SELECT id, 0 FROM courts WHERE parent IS NULL
			UNION ALL SELECT c.id, down.depth + 1 FROM courts c JOIN down ON c.parent = down.id)
		SELECT id, depth FROM down) d ON d.id = c.id ORDER BY d.depth, c.id`,
}

// Dump reads all rows of a table: begin is told its columns, and row gets the
// values of each as text, whole numbers, booleans and nil. Of the audit's index
// the rows of a ledger (its id) are left out, which its files bring back.
func (t *Tx) Dump(table, ledger string, begin func(columns []string) error, row func(values []any) error) error {
	if !slices.Contains(Tables, table) {
		return fmt.Errorf("database: there is no table %q", table)
	}
	query, args := order[table], []any{}
	if query == "" {
		query = "SELECT * FROM " + table
	}
	if table == "audit" {
		query, args = query+" WHERE node <> ?", append(args, ledger)
	}
	rows, err := t.tx.QueryContext(t.ctx, t.tx.Rebind(query), args...)
	if err != nil {
		return meaning(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return meaning(err)
	}
	columns, truth := make([]string, len(types)), make([]bool, len(types))
	for i, c := range types {
		columns[i], truth[i] = c.Name(), strings.HasPrefix(strings.ToUpper(c.DatabaseTypeName()), "BOOL")
	}
	if err := begin(columns); err != nil {
		return err
	}
	values, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		to[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return meaning(err)
		}
		for i, v := range values {
			if values[i], err = plain(v, truth[i]); err != nil {
				return fmt.Errorf("database: %s.%s: %w", table, columns[i], err)
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return meaning(rows.Err())
}

// plain is a value that is the same from both databases.
func plain(v any, truth bool) (any, error) {
	switch v := v.(type) {
	case nil, string, bool:
		return v, nil
	case []byte:
		return string(v), nil
	case int64:
		if truth {
			return v != 0, nil
		}
		return v, nil
	}
	return nil, fmt.Errorf("a value of an unexpected kind (%T)", v)
}

// ErrColumns says that rows do not fit a table.
var ErrColumns = errors.New("its columns are not those of the database")

// Load adds rows to a table, as Dump has read them.
func (t *Tx) Load(table string, columns []string, rows [][]any) error {
	if !slices.Contains(Tables, table) {
		return fmt.Errorf("database: there is no table %q", table)
	}
	have, err := t.columns(table)
	if err != nil {
		return err
	}
	if len(columns) != len(have) || slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(have, c) }) {
		return fmt.Errorf("database: %s: %w", table, ErrColumns)
	}
	const most = 900 // parameters of a statement
	for several := max(1, most/len(columns)); len(rows) > 0; {
		part := rows[:min(several, len(rows))]
		rows = rows[len(part):]
		args := make([]any, 0, len(part)*len(columns))
		for _, r := range part {
			if len(r) != len(columns) {
				return fmt.Errorf("database: %s: %w", table, ErrColumns)
			}
			args = append(args, r...)
		}
		one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + "),"
		query := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(one, len(part)), ",")
		if _, err := t.exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// columns are a table's, as the database has them.
func (t *Tx) columns(table string) ([]string, error) {
	rows, err := t.tx.QueryContext(t.ctx, "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		return nil, meaning(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	return columns, errors.Join(meaning(err), meaning(rows.Err()))
}

// Empty removes the rows of a table.
func (t *Tx) Empty(table string) error {
	if !slices.Contains(Tables, table) {
		return fmt.Errorf("database: there is no table %q", table)
	}
	_, err := t.exec("DELETE FROM " + table)
	return err
}

// Count counts the rows of a table.
func (t *Tx) Count(table string) (int64, error) {
	if !slices.Contains(Tables, table) {
		return 0, fmt.Errorf("database: there is no table %q", table)
	}
	return get[int64](t, "SELECT COUNT(*) FROM "+table)
}
