package signaling_test

import (
	"crypto/ed25519"
	"log/slog"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/rooms/store"
	"avhub/signaling"
)

// people are the accounts of a hub under test.
type people struct {
	t      *testing.T
	office *office.Office
	store  *store.Store
	audit  *audit.Log
}

// cheap makes passwords that cost next to nothing: how long argon2 takes is
// tested elsewhere.
var cheap = login.Cost{Memory: 64, Passes: 1, Lanes: 1}

// newCourt opens an office over a database of its own, with a top court, heihe,
// and two under it.
func newCourt(t *testing.T, catalog *signaling.Catalog, recordings func(string) (office.RecordingFacts, bool), changed func(string, rooms.Object, any), log *slog.Logger, roles ...office.RoleRule) *people {
	t.Helper()
	dir := t.TempDir()
	c := &people{t: t}
	var err error
	if c.store, err = store.Open(t.Context(), dir, ""); err != nil {
		t.Fatal(err)
	}
	closes(t, c.store.Close)
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.audit, err = audit.Open(audit.Options{Dir: dir + "/audit", Key: key, Log: log}); err != nil {
		t.Fatal(err)
	}
	closes(t, c.audit.Close)
	c.change(func(tx *store.Tx) error {
		for _, x := range []rooms.Court{{ID: "heihe", Name: "黑河市中级人民法院"}, {ID: "aihui", Name: "爱辉区人民法院", Parent: "heihe"}, {ID: "beian", Name: "北安市人民法院", Parent: "heihe"}} {
			if err := tx.PutCourt(x); err != nil {
				return err
			}
		}
		return nil
	})
	links, err := login.NewLinkKey(login.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	c.office, err = office.New(t.Context(), office.Options{
		Store: c.store, Audit: c.audit, Hasher: login.NewHasher(cheap, 4, 100), LinkKey: links, ProviderRoles: roles, Facts: catalog.Facts, Recordings: recordings, Changed: changed, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	closes(t, c.office.Close)
	return c
}

func (c *people) change(f func(*store.Tx) error) {
	c.t.Helper()
	if err := c.store.Change(c.t.Context(), f); err != nil {
		c.t.Fatal(err)
	}
}

// goodPassword is one that anybody here may have.
const goodPassword = "lantern orbit 77 quarry"

// user adds an account with roles at courts and returns it.
func (c *people) user(name string, grants ...rooms.Grant) store.Account {
	c.t.Helper()
	hash, err := login.NewHasher(cheap, 1, 1).Hash(c.t.Context(), goodPassword)
	if err != nil {
		c.t.Fatal(err)
	}
	a := store.Account{User: rooms.User{ID: "id-" + name, Name: name, FullName: "某" + name, Grants: grants}, Password: hash, Created: time.Now().UTC()}
	c.change(func(tx *store.Tx) error { return tx.PutUser(a) })
	return a
}

// token makes a token of a user for all that they may.
func (c *people) token(a store.Account, scopes ...rooms.Scope) string {
	c.t.Helper()
	if len(scopes) == 0 {
		for _, x := range rooms.Actions {
			if x != rooms.OwnAccount {
				scopes = append(scopes, rooms.Scope(x))
			}
		}
	}
	text, token, err := office.NewToken(a, office.TokenInput{Name: "test", Scopes: scopes, TTL: time.Hour}, nil, time.Now().UTC())
	if err != nil {
		c.t.Fatal(err)
	}
	c.change(func(tx *store.Tx) error { return tx.AddToken(token) })
	return text
}

// boss may all that one person can: they watch, manage and publish.
func (c *people) boss() string {
	var grants []rooms.Grant
	for _, r := range []rooms.Role{rooms.Admin, rooms.Inspector, rooms.Technician} {
		grants = append(grants, rooms.Grant{Role: r, Court: "heihe"})
	}
	return c.token(c.user("boss", grants...))
}
