package store

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

// A flow is good once, and only so many wait at a time.
func TestFlows(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		court(t, s)
		f := Flow{State: "s1", Browser: "b", Nonce: "n", Verifier: "v", Redirect: "https://hub/api/v1/oidc/callback", Next: "/audit", Expires: noon.Add(time.Minute)}
		link := Flow{State: "s2", Browser: "b", Session: "h1", Expires: noon.Add(2 * time.Minute)}
		change(t, s, func(tx *Tx) error { return errors.Join(tx.AddFlow(f, noon, 2), tx.AddFlow(link, noon, 2)) })
		third := Flow{State: "s3", Expires: noon.Add(time.Hour)}
		if err := s.Change(t.Context(), func(tx *Tx) error { return tx.AddFlow(third, noon, 2) }); !errors.Is(err, ErrTaken) {
			t.Errorf("a third of two: %v", err)
		}
		var got Flow
		take := func(tx *Tx) (err error) { got, err = tx.TakeFlow("s1"); return err }
		change(t, s, take)
		if !reflect.DeepEqual(got, f) {
			t.Errorf("%+v", got)
		}
		if err := s.Change(t.Context(), take); !errors.Is(err, ErrNotFound) {
			t.Errorf("taken twice: %v", err)
		}
		change(t, s, func(tx *Tx) error { return tx.AddFlow(third, noon.Add(2*time.Minute), 1) }) // the other one is over
		if err := s.Change(t.Context(), func(tx *Tx) error { _, err := tx.TakeFlow("s2"); return err }); !errors.Is(err, ErrNotFound) {
			t.Errorf("one that was over: %v", err)
		}
	})
}

func TestSessionsOfTheProviderEndByIt(t *testing.T) {
	both(t, func(t *testing.T, s *Store) {
		court(t, s)
		session := func(id string, w Way) Session {
			return Session{Hash: "h" + id, ID: id, User: "u1", Stage: "full", Created: noon, Seen: noon, Expires: noon.Add(time.Hour), Way: w}
		}
		change(t, s, func(tx *Tx) error {
			return errors.Join(tx.AddSession(session("a", Way{})), tx.AddSession(session("b", Way{ViaOIDC, "p1"})),
				tx.AddSession(session("c", Way{ViaOIDC, "p2"})), tx.AddSession(session("d", Way{ViaOIDC, ""})))
		})
		if got := view(t, s, func(tx *Tx) (string, error) { return tx.UserOfProviderSession("p2") }); got != "u1" {
			t.Errorf("p2 is %q's", got)
		}
		left := func() (ids string) {
			for _, x := range view(t, s, func(tx *Tx) ([]Session, error) { return tx.Sessions("u1") }) {
				ids = x.ID + ids
			}
			return ids
		}
		end := func(which string, want int64) {
			before := view(t, s, (*Tx).Revision)
			change(t, s, func(tx *Tx) error {
				n, err := tx.EndProviderSessions("u1", which)
				if n != want {
					t.Errorf("%d ended, not %d", n, want)
				}
				return err
			})
			if after := view(t, s, (*Tx).Revision); (after > before) != (want > 0) {
				t.Errorf("revision %d after %d", after, before)
			}
		}
		end("p1", 1)
		end("p1", 0)
		end("", 2)
		if got := left(); got != "a" {
			t.Errorf("left: %s", got)
		}
	})
}
