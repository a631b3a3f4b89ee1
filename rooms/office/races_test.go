package office

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// Looking at a password takes its time. What an administrator has done in it
// counts, and is not undone by what was looked at.
func TestALogInIsOvertaken(t *testing.T) {
	both(t, func(d *desk) {
		d.user("wang", at("heihe", rooms.Judge)...)
		admin := d.as("chen", at("heihe", rooms.Admin)...)
		looked := func() store.Account {
			var a store.Account
			err := d.store.View(d.t.Context(), func(tx *store.Tx) (err error) {
				a, err = tx.UserByName("wang")
				return err
			})
			if err != nil {
				d.t.Fatal(err)
			}
			return a
		}
		set, yes := otherPassword, true
		for name, change := range map[string]UserInput{"its password is replaced": {Password: &set}, "it is disabled": {Disabled: &yes}} {
			a := looked()
			if _, err := d.ChangeUser(d.t.Context(), admin, a.ID, change); err != nil {
				d.t.Fatal(err)
			}
			after := looked()
			for kind, x := range map[string]step{
				"a log-in":                {account: a, stage: login.Full, action: audit.LogIn},
				"one with a better hash":  {account: a, password: a.Password, stage: login.Full, action: audit.LogIn},
				"one by another provider": {account: a, stage: login.Full, action: audit.LogIn, way: store.Way{Via: store.ViaOIDC}},
			} {
				if in, err := d.begin(d.t.Context(), x, from("wang")); !errors.Is(err, ErrLogin) || in.Caller.Known() {
					d.t.Errorf("%s while %s: %v", kind, name, err)
				}
			}
			if now := looked(); now.Password != after.Password || now.Disabled != after.Disabled || now.MustChange != after.MustChange {
				d.t.Errorf("%s, and a log-in undoes it", name)
			}
			no := false
			if _, err := d.ChangeUser(d.t.Context(), admin, a.ID, UserInput{Disabled: &no}); err != nil {
				d.t.Fatal(err)
			}
		}
	})
}

// An administrator changes a name while its owner changes the password: both count.
func TestChangesOfAnAccountDoNotUndoEachOther(t *testing.T) {
	both(t, func(d *desk) {
		wang := d.user("wang", at("heihe", rooms.Judge)...)
		admin := d.as("chen", at("heihe", rooms.Admin)...)
		for i := range 20 {
			name, hash := fmt.Sprintf("王%d", i), fmt.Sprintf("hash %d", i)
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := d.ChangeUser(d.t.Context(), admin, wang.ID, UserInput{FullName: &name}); err != nil {
					d.t.Error(err)
				}
			})
			wg.Go(func() {
				err := d.store.Change(d.t.Context(), func(tx *store.Tx) error { return tx.SetPassword(wang.ID, hash, false) })
				if err != nil {
					d.t.Error(err)
				}
			})
			wg.Wait()
			var a store.Account
			err := d.store.View(d.t.Context(), func(tx *store.Tx) (err error) {
				a, err = tx.User(wang.ID)
				return err
			})
			if err != nil || a.FullName != name || a.Password != hash {
				d.t.Fatalf("round %d: %q %q %v", i, a.FullName, a.Password, err)
			}
		}
	})
}
