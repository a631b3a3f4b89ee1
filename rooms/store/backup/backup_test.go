package backup

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/rooms"
	"avhub/rooms/store"
	"avhub/rooms/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// house is a data folder with all that a hub keeps there.
type house struct {
	dir, url string
	store    *store.Store
	ledger   *ledger.Ledger
}

// newHouse furnishes a data folder; url is its PostgreSQL, if it has one.
func newHouse(t *testing.T, url string) *house {
	t.Helper()
	h := &house{dir: t.TempDir(), url: url}
	var err error
	if h.store, err = store.Open(t.Context(), h.dir, url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	key, err := ledger.LoadOrCreateKey(filepath.Join(h.dir, "keys", "ledger.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if h.ledger, err = ledger.Open(filepath.Join(h.dir, "audit"), ledger.Options{Key: key, Purpose: "audit", FileSize: 16 << 10}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.ledger.Close() })
	for name, text := range map[string]string{
		"keys/links.secret": "links", "keys/another.pem": "of a later version", "keys/links.secret.new": "half written", "tls/ca-private.pem": "ca", "tls/ca.crt": "public",
		"tls/.ca.crt.123": "half written", "sources.yaml": "- id: court-1\n", "recordings/x.mp4": "not in a backup",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(h.dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.add(t, 0)
	if _, err := h.ledger.Append(t.Context(), "audit", noon, map[string]string{"after": "the first"}); err != nil {
		t.Fatal(err)
	}
	return h
}

// add makes a change, and its entry in the ledger.
func (h *house) add(t *testing.T, n int) {
	t.Helper()
	err := h.store.Change(t.Context(), func(tx *store.Tx) error {
		id := fmt.Sprintf("c%05d", n)
		c := rooms.Court{ID: id, Name: "法院" + id}
		if n > 0 {
			c.Parent = "c00000"
		}
		return errors.Join(tx.PutCourt(c), tx.PutUser(store.Account{User: rooms.User{ID: "u" + id, Name: "user-" + id, FullName: "某", Grants: []rooms.Grant{{Role: rooms.Judge, Court: id}}}, Created: noon}),
			tx.AddSession(store.Session{Hash: "h" + id, ID: "s" + id, User: "u" + id, Stage: "full", Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.ledger.Append(t.Context(), "audit", noon, map[string]any{"court": n, "text": strings.Repeat("x", 100)}); err != nil {
		t.Fatal(err)
	}
}

func (h *house) backUp(t *testing.T) ([]byte, Summary) {
	t.Helper()
	var out bytes.Buffer
	s, err := Make(t.Context(), &out, MakeOptions{Store: h.store, Dir: h.dir, Program: "test", Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), s
}

func unpack(t *testing.T, data []byte) *Archive {
	t.Helper()
	a, err := Unpack(bytes.NewReader(data), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// counted is what a database holds of courts, users, grants and sessions.
func counted(t *testing.T, s *store.Store) string {
	t.Helper()
	text := ""
	err := s.View(t.Context(), func(tx *store.Tx) error {
		for _, table := range []string{"courts", "users", "grants", "sessions"} {
			n, err := tx.Count(table)
			if err != nil {
				return err
			}
			text += fmt.Sprintf("%s %d ", table, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Each kind of database, restored into each.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"sqlite", "postgres"} {
		for _, to := range []string{"sqlite", "postgres"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				at := func(kind string) string {
					if kind == "sqlite" {
						return ""
					}
					return pgtest.Database(t)
				}
				h := newHouse(t, at(from))
				for n := 1; n < 300; n++ {
					h.add(t, n)
				}
				data, s := h.backUp(t)
				if s.Rows["courts"] != 300 || s.Database != from || !s.Audit.Whole || s.Audit.Entries < 300 || s.Program != "test" {
					t.Errorf("%+v", s)
				}
				a := unpack(t, data)
				if err := errors.Join(a.CheckAudit(), a.Try(t.Context())); err != nil {
					t.Fatal(err)
				}
				o := RestoreOptions{Dir: filepath.Join(t.TempDir(), "new"), URL: at(to), Now: noon}
				if err := os.MkdirAll(o.Dir, 0o700); err != nil {
					t.Fatal(err)
				}
				if aside, err := a.Restore(t.Context(), o); err != nil || aside != "" {
					t.Fatal(aside, err)
				}
				got, err := store.Open(t.Context(), o.Dir, o.URL)
				if err != nil {
					t.Fatal(err)
				}
				if n := counted(t, got); n != "courts 300 users 300 grants 300 sessions 0 " {
					t.Errorf("%s", n)
				}
				if err := got.Close(); err != nil {
					t.Error(err)
				}
				for name, want := range map[string]string{"keys/links.secret": "links", "keys/another.pem": "of a later version", "tls/ca-private.pem": "ca", "sources.yaml": "- id: court-1\n"} {
					if text, err := os.ReadFile(filepath.Join(o.Dir, name)); err != nil || string(text) != want {
						t.Errorf("%s: %q %v", name, text, err)
					}
				}
				for name, mode := range map[string]fs.FileMode{"keys/ledger.pem": 0o600, "tls/ca-private.pem": 0o600, "keys": 0o700, "audit": 0o700} {
					if info, err := os.Stat(filepath.Join(o.Dir, name)); err != nil || info.Mode().Perm() != mode {
						t.Errorf("%s: %v %v", name, info, err)
					}
				}
				for _, name := range []string{"recordings", "keys/links.secret.new", "tls/.ca.crt.123"} {
					if _, err := os.Stat(filepath.Join(o.Dir, name)); err == nil {
						t.Errorf("%s is in the backup", name)
					}
				}

				// The hub goes on with the ledger.
				key, err := ledger.LoadKey(filepath.Join(o.Dir, "keys", "ledger.pem"))
				if err != nil {
					t.Fatal(err)
				}
				l, err := ledger.Open(filepath.Join(o.Dir, "audit"), ledger.Options{Key: key, Purpose: "audit"})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := l.Append(t.Context(), "audit", noon, map[string]string{"restored": "yes"}); err != nil {
					t.Error(err)
				}
				if err := l.Close(); err != nil {
					t.Error(err)
				}
				report, err := ledger.Verify(filepath.Join(o.Dir, "audit"), ledger.VerifyOptions{Key: key.Public().(ed25519.PublicKey)})
				if err != nil || !report.Whole() || l.ID() != h.ledger.ID() {
					t.Errorf("%+v %v", report, err)
				}
			})
		}
	}
}

// What is backed up while changes go on is of one moment: each court has its
// user, and the ledger tells of all of them.
func TestBackupsOfARunningHubAreConsistent(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url := ""
			if kind == "postgres" {
				url = pgtest.Database(t)
			}
			h := newHouse(t, url)
			stop := make(chan struct{})
			var writing sync.WaitGroup
			var mu sync.Mutex
			done := 0
			writing.Go(func() {
				for n := 1; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					h.add(t, n)
					mu.Lock()
					done = n
					mu.Unlock()
				}
			})
			for range 5 {
				mu.Lock()
				before := done
				mu.Unlock()
				data, s := h.backUp(t)
				if s.Rows["courts"] != s.Rows["users"] || s.Rows["users"] != s.Rows["grants"] || s.Rows["courts"] < int64(before+1) || !s.Audit.Whole {
					t.Errorf("after %d: %+v", before, s)
				}
				a := unpack(t, data)
				if err := errors.Join(a.CheckAudit(), a.Try(t.Context())); err != nil {
					t.Error(err)
				}
				if s.Audit.Entries < uint64(before+1) {
					t.Errorf("the ledger has %d entries of %d", s.Audit.Entries, before+1)
				}
			}
			close(stop)
			writing.Wait()
		})
	}
}

// A backup of the schema before this one is brought up to date.
func TestOlderBackupsAreBroughtUpToDate(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	data, _ := h.backUp(t)
	a := unpack(t, data)
	a.Schema = store.Schema() - 1 // which had no rooms of hearings yet
	a.Files = slices.DeleteFunc(a.Files, func(f File) bool { return strings.HasPrefix(f.Name, "database/chambers.") })
	delete(a.Rows, "chambers")
	to := t.TempDir()
	if _, err := a.Restore(t.Context(), RestoreOptions{Dir: to, Now: noon}); err != nil {
		t.Fatal(err)
	}
	s, err := store.Connect(t.Context(), to, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n, err := s.SchemaOf(t.Context()); err != nil || n != store.Schema() {
		t.Errorf("schema %d %v", n, err)
	}
}

// A ledger that somebody has changed is backed up as it is: it is evidence too.
func TestABrokenAuditIsBackedUpAndSaidToBeSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	if err := rewrite(h.dir, "audit/000001.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("xxx"), []byte("xyx"), 1) }); err != nil {
		t.Fatal(err)
	}
	data, s := h.backUp(t)
	if s.Audit.Whole || s.Audit.Problems == 0 {
		t.Errorf("%+v", s.Audit)
	}
	if err := unpack(t, data).CheckAudit(); err != nil {
		t.Error(err)
	}
}
