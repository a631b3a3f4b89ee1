package backup

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"avhub/rooms/store"
)

// loadAtOnce is how many rows go into the database together.
const loadAtOnce = 500

// load fills a database with the backup's rows.
func (a *Archive) load(ctx context.Context, s *store.Store) error {
	err := s.Change(ctx, func(tx *store.Tx) error {
		for _, table := range slices.Backward(store.Tables) { // the schema brings some rows itself
			// A backup of an older schema has no rows of tables that came later,
			// and the database has no such table yet.
			if a.has(table) {
				if err := tx.Empty(table); err != nil {
					return err
				}
			}
		}
		for _, table := range store.Tables {
			if err := a.loadTable(tx, table); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.View(ctx, func(tx *store.Tx) error {
		for table, want := range a.Rows {
			if n, err := tx.Count(table); err != nil || n != want {
				return errors.Join(fmt.Errorf("%w: %d rows of %s were restored, and its list says %d", ErrDamaged, n, table, want), err)
			}
		}
		return nil
	})
}

// has tells whether the backup has a table.
func (a *Archive) has(table string) bool {
	return slices.ContainsFunc(a.Files, func(f File) bool { return strings.HasPrefix(f.Name, "database/"+table+".") })
}

// loadTable adds the rows of a table, chunk by chunk.
func (a *Archive) loadTable(tx *store.Tx, table string) error {
	for _, f := range a.Files {
		m := rowsName.FindStringSubmatch(f.Name)
		if m == nil || m[1] != table {
			continue
		}
		if err := a.loadChunk(tx, table, f.Name); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func (a *Archive) loadChunk(tx *store.Tx, table, name string) error {
	f, err := os.Open(filepath.Join(a.dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer f.Close()
	return readRows(f, loadAtOnce, func(columns []string, rows [][]any) error { return tx.Load(table, columns, rows) })
}

// readRows reads a chunk: a line with the columns, and a line for each row.
func readRows(r io.Reader, most int, take func(columns []string, rows [][]any) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxRow)
	if !lines.Scan() {
		return errors.Join(errors.New("it is empty"), lines.Err())
	}
	var columns []string
	if err := json.Unmarshal(lines.Bytes(), &columns); err != nil || len(columns) == 0 {
		return errors.Join(errors.New("its first line names no columns"), err)
	}
	var rows [][]any
	for lines.Scan() {
		row, err := parseRow(lines.Bytes(), len(columns))
		if err != nil {
			return err
		}
		if rows = append(rows, row); len(rows) == most {
			if err := take(columns, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return take(columns, rows)
}

// parseRow reads a row: texts, whole numbers, booleans and null.
func parseRow(line []byte, columns int) ([]any, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var row []any
	if err := d.Decode(&row); err != nil || d.More() {
		return nil, errors.Join(errors.New("a line is no row"), err)
	}
	if len(row) != columns {
		return nil, fmt.Errorf("a row has %d values, and there are %d columns", len(row), columns)
	}
	for i, v := range row {
		switch v := v.(type) {
		case nil, string, bool:
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, fmt.Errorf("%.30s is no whole number", v)
			}
			row[i] = n
		default:
			return nil, errors.New("a row holds what no database does")
		}
	}
	return row, nil
}
