package office

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
	"avhub/rooms/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// noon is when the tests' clock begins.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// clock is one that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// cheap makes passwords that cost next to nothing: how long argon2 takes is
// tested in package login.
var cheap = login.Cost{Memory: 64, Passes: 1, Lanes: 1}

// Passwords of everybody here, and what they change it to.
const (
	goodPassword  = "lantern orbit 77 quarry"
	otherPassword = "violet tractor 31 canyon"
)

// desk is an office at work, with what it stands on.
type desk struct {
	*Office
	t       *testing.T
	clock   *clock
	dir     string // data folder
	url     string // of PostgreSQL; empty: SQLite in dir
	key     ed25519.PrivateKey
	links   login.LinkKey
	log     *text
	store   *store.Store
	book    *audit.Log
	sources map[string]Facts
	close   func()
}

// text keeps what is logged.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// both runs a test at an office over SQLite and at one over PostgreSQL.
func both(t *testing.T, test func(d *desk)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newDesk(t, ""))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(newDesk(t, pgtest.Database(t)))
	})
}

// newDesk opens an office of a court, heihe, with two under it, some places and
// a person of each role at aihui.
func newDesk(t *testing.T, url string) *desk {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	links, err := login.NewLinkKey(login.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, clock: &clock{at: noon}, dir: t.TempDir(), url: url, key: key, links: links, log: &text{}, sources: map[string]Facts{
		"cam-1": {Name: "第一法庭", Court: "aihui", Site: "room-1", Kind: rooms.Courtroom},
		"cam-2": {Name: "第二法庭", Court: "aihui", Site: "room-2", Kind: rooms.Courtroom},
		"far":   {Name: "北安法庭", Court: "beian", Site: "room-9", Kind: rooms.Courtroom},
		"wall":  {Name: "指挥中心", Court: "aihui", Kind: rooms.CommandCentre},
	}}
	d.open()
	d.change(func(tx *store.Tx) error {
		for _, c := range []rooms.Court{{ID: "heihe", Name: "黑河市中级人民法院"}, {ID: "aihui", Name: "爱辉区人民法院", Parent: "heihe"}, {ID: "beian", Name: "北安市人民法院", Parent: "heihe"}} {
			if err := tx.PutCourt(c); err != nil {
				return err
			}
		}
		return errors.Join(
			tx.PutSite(rooms.Site{ID: "room-1", Court: "aihui", Kind: rooms.Courtroom, Name: "第一法庭"}),
			tx.PutSite(rooms.Site{ID: "room-2", Court: "aihui", Kind: rooms.Courtroom, Name: "第二法庭"}),
			tx.PutSite(rooms.Site{ID: "room-9", Court: "beian", Kind: rooms.Courtroom, Name: "北安法庭"}),
		)
	})
	return d
}

// open opens store, audit and office; what it had open must be closed.
func (d *desk) open() {
	d.t.Helper()
	ctx := d.t.Context()
	logger := slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if d.store, err = store.Open(ctx, d.dir, d.url); err != nil {
		d.t.Fatal(err)
	}
	if d.book, err = audit.Open(audit.Options{Dir: filepath.Join(d.dir, "audit"), Key: d.key, Now: d.clock.now, Log: logger}); err != nil {
		d.t.Fatal(err)
	}
	d.Office, err = New(ctx, Options{
		Store: d.store, Audit: d.book, Hasher: login.NewHasher(cheap, 4, 100), LinkKey: d.links, Now: d.clock.now, Log: logger,
		Facts: func(id string) (Facts, bool) { f, ok := d.sources[id]; return f, ok },
	})
	if err != nil {
		d.t.Fatal(err)
	}
	office, book, db := d.Office, d.book, d.store
	d.close = sync.OnceFunc(func() {
		if err := errors.Join(office.Close(), book.Close(), db.Close()); err != nil && !d.t.Failed() {
			d.t.Errorf("closing: %v", err)
		}
	})
	d.t.Cleanup(func() { d.close() })
}

// change changes the database behind the office's back, as another hub or the
// command line does, and waits until the office knows.
func (d *desk) change(f func(*store.Tx) error) {
	d.t.Helper()
	if err := d.store.Change(d.t.Context(), f); err != nil {
		d.t.Fatal(err)
	}
	if err := d.refresh(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// user adds an account.
func (d *desk) user(name string, grants ...rooms.Grant) store.Account {
	d.t.Helper()
	hash, err := d.o.Hasher.Hash(d.t.Context(), goodPassword)
	if err != nil {
		d.t.Fatal(err)
	}
	if grants == nil {
		grants = []rooms.Grant{}
	}
	a := store.Account{User: rooms.User{ID: "id-" + name, Name: name, FullName: "某" + name, Grants: grants}, Password: hash, Created: noon}
	d.change(func(tx *store.Tx) error { return tx.PutUser(a) })
	return a
}

func at(court string, roles ...rooms.Role) []rooms.Grant {
	var grants []rooms.Grant
	for _, r := range roles {
		grants = append(grants, rooms.Grant{Role: r, Court: court})
	}
	return grants
}

// from is a browser at an address of its own for each user.
func from(name string) Client { return Client{Address: "10.1.0.1", Agent: "browser of " + name} }

// enter logs a user in.
func (d *desk) enter(name string) LoggedIn {
	d.t.Helper()
	in, err := d.LogIn(d.t.Context(), name, goodPassword, from(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return in
}

// as adds a user with roles and logs them in.
func (d *desk) as(name string, grants ...rooms.Grant) Caller {
	d.t.Helper()
	d.user(name, grants...)
	return d.enter(name).Caller
}

// token makes a token of a caller and comes with it.
func (d *desk) token(c Caller, court string, scopes ...rooms.Scope) (string, Caller) {
	d.t.Helper()
	secret, _, err := d.AddToken(d.t.Context(), c, TokenInput{Name: "test", Scopes: scopes, Court: court, TTL: time.Hour})
	if err != nil {
		d.t.Fatal(err)
	}
	return secret, d.show(Credential{Token: secret})
}

// show comes with a credential.
func (d *desk) show(shown Credential) Caller {
	d.t.Helper()
	c, err := d.Authenticate(d.t.Context(), shown, "10.1.0.1")
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// entries are what stands in the audit's files.
func (d *desk) entries() []audit.Entry {
	d.t.Helper()
	var all []audit.Entry
	err := ledger.Entries(filepath.Join(d.dir, "audit"), 1, func(e ledger.Entry) error {
		if e.Kind != audit.Kind {
			return nil
		}
		var x audit.Entry
		if err := json.Unmarshal(e.Body, &x); err != nil {
			return err
		}
		all = append(all, x)
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

// told is an entry in one line: who, action, object, outcome, and why.
func told(e audit.Entry) string {
	who := string(e.Who.Kind)
	if e.Who.Name != "" {
		who += " " + e.Who.Name
	}
	line := fmt.Sprintf("%s: %s %s", who, e.Action, e.Object.Kind)
	if e.Object.ID != "" {
		line += " " + e.Object.ID
	}
	line += " " + string(e.Outcome)
	if e.Why != "" {
		line += " (" + e.Why + ")"
	}
	return line
}

// since are the lines that have come to the audit after the first n.
func (d *desk) since(n int) []string {
	d.t.Helper()
	var lines []string
	for _, e := range d.entries()[n:] {
		lines = append(lines, told(e))
	}
	return lines
}

// writes does something and returns what it has left in the audit.
func (d *desk) writes(do func()) []string {
	d.t.Helper()
	n := len(d.entries())
	do()
	return d.since(n)
}

// mustWrite does something and compares what it has left in the audit.
func (d *desk) mustWrite(what string, do func(), want ...string) {
	d.t.Helper()
	if got := d.writes(do); !slices.Equal(got, want) {
		d.t.Errorf("%s: the audit says\n\t%s\nnot\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// await waits for a condition, for some seconds.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	awaitFor(t, 10*time.Second, what, done)
}

func awaitFor(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited %s in vain for: %s", limit, what)
		}
	}
}

// whole fails unless the audit verifies.
func (d *desk) whole() {
	d.t.Helper()
	r, err := ledger.Verify(filepath.Join(d.dir, "audit"), ledger.VerifyOptions{Key: d.key.Public().(ed25519.PublicKey)})
	if err != nil || !r.Whole() {
		d.t.Fatalf("the audit is not whole: %v %+v", err, r)
	}
}

// refused is what an error of the office means, in a word.
func refused(err error) string {
	var denied *Denied
	var slow *Slow
	switch {
	case err == nil:
		return "yes"
	case errors.As(err, &denied):
		switch {
		case denied.Stranger:
			return "stranger"
		case denied.Stage:
			return "stage"
		case denied.Hidden:
			return "hidden"
		}
		return "no"
	case errors.As(err, &slow):
		return "slow"
	case errors.Is(err, ErrUnknown):
		return "hidden"
	case errors.Is(err, ErrLogin):
		return "wrong"
	case errors.Is(err, ErrCode):
		return "wrong code"
	case errors.Is(err, ErrAudit):
		return "audit"
	}
	if f := rooms.FieldErrors(err); len(f) > 0 {
		return "field " + f[0].Field
	}
	return err.Error()
}

// hearing enters a hearing of a court, in its first room half an hour from now,
// with a judge and a clerk on the panel.
func (d *desk) hearing(court string, judge string, clerk ...string) rooms.Hearing {
	d.t.Helper()
	site := map[string]string{"aihui": "room-1", "beian": "room-9"}[court]
	c := rooms.Case{ID: login.NewID(), Court: court, Title: "买卖合同纠纷", CreatedAt: d.clock.now(), CreatedBy: judge}
	p := rooms.Plan{Case: c.ID, Court: court, Site: site, Kind: rooms.KindTrial, Title: "买卖合同纠纷", Start: d.clock.now().Add(time.Hour), Minutes: 60, Public: true, Recorded: true,
		Panel: []rooms.Member{{User: judge, Name: "王法官", Part: rooms.PartPresidingJudge}}}
	for _, id := range clerk {
		p.Panel = append(p.Panel, rooms.Member{User: id, Name: "李书记", Part: rooms.PartClerk})
	}
	h, events, err := rooms.Schedule(login.NewID(), p, rooms.Actor{User: judge, Name: "王法官"}, d.clock.now())
	if err != nil {
		d.t.Fatal(err)
	}
	d.change(func(tx *store.Tx) error {
		if err := tx.PutCase(c); err != nil {
			return err
		}
		return putNew(tx, h, events)
	})
	return h
}
