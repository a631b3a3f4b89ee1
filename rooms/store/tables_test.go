package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/store/pgtest"
)

// A table that is not in the list would not be in a backup.
func TestTablesAreAllThereAre(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
		if s.postgres {
			query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
		}
		have := view(t, s, func(tx *Tx) ([]string, error) { return list[string](tx, query) })
		slices.Sort(have)
		want := append([]string{versions}, Tables...)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("the schema has %v, the list %v", have, want)
		}
		if n, err := s.SchemaOf(t.Context()); err != nil || n != Schema() {
			t.Errorf("schema %d %v", n, err)
		}
	})
}

// dumped reads a database into memory.
func dumped(t *testing.T, s *Store) map[string][][]any {
	t.Helper()
	all := map[string][][]any{}
	err := s.View(t.Context(), func(tx *Tx) error {
		for _, table := range Tables {
			all[table] = [][]any{}
			err := tx.Dump(table, "n1", func(columns []string) error {
				all[table] = append(all[table], anys(columns))
				return nil
			}, func(values []any) error {
				all[table] = append(all[table], slices.Clone(values))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What one database holds goes into the other kind, and back, unchanged.
func TestRowsGoFromOneKindOfDatabaseToTheOther(t *testing.T) {
	t.Parallel()
	stage := func(url string) *Store {
		s, err := Stage(t.Context(), t.TempDir(), t.TempDir(), url, Schema())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s.Store
	}
	from := opened(t, t.TempDir(), "")
	court(t, from)
	change(t, from, func(tx *Tx) error {
		odd := Account{User: rooms.User{ID: "u9", Name: "odd", FullName: "' \"\\ \u0000x \U0001F3A5"}, Password: "p", TOTPStep: 1 << 62, Created: time.UnixMicro(1<<52 + 1)}
		odd.FullName = strings.ReplaceAll(odd.FullName, "\u0000", "") // PostgreSQL keeps no such character
		return errors.Join(
			tx.PutCourt(rooms.Court{ID: "a-tribunal", Name: "爱辉法庭", Parent: "aihui"}), // before its parent by name
			tx.PutUser(odd), tx.Send(Outgoing{ID: "o", Node: "n1", At: noon, Data: `{"a":1}`}),
			tx.IndexAudit([]AuditRow{{Node: "n1", N: 1, At: noon, Data: "{}"}, {Node: "n2", N: 1, At: noon, Data: "{}"}}),
			tx.AddSession(Session{Hash: "h", ID: "s", User: "u9", Stage: "full", Created: noon, Seen: noon, Expires: noon}),
		)
	})
	want := dumped(t, from)
	if n := len(want["audit"]); n != 2 { // the columns, and the other ledger's row
		t.Errorf("%d rows of the audit's index", n)
	}
	for i, to := range []*Store{stage(pgtest.Database(t)), stage("")} {
		change(t, to, func(tx *Tx) error {
			for _, table := range slices.Backward(Tables) {
				if err := tx.Empty(table); err != nil {
					return err
				}
			}
			for _, table := range Tables {
				var columns []string
				for _, c := range want[table][0] {
					columns = append(columns, c.(string))
				}
				if err := tx.Load(table, columns, want[table][1:]); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
			return nil
		})
		got := dumped(t, to)
		for _, table := range Tables {
			if !reflect.DeepEqual(sorted(got[table]), sorted(want[table])) {
				t.Errorf("%d: %s:\n%v\n%v", i, table, got[table], want[table])
			}
		}
	}
}

func sorted(rows [][]any) []string {
	var all []string
	for _, r := range rows {
		all = append(all, fmt.Sprintf("%#v", r))
	}
	slices.Sort(all)
	return all
}

func TestLoadTakesWhatFitsOnly(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		for name, load := range map[string]func(*Tx) error{
			"no such table": func(tx *Tx) error { return tx.Load("pg_user", []string{"a"}, nil) },
			"another column": func(tx *Tx) error {
				return tx.Load("settings", []string{"name", "x; DROP TABLE users"}, [][]any{{"a", "b"}})
			},
			"a column less": func(tx *Tx) error { return tx.Load("settings", []string{"name"}, [][]any{{"a"}}) },
			"a value less":  func(tx *Tx) error { return tx.Load("settings", []string{"name", "value"}, [][]any{{"a"}}) },
			"a loose end": func(tx *Tx) error {
				return tx.Load("sites", []string{"id", "court", "kind", "name"}, [][]any{{"a", "nowhere", "b", "c"}})
			},
			"a row twice": func(tx *Tx) error {
				return tx.Load("settings", []string{"name", "value"}, [][]any{{"a", "b"}, {"a", "b"}})
			},
			"dump of nothing": func(tx *Tx) error { return tx.Dump("pg_user", "", nil, nil) },
		} {
			if err := s.Change(t.Context(), load); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
	})
}
