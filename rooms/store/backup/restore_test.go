package backup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avhub/recorder/ledger"
	"avhub/rooms/store"
	"avhub/rooms/store/pgtest"
)

// What is there is not replaced unasked; replaced, it stays beside it.
func TestRestoreReplacesNothingUnasked(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			at := func() string {
				if kind == "postgres" {
					return pgtest.Database(t)
				}
				return ""
			}
			data, _ := newHouse(t, at()).backUp(t)
			old := newHouse(t, at())
			for n := 1; n < 8; n++ {
				old.add(t, n)
			}
			o := RestoreOptions{Dir: old.dir, URL: old.url, Now: noon}
			if kind == "postgres" {
				if _, err := unpack(t, data).Restore(t.Context(), RestoreOptions{Dir: old.dir, URL: old.url, Now: noon, Force: true}); !errors.Is(err, ErrRunning) {
					t.Errorf("under a hub: %v", err)
				}
			}
			if err := errors.Join(old.store.Close(), old.ledger.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := unpack(t, data).Restore(t.Context(), o); !errors.Is(err, ErrThere) {
				t.Fatalf("%v", err)
			}
			for _, name := range []string{"audit", "keys", "sources.yaml"} { // any of it is enough
				dir := t.TempDir()
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := unpack(t, data).Restore(t.Context(), RestoreOptions{Dir: dir, URL: at(), Now: noon}); !errors.Is(err, ErrThere) {
					t.Errorf("beside %s: %v", name, err)
				}
			}
			still, err := store.Open(t.Context(), old.dir, old.url)
			if err != nil {
				t.Fatal(err)
			}
			if n := counted(t, still); n != "courts 8 users 8 grants 8 sessions 8 " {
				t.Errorf("changed by what was refused: %s", n)
			}
			if err := still.Close(); err != nil {
				t.Fatal(err)
			}
			o.Force = true
			aside, err := unpack(t, data).Restore(t.Context(), o)
			if err != nil || !strings.Contains(aside, "before-restore-20260302_120000") {
				t.Fatal(aside, err)
			}
			now, err := store.Open(t.Context(), old.dir, old.url)
			if err != nil {
				t.Fatal(err)
			}
			if n := counted(t, now); n != "courts 1 users 1 grants 1 sessions 0 " {
				t.Errorf("%s", n)
			}
			if err := now.Close(); err != nil {
				t.Fatal(err)
			}
			// What was there before can still be read.
			folder, _, _ := strings.Cut(aside, " and ")
			url := old.url
			if kind == "postgres" {
				_, schema, _ := strings.Cut(aside, "the schema ")
				schema, _, _ = strings.Cut(schema, " ")
				url += "&search_path=" + schema
			}
			before, err := store.Connect(t.Context(), folder, url)
			if err != nil {
				t.Fatal(err)
			}
			if n := counted(t, before); n != "courts 8 users 8 grants 8 sessions 8 " {
				t.Errorf("put aside: %s", n)
			}
			if err := before.Close(); err != nil {
				t.Error(err)
			}
			if report, err := ledger.Verify(filepath.Join(folder, "audit"), ledger.VerifyOptions{}); err != nil || !report.Whole() || report.Entries < 8 {
				t.Errorf("the audit put aside: %+v %v", report, err)
			}
		})
	}
}

// A restore that was broken off while it put things into place can be seen, and
// done again.
func TestABrokenOffRestoreIsSeen(t *testing.T) {
	t.Parallel()
	data, _ := newHouse(t, "").backUp(t)
	dir := t.TempDir()
	if err := Unfinished(dir); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, unfinishedFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Unfinished(dir); !errors.Is(err, ErrUnfinished) {
		t.Error(err)
	}
	o := RestoreOptions{Dir: dir, Now: noon}
	if _, err := unpack(t, data).Restore(t.Context(), o); !errors.Is(err, ErrThere) {
		t.Error(err)
	}
	o.Force = true
	if _, err := unpack(t, data).Restore(t.Context(), o); err != nil || Unfinished(dir) != nil {
		t.Error(err, Unfinished(dir))
	}
}
