package office

import (
	"context"
	"errors"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// Client is where somebody logs in from.
type Client struct {
	Address string
	Agent   string // the browser, as it names itself
	Device  string // secret of a cookie from an earlier log-in; empty: none
	Session string // id of the session that the browser has; it ends with the log-in
}

// LoggedIn is what the browser keeps after a log-in.
type LoggedIn struct {
	Cookie string // new at each step: a session that was planted is of no use
	Device string // new if the browser had none
	Stage  login.Stage
	Caller Caller
}

// LogIn checks name and password. Whether a name exists cannot be told from the
// answer nor from the time it takes (OWASP ASVS 5.0, 6.3.8).
func (o *Office) LogIn(ctx context.Context, name, password string, from Client) (LoggedIn, error) {
	var a store.Account
	device := "" // of a browser from which this user has logged in before
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		a, err = tx.UserByName(name)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil && from.Device != "" {
			known, err := tx.DeviceKnown(a.ID, login.Hash(from.Device), o.o.Now().Add(-login.DeviceKept))
			if known {
				device = from.Device
			}
			return err
		}
		return err
	})
	if err != nil {
		return LoggedIn{}, err
	}
	// A name that is nobody's stays out of the audit: often it is a password, in
	// the wrong field.
	who := audit.Who{Kind: audit.Stranger, ID: a.ID, Name: a.Name, Address: from.Address}
	if wait := o.slow.Attempt(name, from.Address, device, o.o.Now()); wait > 0 {
		o.refuseLogin(ctx, who, home(a.Grants), audit.LogIn, tooMany)
		return LoggedIn{}, &Slow{wait}
	}
	next := step{account: a, action: audit.LogIn}
	good, rehash, err := o.verify(ctx, a, password)
	if err != nil {
		o.slow.Withdraw(name, from.Address, device, o.o.Now())
		return LoggedIn{}, err
	}
	if !good || a.Disabled {
		why := "name or password is wrong"
		switch {
		case a.ID == "":
			why = "there is no such account"
		case good:
			why = "the account is disabled"
		}
		o.refuseLogin(ctx, who, home(a.Grants), audit.LogIn, why)
		return LoggedIn{}, ErrLogin
	}
	o.slow.Succeeded(name, from.Address, device, o.o.Now())
	if rehash {
		if next.password, err = o.o.Hasher.Hash(ctx, password); err != nil {
			return LoggedIn{}, err
		}
	}
	next.stage = login.NextStage(a.TOTP != "", a.MustChange)
	who.Kind = audit.User
	next.who = who
	return o.begin(ctx, next, from)
}

// verify checks a password at the same cost whether there is an account or not.
func (o *Office) verify(ctx context.Context, a store.Account, password string) (good, rehash bool, err error) {
	if a.Password == "" {
		return false, false, o.o.Hasher.VerifyNobody(ctx, password)
	}
	return o.o.Hasher.Verify(ctx, a.Password, password)
}

// tooMany is why an attempt is not looked at.
const tooMany = "too many attempts"

// step is one of logging in that has been taken.
type step struct {
	account  store.Account // as it was when the step was looked at
	password string        // a new hash for it; empty: as it is
	stage    login.Stage   // that it leads to
	action   rooms.Action
	who      audit.Who
	old      string // id of the session that the step before has begun; empty: none
	way      store.Way
}

// begin starts a session after a step. What an administrator has changed while
// the step was looked at counts: a password that was replaced, or an account that
// was disabled, lets nobody in any more.
func (o *Office) begin(ctx context.Context, x step, from Client) (LoggedIn, error) {
	a, stage, who := x.account, x.stage, x.who
	now := o.o.Now()
	in := LoggedIn{Cookie: login.NewSecret(), Stage: stage}
	device := from.Device
	if device == "" {
		device = login.NewSecret()
		in.Device = device
	}
	s := store.Session{
		Hash: login.Hash(in.Cookie), ID: login.NewID(), User: a.ID, Stage: string(stage),
		Created: now, Seen: now, Expires: stage.Lasts(now), Address: from.Address, Agent: audit.Clean(from.Agent), Way: x.way,
	}
	who.Session = s.ID
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		now, err := tx.User(a.ID)
		if err != nil {
			return nil, err
		}
		if now.Disabled || now.Password != a.Password {
			return nil, ErrLogin
		}
		if x.old != "" {
			if err := tx.EndSession(x.old); err != nil {
				return nil, err // ended meanwhile: the step does not count
			}
		}
		if from.Session != "" && from.Session != x.old { // planted, or left open
			if err := tx.EndSession(from.Session); err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
		}
		if x.action == audit.ChangePassword {
			if _, err := tx.EndSessionsOf(a.ID, ""); err != nil {
				return nil, err
			}
			now.MustChange = false
		}
		if x.password != "" {
			if err := tx.SetPassword(a.ID, x.password, now.MustChange); err != nil {
				return nil, err
			}
		}
		if err := tx.AddSession(s); err != nil {
			return nil, err
		}
		if err := endOldest(tx, a.ID); err != nil {
			return nil, err
		}
		if stage == login.Full {
			if err := tx.KnowDevice(a.ID, login.Hash(device), s.Created); err != nil {
				return nil, err
			}
		}
		detail := map[string]string{"stage": string(stage)}
		if x.way.Via != "" {
			detail["via"] = x.way.Via
		}
		return []audit.Entry{{Time: s.Created, Who: who, Action: x.action, Object: audit.Object{Kind: UserObject, ID: a.ID, Name: a.Name}, Court: home(a.Grants), Outcome: audit.Done, Detail: detail}}, nil
	})
	if err != nil {
		return LoggedIn{}, isGone(err)
	}
	in.Caller, err = o.Authenticate(ctx, Credential{Cookie: in.Cookie}, from.Address)
	return in, err
}

// sessionsMost is how many log-ins of one account there are at once; one more
// ends the oldest.
const sessionsMost = 50

func endOldest(tx *store.Tx, user string) error {
	all, err := tx.Sessions(user)
	if err != nil {
		return err
	}
	for _, s := range all[min(len(all), sessionsMost):] {
		if err := tx.EndSession(s.ID); err != nil {
			return err
		}
	}
	return nil
}

// refuseLogin records that somebody was not let in, or one step not further.
func (o *Office) refuseLogin(ctx context.Context, who audit.Who, court string, action rooms.Action, why string) {
	o.refuse(ctx, audit.Entry{Time: o.o.Now(), Who: who, Action: action, Object: audit.Object{Kind: UserObject, ID: who.ID, Name: who.Name}, Court: court, Outcome: audit.Denied, Why: why})
}

// SecondFactor takes the code of a log-in whose password was right: one of six
// digits, or a recovery code.
func (o *Office) SecondFactor(ctx context.Context, c Caller, code string, from Client) (LoggedIn, error) {
	c.Free()
	if !c.Stage.Allows(login.GiveCode) {
		return LoggedIn{}, &Denied{Action: audit.SecondFactor, Stranger: !c.Known()}
	}
	a, err := o.account(ctx, c)
	if err != nil {
		return LoggedIn{}, err
	}
	if wait := o.codes.Attempt(a.Name, from.Address, "", o.o.Now()); wait > 0 {
		o.refuseLogin(ctx, c.Who, home(c.Principal.Grants), audit.SecondFactor, tooMany)
		return LoggedIn{}, &Slow{wait}
	}
	if err := o.useCode(ctx, a, code); err != nil {
		if errors.Is(err, ErrCode) {
			o.refuseLogin(ctx, c.Who, home(c.Principal.Grants), audit.SecondFactor, "the code is wrong")
		}
		return LoggedIn{}, err
	}
	o.codes.Succeeded(a.Name, from.Address, "", o.o.Now())
	stage := login.Full
	if a.MustChange && c.Session.Via == "" {
		stage = login.PasswordDue
	}
	return o.begin(ctx, step{account: a, stage: stage, action: audit.SecondFactor, who: c.Who, old: c.Session.ID, way: c.Session.Way}, from)
}

// useCode uses a code up.
func (o *Office) useCode(ctx context.Context, a store.Account, code string) error {
	step, good := login.VerifyTOTP(a.TOTP, code, o.o.Now())
	err := o.o.Store.Change(ctx, func(tx *store.Tx) error {
		if good {
			return tx.UseTOTPStep(a.ID, step)
		}
		return tx.UseRecoveryCode(a.ID, login.HashRecoveryCode(code))
	})
	if errors.Is(err, store.ErrTaken) || errors.Is(err, store.ErrNotFound) {
		return ErrCode
	}
	return err
}

// account is the caller's own.
func (o *Office) account(ctx context.Context, c Caller) (store.Account, error) {
	var a store.Account
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		a, err = tx.User(c.Principal.User)
		return err
	})
	return a, isGone(err)
}

// ChangePassword changes the caller's own password and ends all other sessions.
func (o *Office) ChangePassword(ctx context.Context, c Caller, old, fresh string, from Client) (LoggedIn, error) {
	c.Free() // it is one's own
	if c.Session.ID == "" || c.Principal.User == "" || !c.Stage.Allows(login.ChoosePassword) {
		return LoggedIn{}, &Denied{Action: audit.ChangePassword, Stranger: !c.Known(), Stage: c.Known() && c.Stage != login.Full}
	}
	a, err := o.account(ctx, c)
	if err != nil {
		return LoggedIn{}, err
	}
	if err := o.confirmPassword(ctx, c, "old", old); err != nil {
		return LoggedIn{}, err
	}
	if old == fresh {
		return LoggedIn{}, rooms.FieldError{Field: "new", Err: errors.New("same_password: is the old one: choose another")}
	}
	if err := o.checkPassword(fresh, a.User); err != nil {
		return LoggedIn{}, err
	}
	hash, err := o.o.Hasher.Hash(ctx, fresh)
	if err != nil {
		return LoggedIn{}, err
	}
	return o.begin(ctx, step{account: a, password: hash, stage: login.Full, action: audit.ChangePassword, who: c.Who, old: c.Session.ID, way: c.Session.Way}, from)
}

// LogOut ends the caller's session.
func (o *Office) LogOut(ctx context.Context, c Caller) error {
	c.Free()
	if c.Session.ID == "" {
		return nil
	}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		entry := audit.Entry{Time: o.o.Now(), Who: c.Who, Action: audit.LogOut, Object: audit.Object{Kind: UserObject, ID: c.Who.ID, Name: c.Who.Name}, Court: home(c.Principal.Grants), Outcome: audit.Done}
		return []audit.Entry{entry}, tx.EndSession(c.Session.ID)
	})
	if errors.Is(err, store.ErrNotFound) { // ended already
		return nil
	}
	return err
}
