package office

import (
	"context"
	"errors"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// MayLink asks for the password before an identity is linked: a session that
// was left open must not be enough to come back by another way for good.
func (o *Office) MayLink(ctx context.Context, c Caller, password string) error {
	if _, err := o.May(ctx, c, rooms.OwnAccount, rooms.HubObject, ""); err != nil {
		return err
	}
	if c.Session.ID == "" || c.Stage != login.Full || c.Principal.User == "" {
		return &Denied{Action: rooms.OwnAccount, Stage: c.Stage != login.Full}
	}
	return o.confirmPassword(ctx, c, "password", password)
}

// LinkIdentity links an identity with the caller's account, in place of one that
// was linked before.
func (o *Office) LinkIdentity(ctx context.Context, c Caller, i Identity) error {
	if _, err := o.May(ctx, c, rooms.OwnAccount, rooms.HubObject, ""); err != nil {
		return err
	}
	err := o.putSubject(ctx, c, c.Principal.User, i.subject(), "on")
	if errors.Is(err, store.ErrTaken) {
		return ErrLinkedElsewhere
	}
	return err
}

// UnlinkIdentity takes the identity off an account: one's own by the password,
// or one that is the caller's to manage. What began by it ends.
func (o *Office) UnlinkIdentity(ctx context.Context, c Caller, user, password string) error {
	if err := o.mayAccount(ctx, c, user); err != nil {
		return err
	}
	if user == c.Principal.User {
		if !c.HasPassword {
			return rooms.FieldError{Field: "password", Err: errors.New("no_password: the account has no password of its own, so nobody could log in any more: ask an administrator to set one")}
		}
		if err := o.confirmPassword(ctx, c, "password", password); err != nil {
			return err
		}
	}
	return o.putSubject(ctx, c, user, "", "off")
}

func (o *Office) putSubject(ctx context.Context, c Caller, user, subject, said string) error {
	entry := o.entry(c, rooms.OwnAccount, rooms.Object{Kind: UserObject, ID: user}, audit.Done)
	entry.Detail = map[string]string{"identity_provider": said}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		a, err := tx.User(user)
		if err != nil {
			return nil, err
		}
		entry.Object.Name = a.Name
		if subject != a.Subject {
			if _, err := tx.EndProviderSessions(user, ""); err != nil {
				return nil, err
			}
		}
		a.Subject = subject
		return []audit.Entry{entry}, tx.PutUser(a)
	})
	return isGone(err)
}
