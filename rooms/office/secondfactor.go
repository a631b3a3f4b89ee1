package office

import (
	"context"
	"errors"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// NewSecondFactor makes a secret for the caller's authenticator app. It counts
// only when a code of it has been confirmed.
func (o *Office) NewSecondFactor(ctx context.Context, c Caller) (secret, uri string, err error) {
	if _, err := o.May(ctx, c, rooms.OwnAccount, rooms.HubObject, ""); err != nil {
		return "", "", err
	}
	if c.Session.ID == "" || c.Stage != login.Full {
		return "", "", &Denied{Action: rooms.OwnAccount, Stage: c.Stage != login.Full}
	}
	secret = login.NewTOTPSecret()
	return secret, login.TOTPURI(secret, "avhub", c.Who.Name), nil
}

// ConfirmSecondFactor turns the second factor on, and returns recovery codes,
// which are shown this once.
func (o *Office) ConfirmSecondFactor(ctx context.Context, c Caller, secret, code, password string) ([]string, error) {
	if _, _, err := o.NewSecondFactor(ctx, c); err != nil {
		return nil, err
	}
	if !login.IsTOTPSecret(secret) {
		return nil, rooms.FieldError{Field: "secret", Err: errors.New("is not one of the hub's: begin again")}
	}
	if err := o.confirmPassword(ctx, c, "password", password); err != nil {
		return nil, err
	}
	step, good := login.VerifyTOTP(secret, code, o.o.Now())
	if !good {
		return nil, rooms.FieldError{Field: "code", Err: errors.New("wrong_code: does not fit: check the phone's clock, and type the newest code")}
	}
	codes, hashes := login.NewRecoveryCodes()
	return codes, o.putSecondFactor(ctx, c, c.Principal.User, secret, step, hashes)
}

// DropSecondFactor turns one's own second factor off, by the password; that of
// somebody else an administrator turns off.
func (o *Office) DropSecondFactor(ctx context.Context, c Caller, user, password string) error {
	if err := o.mayAccount(ctx, c, user); err != nil {
		return err
	}
	if user == c.Principal.User {
		if err := o.confirmPassword(ctx, c, "password", password); err != nil {
			return err
		}
	}
	return o.putSecondFactor(ctx, c, user, "", 0, nil)
}

func (o *Office) putSecondFactor(ctx context.Context, c Caller, user, secret string, step int64, hashes []string) error {
	entry := o.entry(c, audit.SecondFactor, rooms.Object{Kind: UserObject, ID: user}, audit.Done)
	entry.Detail = map[string]string{"second_factor": map[bool]string{true: "on", false: "off"}[secret != ""]}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		if err := tx.SetTOTP(user, secret, step); err != nil {
			return nil, err
		}
		return []audit.Entry{entry}, tx.PutRecoveryCodes(user, hashes)
	})
	return isGone(err)
}

// freshLogIn is how long a log-in through the identity provider counts as one
// that has just been made.
const freshLogIn = 10 * time.Minute

// confirmPassword asks for the password again before something that a session
// left open must not be enough for (OWASP ASVS 5.0, 7.5.1).
func (o *Office) confirmPassword(ctx context.Context, c Caller, field, password string) error {
	a, err := o.account(ctx, c)
	if err != nil {
		return err
	}
	now := o.o.Now()
	if a.Password == "" { // there is nothing to ask for but a log-in at the provider
		if now.Sub(c.Session.Created) > freshLogIn {
			return ErrLogInAgain
		}
		return nil
	}
	if wait := o.slow.Attempt(a.Name, c.Who.Address, c.Session.ID, now); wait > 0 {
		o.refuseLogin(ctx, c.Who, home(c.Principal.Grants), audit.ChangePassword, tooMany)
		return &Slow{wait}
	}
	good, _, err := o.verify(ctx, a, password)
	if err != nil {
		return err
	}
	if !good {
		o.refuseLogin(ctx, c.Who, home(c.Principal.Grants), audit.ChangePassword, "the password is wrong")
		return rooms.FieldError{Field: field, Err: errors.New("wrong_password: is not your password")}
	}
	o.slow.Succeeded(a.Name, c.Who.Address, c.Session.ID, now)
	return nil
}
