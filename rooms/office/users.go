package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// Account is a user as administrators see it.
type Account struct {
	rooms.User
	HasPassword  bool `json:"has_password"`
	MustChange   bool `json:"must_change" doc:"the password was set by somebody else"`
	SecondFactor bool `json:"second_factor"`
	OIDC         bool `json:"oidc" doc:"logs in through the court's identity provider"`
	Sessions     int  `json:"sessions" doc:"log-ins that are alive"`
	// Slowed is until when somebody has to wait who has typed wrong passwords.
	Slowed *time.Time `json:"slowed,omitempty" doc:"until then somebody must wait who has typed wrong passwords or codes for this account"`
}

func (o *Office) shownAccount(a store.Account, sessions int) Account {
	shown := Account{a.User, a.Password != "", a.MustChange, a.TOTP != "", a.Subject != "", sessions, nil}
	now := o.o.Now()
	until := o.slow.Until(a.Name, now)
	if codes := o.codes.Until(a.Name, now); codes.After(until) {
		until = codes
	}
	if !until.IsZero() {
		shown.Slowed = &until
	}
	return shown
}

// Users are the accounts with a role at a court that is the caller's to manage,
// and those without any role, for whoever manages the top court.
func (o *Office) Users(ctx context.Context, c Caller) ([]Account, error) {
	courts := o.courtsOf(c, rooms.ManageAccounts)
	if _, err := o.mayAny(ctx, c, rooms.ManageAccounts, courts); err != nil {
		return nil, err
	}
	list := []Account{}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		all, err := tx.Users()
		if err != nil {
			return err
		}
		sessions, err := tx.Sessions("")
		if err != nil {
			return err
		}
		alive := map[string]int{}
		for _, s := range sessions {
			if login.Alive(s.Seen, s.Expires, o.o.Now()) {
				alive[s.User]++
			}
		}
		list = list[:0]
		for _, a := range all {
			if o.manages(c, a) {
				list = append(list, o.shownAccount(a, alive[a.ID]))
			}
		}
		return nil
	})
	return list, err
}

// mayAny allows what a caller may do at any court; without one it is refused
// and recorded as the top court's.
func (o *Office) mayAny(ctx context.Context, c Caller, a rooms.Action, courts []string) (rooms.Decision, error) {
	if len(courts) > 0 {
		c.Free()
		return rooms.Decision{OK: true}, nil
	}
	return o.May(ctx, c, a, rooms.CourtObject, o.world.Load().courts.Root())
}

// manages tells whether an account is the caller's to manage: each of its roles
// must be, so that the administrator of one court cannot take over somebody of
// another.
func (o *Office) manages(c Caller, a store.Account) bool {
	w := o.world.Load()
	at := func(court string) bool {
		return o.decide(c, rooms.ManageAccounts, rooms.Object{Kind: rooms.CourtObject, ID: court, Courts: w.courts.Path(court)}).OK
	}
	if len(a.Grants) == 0 {
		return at(w.courts.Root())
	}
	return !slices.ContainsFunc(a.Grants, func(g rooms.Grant) bool { return !at(g.Court) })
}

// UserInput are the settings of an account; what is nil stays.
type UserInput struct {
	Name     *string
	FullName *string
	Grants   *[]rooms.Grant
	Disabled *bool
	Password *string // set by the administrator: the user must change it
}

// AddUser makes an account.
func (o *Office) AddUser(ctx context.Context, c Caller, in UserInput) (Account, error) {
	if _, err := o.MayAnywhere(ctx, c, rooms.ManageAccounts); err != nil { // before what is wrong with the settings is told
		return Account{}, err
	}
	a := store.Account{User: rooms.User{ID: login.NewID()}, Created: o.o.Now()}
	return o.putUser(ctx, c, a, in, true)
}

// ChangeUser changes an account.
func (o *Office) ChangeUser(ctx context.Context, c Caller, id string, in UserInput) (Account, error) {
	a, err := o.theirUser(ctx, c, id)
	if err != nil {
		return Account{}, err
	}
	return o.putUser(ctx, c, a, in, false)
}

// theirUser finds an account that is the caller's to manage.
func (o *Office) theirUser(ctx context.Context, c Caller, id string) (store.Account, error) {
	var a store.Account
	if _, err := o.mayAny(ctx, c, rooms.ManageAccounts, o.courtsOf(c, rooms.ManageAccounts)); err != nil {
		return a, err
	}
	err := o.o.Store.View(ctx, func(tx *store.Tx) (err error) {
		a, err = tx.User(id)
		return err
	})
	if err == nil && !o.manages(c, a) {
		o.refuse(ctx, o.entry(c, rooms.ManageAccounts, rooms.Object{Kind: UserObject, ID: id}, audit.Denied))
		err = ErrUnknown
	}
	return a, isGone(err)
}

// UserObject is an account as the audit names it.
const UserObject rooms.ObjectKind = "user"

// putUser checks and writes an account.
func (o *Office) putUser(ctx context.Context, c Caller, a store.Account, in UserInput, fresh bool) (Account, error) {
	in.apply(&a.User)
	courts := o.world.Load().courts
	if err := a.User.Check(courts); err != nil {
		return Account{}, err
	}
	// Whoever gives a role must manage the court that it is given at.
	for _, g := range a.Grants {
		if _, err := o.May(ctx, c, rooms.ManageAccounts, rooms.CourtObject, g.Court); err != nil {
			return Account{}, err
		}
	}
	if len(a.Grants) == 0 {
		if _, err := o.mayAny(ctx, c, rooms.ManageAccounts, o.courtsOf(c, rooms.ManageAccounts)); err != nil {
			return Account{}, err
		}
	}
	hash := ""
	if in.Password != nil {
		if err := o.checkPassword(*in.Password, a.User); err != nil {
			return Account{}, err
		}
		var err error
		if hash, err = o.o.Hasher.Hash(ctx, *in.Password); err != nil {
			return Account{}, err
		}
	}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		before := store.Account{User: rooms.User{ID: a.ID}, Created: a.Created}
		if !fresh {
			// What others have changed meanwhile stays: a password or a second
			// factor of the user's own above all.
			var err error
			if before, err = tx.User(a.ID); err != nil {
				return nil, err
			}
			if !o.manages(c, before) { // a role elsewhere, meanwhile
				return nil, ErrUnknown
			}
		}
		a = before
		in.apply(&a.User)
		if hash != "" {
			a.Password, a.MustChange = hash, true
		}
		if !fresh && isLastAdmin(tx, before, a, courts.Root()) {
			return nil, ErrLastAdmin
		}
		if err := tx.PutUser(a); err != nil {
			return nil, err
		}
		if a.Disabled || in.Password != nil {
			if _, err := tx.EndSessionsOf(a.ID, ""); err != nil {
				return nil, err
			}
		}
		entry := o.entry(c, rooms.ManageAccounts, rooms.Object{Kind: UserObject, ID: a.ID, Courts: courtsOfUser(a, courts)}, audit.Done)
		entry.Object.Name = a.Name
		entry.Detail = userChanges(before, a, fresh, hash != "")
		return []audit.Entry{entry}, nil
	})
	if errors.Is(err, store.ErrTaken) {
		return Account{}, rooms.FieldError{Field: "name", Err: errors.New("is somebody's already: choose another")}
	}
	return o.shownAccount(a, 0), isGone(err)
}

// apply makes the changes that are asked for.
func (in UserInput) apply(u *rooms.User) {
	set(&u.Name, in.Name)
	set(&u.FullName, in.FullName)
	set(&u.Grants, in.Grants)
	set(&u.Disabled, in.Disabled)
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// courtsOfUser is the path that the audit files an account under.
func courtsOfUser(a store.Account, courts rooms.Courts) []string {
	if len(a.Grants) == 0 {
		return nil
	}
	return courts.Path(a.Grants[0].Court)
}

// userChanges says what an administrator has changed of an account.
func userChanges(before, after store.Account, fresh, password bool) map[string]string {
	d := map[string]string{}
	if fresh {
		d["new"] = "yes"
	}
	if before.Name != after.Name {
		d["name"] = after.Name
	}
	if before.FullName != after.FullName {
		d["full_name"] = after.FullName
	}
	if before.Disabled != after.Disabled {
		d["disabled"] = fmt.Sprint(after.Disabled)
	}
	if was, is := grantsText(before.Grants), grantsText(after.Grants); was != is {
		d["roles"] = is
		d["roles_before"] = was
	}
	if password {
		d["password"] = "set"
	}
	return d
}

func grantsText(grants []rooms.Grant) string {
	var parts []string
	for _, g := range grants {
		parts = append(parts, strings.TrimSuffix(fmt.Sprintf("%s@%s:%s", g.Role, g.Court, strings.Join(g.Sites, "+")), ":"))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// isLastAdmin tells whether a change would leave nobody who can manage the top
// court.
func isLastAdmin(tx *store.Tx, before, after store.Account, root string) bool {
	admin := func(a store.Account) bool {
		return !a.Disabled && slices.ContainsFunc(a.Grants, func(g rooms.Grant) bool { return g.Role == rooms.Admin && g.Court == root })
	}
	if !admin(before) || admin(after) {
		return false
	}
	all, err := tx.Users()
	return err != nil || !slices.ContainsFunc(all, func(a store.Account) bool { return a.ID != before.ID && admin(a) })
}
