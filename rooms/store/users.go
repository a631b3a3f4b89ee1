package store

import (
	"time"

	"avhub/rooms"
)

// Account is a user with what logging in needs.
type Account struct {
	rooms.User
	Password   string // argon2id, PHC string; empty: none
	MustChange bool
	TOTP       string // secret of the second factor; empty: none
	TOTPStep   int64  // the last one used
	Subject    string // issuer and subject at the OIDC provider; empty: none
	Created    time.Time
}

type userRow struct {
	ID         string `db:"id"`
	Name       string `db:"name"`
	FullName   string `db:"full_name"`
	Password   string `db:"password"`
	MustChange bool   `db:"must_change"`
	TOTP       string `db:"totp"`
	TOTPStep   int64  `db:"totp_step"`
	Subject    string `db:"subject"`
	Disabled   bool   `db:"disabled"`
	Created    micros `db:"created"`
}

type grantRow struct {
	User  string        `db:"user_id"`
	Role  string        `db:"role"`
	Court string        `db:"court"`
	Sites doc[[]string] `db:"sites"`
}

const userColumns = "id, name, full_name, password, must_change, totp, totp_step, subject, disabled, created"

func (r userRow) account() Account {
	return Account{
		User:     rooms.User{ID: r.ID, Name: r.Name, FullName: r.FullName, Disabled: r.Disabled, Grants: []rooms.Grant{}},
		Password: r.Password, MustChange: r.MustChange, TOTP: r.TOTP, TOTPStep: r.TOTPStep, Subject: r.Subject, Created: r.Created.Time,
	}
}

func (r grantRow) grant() rooms.Grant {
	return rooms.Grant{Role: rooms.Role(r.Role), Court: r.Court, Sites: r.Sites.v}
}

// Users reads all accounts with their grants, by name.
func (t *Tx) Users() ([]Account, error) {
	rows, err := list[userRow](t, "SELECT "+userColumns+" FROM users ORDER BY name")
	if err != nil {
		return nil, err
	}
	grants, err := list[grantRow](t, "SELECT user_id, role, court, sites FROM grants ORDER BY user_id, court, role")
	if err != nil {
		return nil, err
	}
	of := map[string][]rooms.Grant{}
	for _, g := range grants {
		of[g.User] = append(of[g.User], g.grant())
	}
	accounts := make([]Account, len(rows))
	for i, r := range rows {
		accounts[i] = r.account()
		accounts[i].Grants = append(accounts[i].Grants, of[r.ID]...)
	}
	return accounts, nil
}

// User reads an account by its id.
func (t *Tx) User(id string) (Account, error) { return t.user("id", id) }

// UserByName reads an account by the name it logs in with.
func (t *Tx) UserByName(name string) (Account, error) { return t.user("name", name) }

// UserBySubject reads an account by its name at the OIDC provider.
func (t *Tx) UserBySubject(subject string) (Account, error) { return t.user("subject", subject) }

func (t *Tx) user(column, value string) (Account, error) {
	if value == "" {
		return Account{}, ErrNotFound
	}
	row, err := get[userRow](t, "SELECT "+userColumns+" FROM users WHERE "+column+" = ?", value)
	if err != nil {
		return Account{}, err
	}
	a := row.account()
	grants, err := list[grantRow](t, "SELECT user_id, role, court, sites FROM grants WHERE user_id = ? ORDER BY court, role", a.ID)
	for _, g := range grants {
		a.Grants = append(a.Grants, g.grant())
	}
	return a, err
}

// CountUsers counts all accounts.
func (t *Tx) CountUsers() (int, error) { return get[int](t, "SELECT COUNT(*) FROM users") }

// PutUser adds an account or changes all of it.
func (t *Tx) PutUser(a Account) error {
	row := userRow{a.ID, a.Name, a.FullName, a.Password, a.MustChange, a.TOTP, a.TOTPStep, a.Subject, a.Disabled, at(a.Created)}
	err := t.put(`INSERT INTO users (`+userColumns+`)
		VALUES (:id, :name, :full_name, :password, :must_change, :totp, :totp_step, :subject, :disabled, :created)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, full_name = excluded.full_name, password = excluded.password,
		must_change = excluded.must_change, totp = excluded.totp, totp_step = excluded.totp_step, subject = excluded.subject, disabled = excluded.disabled`, row)
	if err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM grants WHERE user_id = ?", a.ID); err != nil {
		return err
	}
	for _, g := range a.Grants {
		sites := g.Sites
		if sites == nil {
			sites = []string{}
		}
		if err := t.put("INSERT INTO grants (user_id, role, court, sites) VALUES (:user_id, :role, :court, :sites)",
			grantRow{a.ID, string(g.Role), g.Court, doc[[]string]{sites}}); err != nil {
			return err
		}
	}
	return t.changedWho()
}

// UseTOTPStep notes that a step of the second factor has been used; ErrTaken if
// it or a later one was used before.
func (t *Tx) UseTOTPStep(user string, step int64) error {
	n, err := t.exec("UPDATE users SET totp_step = ? WHERE id = ? AND totp_step < ?", step, user, step)
	if err == nil && n == 0 {
		return ErrTaken
	}
	return err
}

// PutRecoveryCodes replaces a user's codes; only their hashes are kept.
func (t *Tx) PutRecoveryCodes(user string, hashes []string) error {
	if _, err := t.exec("DELETE FROM recovery_codes WHERE user_id = ?", user); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := t.exec("INSERT INTO recovery_codes (user_id, hash) VALUES (?, ?)", user, h); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode takes a code away; ErrNotFound if there is none such.
func (t *Tx) UseRecoveryCode(user, hash string) error {
	return t.must("DELETE FROM recovery_codes WHERE user_id = ? AND hash = ?", user, hash)
}

// KnowDevice notes that a user has logged in from a browser.
func (t *Tx) KnowDevice(user, hash string, now time.Time) error {
	_, err := t.exec("INSERT INTO devices (hash, user_id, seen) VALUES (?, ?, ?) ON CONFLICT (hash, user_id) DO UPDATE SET seen = excluded.seen", hash, user, at(now))
	return err
}

// DeviceKnown tells whether a user has logged in from a browser since a time.
func (t *Tx) DeviceKnown(user, hash string, since time.Time) (bool, error) {
	n, err := get[int](t, "SELECT COUNT(*) FROM devices WHERE hash = ? AND user_id = ? AND seen >= ?", hash, user, at(since))
	return n > 0, err
}

// SetPassword changes a user's password. It is no change of who is who: what
// ends with it (sessions) is ended in words.
func (t *Tx) SetPassword(user, password string, mustChange bool) error {
	return t.must("UPDATE users SET password = ?, must_change = ? WHERE id = ?", password, mustChange, user)
}

// SetTOTP changes the secret of a user's second factor; empty: none any more.
func (t *Tx) SetTOTP(user, secret string, step int64) error {
	if err := t.must("UPDATE users SET totp = ?, totp_step = ? WHERE id = ?", secret, step, user); err != nil {
		return err
	}
	return t.changedWho()
}
