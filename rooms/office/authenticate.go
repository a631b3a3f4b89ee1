package office

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// known remembers credentials that were good, so that a request costs no query.
// It forgets all of them when who is who has changed.
type known struct {
	mu       sync.Mutex
	revision int64
	by       map[string]*remembered
}

// remembered is a credential with the session as it was last used.
type remembered struct {
	caller  Caller
	seen    atomic.Int64 // UnixNano of the session's last use
	written atomic.Int64 // of the use that the database knows of
}

// knownMost bounds the memory.
const knownMost = 50_000

// Authenticate finds out who shows a credential. What is not good, too old or
// unknown makes a stranger; an error says that it could not be found out.
func (o *Office) Authenticate(ctx context.Context, shown Credential, address string) (Caller, error) {
	key := ""
	switch {
	case shown.Token != "":
		if !login.IsToken(shown.Token) {
			return Stranger(address), nil
		}
		key = "t" + login.Hash(shown.Token)
	case shown.Cookie != "":
		key = "s" + login.Hash(shown.Cookie)
	default:
		return Stranger(address), nil
	}
	return o.enter(ctx, key, address)
}

// enter lets in who has shown a credential, if it is a good one.
func (o *Office) enter(ctx context.Context, key, address string) (Caller, error) {
	now := o.o.Now()
	r, err := o.remember(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return Stranger(address), nil
	}
	if err != nil {
		return Stranger(address), err
	}
	if !r.alive(now) {
		return Stranger(address), nil
	}
	r.seen.Store(now.UnixNano())
	c := r.caller
	c.Who.Address = address
	c.asked = new(atomic.Bool)
	return c, nil
}

// remember finds a credential in memory or in the database.
func (o *Office) remember(ctx context.Context, key string) (*remembered, error) {
	o.known.mu.Lock()
	r, revision := o.known.by[key], o.known.revision
	o.known.mu.Unlock()
	if r != nil {
		return r, nil
	}
	r, err := o.read(ctx, key)
	if err != nil {
		return nil, err
	}
	o.known.mu.Lock()
	defer o.known.mu.Unlock()
	if o.known.revision == revision { // else what was read may be old
		if len(o.known.by) >= knownMost {
			clear(o.known.by)
		}
		o.known.by[key] = r
	}
	return r, nil
}

// read finds a credential in the database.
func (o *Office) read(ctx context.Context, key string) (*remembered, error) {
	r := &remembered{caller: Caller{key: key, Stage: login.Full}}
	c := &r.caller
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		if key[0] == 't' {
			return c.readToken(tx, key[1:])
		}
		s, err := tx.Session(key[1:])
		if err != nil {
			return err
		}
		c.Session, c.Stage = s, login.Stage(s.Stage)
		c.Session.Hash = ""
		c.Who.Session = s.ID
		if s.Link != "" {
			return c.readGuest(tx, s.Link, o.o.Now())
		}
		return c.readUser(tx, s.User)
	})
	seen := max(c.Session.Seen.UnixNano(), 0)
	r.seen.Store(seen)
	r.written.Store(seen)
	return r, err
}

func (c *Caller) readUser(tx *store.Tx, id string) error {
	u, err := tx.User(id)
	if err != nil {
		return err
	}
	if u.Disabled {
		return store.ErrNotFound
	}
	c.FullName, c.SecondFactor, c.HasPassword, c.Linked = u.FullName, u.TOTP != "", u.Password != "", u.Subject != ""
	c.Principal = rooms.Principal{User: u.ID, Grants: u.Grants}
	c.Who.Kind, c.Who.ID, c.Who.Name = audit.User, u.ID, u.Name
	return nil
}

func (c *Caller) readToken(tx *store.Tx, hash string) error {
	t, err := tx.Token(hash)
	if err != nil {
		return err
	}
	if err := c.readUser(tx, t.User); err != nil {
		return err
	}
	c.Expires = t.Expires
	c.Principal.Token = &rooms.TokenLimits{Scopes: t.Scopes, Court: t.Court}
	c.Who.Kind, c.Who.Token = audit.Token, t.ID
	return nil
}

func (c *Caller) readGuest(tx *store.Tx, link string, now time.Time) error {
	l, err := tx.Link(link)
	if err != nil {
		return err
	}
	if !l.Revoked.IsZero() || !now.Before(l.NotAfter) {
		return store.ErrNotFound
	}
	p, err := tx.Participant(l.Participant)
	if err != nil {
		return err
	}
	c.FullName, c.Expires = p.Name, l.NotAfter
	c.Principal = rooms.Principal{Guest: &rooms.GuestOf{Hearing: l.Hearing, Watches: l.PlayBack}}
	c.Who.Kind, c.Who.ID, c.Who.Name, c.Who.Link = audit.Guest, p.ID, p.Name, l.ID
	return nil
}

// alive tells whether a credential is still good at a time.
func (r *remembered) alive(now time.Time) bool {
	c := &r.caller
	if !c.Expires.IsZero() && !now.Before(c.Expires) {
		return false
	}
	if c.key[0] == 't' {
		return true
	}
	return login.Alive(time.Unix(0, r.seen.Load()), c.Session.Expires, now)
}

// again looks whether a credential that was good still is, without counting
// that as use.
func (o *Office) again(ctx context.Context, key string, now time.Time) (Caller, bool, error) {
	r, err := o.remember(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return Caller{}, false, nil
	}
	if err != nil {
		return Caller{}, false, err
	}
	return r.caller, r.alive(now), nil
}

// use counts something that goes on as use of its session.
func (o *Office) use(key string, now time.Time) {
	o.known.mu.Lock()
	defer o.known.mu.Unlock()
	if r := o.known.by[key]; r != nil {
		r.seen.Store(now.UnixNano())
	}
}

// forget forgets all credentials, if who is who has changed.
func (o *Office) forget(revision int64) {
	o.known.mu.Lock()
	defer o.known.mu.Unlock()
	if revision == o.known.revision {
		return
	}
	if err := o.flushLocked(); err != nil {
		o.o.Log.Error("last use of sessions and tokens", "err", err)
	}
	o.known.revision = revision
	clear(o.known.by)
}

// writeUseEvery is how fresh the database's last use of sessions and tokens is.
const writeUseEvery = 30 * time.Second

// flush writes the last use of sessions and tokens to the database.
func (o *Office) flush() error {
	o.known.mu.Lock()
	defer o.known.mu.Unlock()
	return o.flushLocked()
}

func (o *Office) flushLocked() error {
	sessions, tokens := map[string]time.Time{}, map[string]time.Time{} // by hash, by id
	for key, r := range o.known.by {
		seen := r.seen.Load()
		if seen <= r.written.Load() {
			continue
		}
		r.written.Store(seen)
		if key[0] == 't' {
			tokens[r.caller.Who.Token] = time.Unix(0, seen)
		} else {
			sessions[key[1:]] = time.Unix(0, seen)
		}
	}
	if len(sessions)+len(tokens) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return o.o.Store.Change(ctx, func(tx *store.Tx) error {
		for hash, seen := range sessions {
			if err := tx.TouchSession(hash, seen); err != nil {
				return err
			}
		}
		for id, seen := range tokens {
			if err := tx.TouchToken(id, seen); err != nil {
				return err
			}
		}
		return nil
	})
}
