package store

import "errors"

// Setting reads a setting; ErrNotFound if it is not set.
func (t *Tx) Setting(name string) (string, error) {
	return get[string](t, "SELECT value FROM settings WHERE name = ?", name)
}

// SetSetting sets it.
func (t *Tx) SetSetting(name, value string) error {
	_, err := t.exec("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	return err
}

// DropSetting removes it; one that is not set is no error.
func (t *Tx) DropSetting(name string) error {
	_, err := t.exec("DELETE FROM settings WHERE name = ?", name)
	return err
}

// Ensure reads a setting, and sets it to what make gives where it is not set:
// of several hubs that start at once, all get the same.
func (t *Tx) Ensure(name string, make func() string) (string, error) {
	value, err := t.Setting(name)
	if !errors.Is(err, ErrNotFound) {
		return value, err
	}
	value = make()
	return value, t.SetSetting(name, value)
}

// Revision of who is who: it has grown when a user, grant, session, token or
// link has changed, so that what was let in must be asked again.
func (t *Tx) Revision() (int64, error) {
	return get[int64](t, "SELECT n FROM revision WHERE one = 1")
}

// changedWho makes the revision grow.
func (t *Tx) changedWho() error {
	_, err := t.exec("UPDATE revision SET n = n + 1 WHERE one = 1")
	return err
}
