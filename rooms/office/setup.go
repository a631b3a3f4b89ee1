package office

import (
	"context"
	"errors"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// setUpSetting keeps the hash of the one-time link's secret.
const setUpSetting = "set_up"

// IsSetUp tells whether there is an account yet.
func (o *Office) IsSetUp(ctx context.Context) (bool, error) {
	n := 0
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.CountUsers()
		return err
	})
	return n > 0, err
}

// SetUpToken makes the secret of a one-time link that leads to the first
// administrator; the one before is void. Empty if there is an account already.
func (o *Office) SetUpToken(ctx context.Context) (string, error) {
	token := login.NewSecret()
	err := o.o.Store.Change(ctx, func(tx *store.Tx) error {
		if n, err := tx.CountUsers(); err != nil || n > 0 {
			token = ""
			return err
		}
		return tx.SetSetting(setUpSetting, login.Hash(token))
	})
	return token, err
}

// SetUp makes the top court and the first administrator, once.
func (o *Office) SetUp(ctx context.Context, token string, court rooms.Court, u rooms.User, password string, from Client) (LoggedIn, error) {
	who := audit.Who{Kind: audit.Stranger, Name: u.Name, Address: from.Address}
	if wait := o.slow.Attempt("set-up", from.Address, "", o.o.Now()); wait > 0 {
		return LoggedIn{}, &Slow{wait}
	}
	if ready, err := o.IsSetUp(ctx); err != nil || ready {
		return LoggedIn{}, errors.Join(err, errIf(ready, ErrSetUp))
	}
	var kept string
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.Setting(setUpSetting)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return LoggedIn{}, err
	}
	if !login.Same(kept, login.Hash(token)) {
		o.refuseLogin(ctx, who, "", audit.SetUp, "the set-up link is wrong or has been used")
		return LoggedIn{}, rooms.FieldError{Field: "token", Err: errors.New("the set-up link is wrong or has been used: the hub prints a new one at each start")}
	}
	u.ID = login.NewID()
	u.Grants = []rooms.Grant{{Role: rooms.Admin, Court: court.ID}}
	a := store.Account{User: u, Created: o.o.Now()}
	if err := errors.Join((rooms.Courts{}).CheckPut(court), u.Check(rooms.Courts{court.ID: court}), o.checkPassword(password, u, court)); err != nil {
		return LoggedIn{}, err
	}
	if a.Password, err = o.o.Hasher.Hash(ctx, password); err != nil {
		return LoggedIn{}, err
	}
	who = audit.Who{Kind: audit.User, ID: u.ID, Name: u.Name, Address: from.Address}
	entry := audit.Entry{
		Time: o.o.Now(), Who: who, Action: audit.SetUp, Object: audit.Object{Kind: rooms.CourtObject, ID: court.ID, Name: court.Name},
		Court: court.ID, Outcome: audit.Done, Detail: map[string]string{"administrator": u.Name},
	}
	err = o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		if n, err := tx.CountUsers(); err != nil || n > 0 {
			return nil, errors.Join(err, errIf(n > 0, ErrSetUp))
		}
		if err := tx.DropSetting(setUpSetting); err != nil {
			return nil, err
		}
		if err := tx.PutCourt(court); err != nil {
			return nil, err
		}
		return []audit.Entry{entry}, tx.PutUser(a)
	})
	if err != nil {
		return LoggedIn{}, err
	}
	return o.begin(ctx, step{account: a, stage: login.Full, action: audit.LogIn, who: who}, from)
}

func errIf(is bool, err error) error {
	if is {
		return err
	}
	return nil
}
