package store

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// both runs a test over SQLite and over PostgreSQL.
func both(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, opened(t, t.TempDir(), ""))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, opened(t, "", pgtest.Database(t)))
	})
}

func opened(t *testing.T, dir, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func change(t *testing.T, s *Store, f func(*Tx) error) {
	t.Helper()
	if err := s.Change(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func view[T any](t *testing.T, s *Store, f func(*Tx) (T, error)) T {
	t.Helper()
	var v T
	err := s.View(t.Context(), func(tx *Tx) (err error) {
		v, err = f(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 123000, time.UTC)

// court puts a small court into the store.
func court(t *testing.T, s *Store) {
	t.Helper()
	change(t, s, func(tx *Tx) error {
		return errors.Join(
			tx.PutCourt(rooms.Court{ID: "heihe", Name: "黑河市中级人民法院"}),
			tx.PutCourt(rooms.Court{ID: "aihui", Name: "爱辉区人民法院", Parent: "heihe"}),
			tx.PutSite(rooms.Site{ID: "court-1", Court: "heihe", Kind: rooms.Courtroom, Name: "第一法庭"}),
			tx.PutUser(Account{User: rooms.User{ID: "u1", Name: "wang", FullName: "王审判长",
				Grants: []rooms.Grant{{Role: rooms.Judge, Court: "heihe", Sites: []string{"court-1"}}, {Role: rooms.Inspector, Court: "aihui"}}},
				Password: "$argon2id$…", MustChange: true, Created: noon}),
		)
	})
}

func TestCourts(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		court(t, s)
		tree := view(t, s, (*Tx).Courts)
		if got := tree.Path("aihui"); !reflect.DeepEqual(got, []string{"heihe", "aihui"}) {
			t.Errorf("path: %v", got)
		}
		change(t, s, func(tx *Tx) error {
			return tx.PutSite(rooms.Site{ID: "court-1", Court: "aihui", Kind: rooms.MeetingRoom, Name: "会议室"})
		})
		if got := view(t, s, (*Tx).Sites); len(got) != 1 || got[0] != (rooms.Site{ID: "court-1", Court: "aihui", Kind: rooms.MeetingRoom, Name: "会议室"}) {
			t.Errorf("sites: %v", got)
		}
		for _, id := range []string{"heihe", "aihui"} { // something lies under both
			if err := s.Change(t.Context(), func(tx *Tx) error { return tx.DropCourt(id) }); err == nil {
				t.Errorf("%s could be removed", id)
			}
		}
		change(t, s, func(tx *Tx) error {
			return errors.Join(tx.DropSite("court-1"), tx.PutUser(Account{User: rooms.User{ID: "u1", Name: "wang", FullName: "王"}}), tx.DropCourt("aihui"))
		})
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.DropSite("court-1") }); !errors.Is(err, ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
	})
}

func TestUsers(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		court(t, s)
		u := view(t, s, func(tx *Tx) (Account, error) { return tx.UserByName("wang") })
		want := Account{User: rooms.User{ID: "u1", Name: "wang", FullName: "王审判长", Grants: []rooms.Grant{
			{Role: rooms.Inspector, Court: "aihui", Sites: []string{}}, {Role: rooms.Judge, Court: "heihe", Sites: []string{"court-1"}}}},
			Password: "$argon2id$…", MustChange: true, Created: noon}
		if !reflect.DeepEqual(u, want) {
			t.Errorf("user:\n%+v\n%+v", u, want)
		}
		if all := view(t, s, (*Tx).Users); len(all) != 1 || !reflect.DeepEqual(all[0], want) {
			t.Errorf("users: %+v", all)
		}
		if n := view(t, s, (*Tx).CountUsers); n != 1 {
			t.Errorf("%d users", n)
		}
		taken := Account{User: rooms.User{ID: "u2", Name: "wang", FullName: "另一个"}}
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.PutUser(taken) }); !errors.Is(err, ErrTaken) {
			t.Errorf("a name given twice: %v", err)
		}
		nowhere := Account{User: rooms.User{ID: "u3", Name: "li", FullName: "李", Grants: []rooms.Grant{{Role: rooms.Clerk, Court: "atlantis"}}}}
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.PutUser(nowhere) }); !errors.Is(err, ErrNotFound) {
			t.Errorf("a role at a court that is not there: %v", err)
		}
		for _, find := range []func(*Tx) (Account, error){
			func(tx *Tx) (Account, error) { return tx.User("u3") },
			func(tx *Tx) (Account, error) { return tx.UserByName("' OR 1=1 --") },
			func(tx *Tx) (Account, error) { return tx.UserBySubject("") },
		} {
			if err := s.View(t.Context(), func(tx *Tx) error { _, err := find(tx); return err }); !errors.Is(err, ErrNotFound) {
				t.Errorf("found: %v", err)
			}
		}
	})
}

func TestSecondFactorsStepsAndCodesCountOnce(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		court(t, s)
		for _, x := range []struct {
			step int64
			want error
		}{{100, nil}, {100, ErrTaken}, {99, ErrTaken}, {101, nil}} {
			if err := s.Change(t.Context(), func(tx *Tx) error { return tx.UseTOTPStep("u1", x.step) }); !errors.Is(err, x.want) {
				t.Errorf("step %d: %v", x.step, err)
			}
		}
		change(t, s, func(tx *Tx) error { return tx.PutRecoveryCodes("u1", []string{"a", "b"}) })
		for _, want := range []error{nil, ErrNotFound} {
			if err := s.Change(t.Context(), func(tx *Tx) error { return tx.UseRecoveryCode("u1", "a") }); !errors.Is(err, want) {
				t.Errorf("code: %v", err)
			}
		}
	})
}

func TestSessions(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		court(t, s)
		one := Session{Hash: "h1", ID: "s1", User: "u1", Stage: "full", Created: noon, Seen: noon, Expires: noon.Add(12 * time.Hour), Address: "10.0.0.7", Agent: "Firefox"}
		two := one
		two.Hash, two.ID = "h2", "s2"
		change(t, s, func(tx *Tx) error { return errors.Join(tx.AddSession(one), tx.AddSession(two)) })
		if got := view(t, s, func(tx *Tx) (Session, error) { return tx.Session("h1") }); got != one {
			t.Errorf("%+v", got)
		}
		before := view(t, s, (*Tx).Revision)
		change(t, s, func(tx *Tx) error { return tx.TouchSession("h2", noon.Add(time.Hour)) })
		if after := view(t, s, (*Tx).Revision); after != before {
			t.Error("the use of a session is no change of who is who")
		}
		change(t, s, func(tx *Tx) error {
			_, err := tx.EndOldSessions(noon.Add(time.Minute), noon.Add(2*time.Minute))
			return err
		})
		left := view(t, s, func(tx *Tx) ([]Session, error) { return tx.Sessions("u1") })
		if len(left) != 1 || left[0].ID != "s2" || !left[0].Seen.Equal(noon.Add(time.Hour)) {
			t.Errorf("left: %+v", left)
		}
		if after := view(t, s, (*Tx).Revision); after <= before {
			t.Error("the end of a session must be seen by all")
		}
		change(t, s, func(tx *Tx) error { _, err := tx.EndSessionsOf("u1", ""); return err })
		if left := view(t, s, func(tx *Tx) ([]Session, error) { return tx.Sessions("") }); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
	})
}

func TestTokensEndWithTheirOwner(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		court(t, s)
		k := Token{ID: "t1", User: "u1", Name: "大屏", Hash: "h", HA1: "x", Scopes: []rooms.Scope{"watch:court-1"}, Court: "heihe", Created: noon, Expires: noon.Add(time.Hour)}
		change(t, s, func(tx *Tx) error { return tx.AddToken(k) })
		if got := view(t, s, func(tx *Tx) (Token, error) { return tx.Token("h") }); !reflect.DeepEqual(got, k) {
			t.Errorf("%+v", got)
		}
		change(t, s, func(tx *Tx) error { _, err := tx.exec("DELETE FROM users WHERE id = 'u1'"); return err })
		if got := view(t, s, func(tx *Tx) ([]Token, error) { return tx.Tokens("") }); len(got) != 0 {
			t.Errorf("left: %+v", got)
		}
	})
}

// Of many who take the same thing at once one gets it, and a failed change
// leaves nothing.
func TestTransactions(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		broken := errors.New("broken")
		err := s.Change(t.Context(), func(tx *Tx) error { return errors.Join(tx.SetSetting("a", "1"), broken) })
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.Setting("a"); return err }); !errors.Is(err, ErrNotFound) {
			t.Errorf("half a change is there: %v", err)
		}
		var wg sync.WaitGroup
		values := make([]string, 16)
		for i := range values {
			wg.Go(func() {
				err := s.Change(t.Context(), func(tx *Tx) (err error) {
					values[i], err = tx.Ensure("key", func() string { return string(rune('a' + i)) })
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, v := range values {
			if v != values[0] {
				t.Fatalf("not the same for all: %v", values)
			}
		}
		if err := s.View(t.Context(), func(tx *Tx) error { return tx.SetSetting("b", "1") }); err == nil {
			t.Error("a view wrote")
		}
	})
}

func TestNewerDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, url := range map[string]string{"sqlite": "", "postgres": pgtest.Database(t)} {
		s, err := Open(t.Context(), dir, url)
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, func(tx *Tx) error {
			_, err := tx.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, ?)", Schema()+1, true)
			return err
		})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(t.Context(), dir, url); !errors.Is(err, ErrNewer) {
			t.Errorf("%s: %v", name, err)
			_ = s.Close()
		}
	}
}

func TestManyStartAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, url := range map[string]string{"sqlite": "", "postgres": pgtest.Database(t)} {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				s, err := Open(t.Context(), dir, url)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				_ = s.Close()
			})
		}
		wg.Wait()
	}
}

func TestTheFileIsForTheHubAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	court(t, opened(t, dir, ""))
	files, err := filepath.Glob(filepath.Join(dir, FileName+"*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", f, info.Mode(), err)
		}
	}
}

func TestPasswordsOfTheDatabaseStayOutOfErrors(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "", "postgres://avhub:hunter2@127.0.0.1:1/x")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}

func TestAuditSearch(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		var rows []AuditRow
		for i := range 120 {
			rows = append(rows, AuditRow{Node: "n1", N: uint64(i + 1), At: noon.Add(time.Duration(i) * time.Second), Who: []string{"u1", "u2"}[i%2],
				Action: "watch", Kind: "source", Object: []string{"court-1", "court-2", "court-3"}[i%3], Court: []string{"heihe", ""}[i%2], Outcome: "ok", Data: "{}"})
		}
		change(t, s, func(tx *Tx) error { return errors.Join(tx.IndexAudit(rows), tx.IndexAudit(rows[100:])) })
		if n := view(t, s, func(tx *Tx) (uint64, error) { return tx.AuditIndexed("n1") }); n != 120 {
			t.Errorf("indexed up to %d", n)
		}
		for name, x := range map[string]struct {
			q    AuditQuery
			want int
		}{
			"all":              {AuditQuery{}, 120},
			"who":              {AuditQuery{Who: "u1"}, 60},
			"object":           {AuditQuery{Object: "court-3"}, 40},
			"who and object":   {AuditQuery{Who: "u2", Object: "court-1"}, 20},
			"time":             {AuditQuery{From: noon.Add(10 * time.Second), To: noon.Add(20 * time.Second)}, 10},
			"a court":          {AuditQuery{Courts: []string{"heihe"}}, 60},
			"a court and none": {AuditQuery{Courts: []string{"heihe"}, NoCourt: true}, 120},
			"nothing":          {AuditQuery{Outcome: "denied"}, 0},
		} {
			x.q.Limit = 7
			seen, last := 0, noon.Add(time.Hour)
			for {
				page := view(t, s, func(tx *Tx) ([]AuditRow, error) { return tx.SearchAudit(x.q) })
				seen += len(page)
				for _, r := range page {
					if r.At.After(last) {
						t.Errorf("%s: not in order", name)
					}
					last = r.At
				}
				if len(page) < x.q.Limit {
					break
				}
				x.q.Before = &page[len(page)-1]
			}
			if seen != x.want {
				t.Errorf("%s: %d entries, not %d", name, seen, x.want)
			}
		}
	})
}

// An entry leaves the outbox when it stands in the ledger, and is not taken twice.
func TestOutbox(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		change(t, s, func(tx *Tx) error {
			return errors.Join(
				tx.Send(Outgoing{ID: "b", Node: "n1", At: noon.Add(time.Second), Data: `{"b":1}`}),
				tx.Send(Outgoing{ID: "a", At: noon, Data: `{"a":1}`}),
				tx.Send(Outgoing{ID: "c", Node: "n2", At: noon, Data: `{"c":1}`}))
		})
		claim := func() (got []string) {
			change(t, s, func(tx *Tx) error {
				out, err := tx.Claim("n1", 10)
				got = nil
				for _, o := range out {
					got = append(got, o.ID+o.Data)
				}
				return err
			})
			return got
		}
		if got := claim(); !reflect.DeepEqual(got, []string{`a{"a":1}`, `b{"b":1}`}) {
			t.Errorf("claimed %v", got)
		}
		change(t, s, func(tx *Tx) error {
			return tx.IndexAudit([]AuditRow{{Node: "n1", N: 1, Ref: "a", At: noon, Data: "{}"}})
		})
		if got := claim(); !reflect.DeepEqual(got, []string{`b{"b":1}`}) {
			t.Errorf("left: %v", got)
		}
	})
}
