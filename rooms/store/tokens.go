package store

import (
	"time"

	"avhub/rooms"
)

// Token lets a program in, in the name of a user.
type Token struct {
	ID      string
	User    string
	Name    string
	Hash    string // SHA-256 of the token, which is kept nowhere
	HA1     string // for RTSP digest
	Scopes  []rooms.Scope
	Court   string // empty: no limit
	Created time.Time
	Expires time.Time
	Seen    time.Time
}

type tokenRow struct {
	ID      string             `db:"id"`
	User    string             `db:"user_id"`
	Name    string             `db:"name"`
	Hash    string             `db:"hash"`
	HA1     string             `db:"ha1"`
	Scopes  doc[[]rooms.Scope] `db:"scopes"`
	Court   string             `db:"court"`
	Created micros             `db:"created"`
	Expires micros             `db:"expires"`
	Seen    micros             `db:"seen"`
}

const tokenColumns = "id, user_id, name, hash, ha1, scopes, court, created, expires, seen"

func (r tokenRow) token() Token {
	return Token{r.ID, r.User, r.Name, r.Hash, r.HA1, r.Scopes.v, r.Court, r.Created.Time, r.Expires.Time, r.Seen.Time}
}

// AddToken adds a token.
func (t *Tx) AddToken(k Token) error {
	return t.put("INSERT INTO tokens ("+tokenColumns+") VALUES (:id, :user_id, :name, :hash, :ha1, :scopes, :court, :created, :expires, :seen)",
		tokenRow{k.ID, k.User, k.Name, k.Hash, k.HA1, doc[[]rooms.Scope]{k.Scopes}, k.Court, at(k.Created), at(k.Expires), at(k.Seen)})
}

// Token finds a token by the hash of what was shown.
func (t *Tx) Token(hash string) (Token, error) {
	row, err := get[tokenRow](t, "SELECT "+tokenColumns+" FROM tokens WHERE hash = ?", hash)
	return row.token(), err
}

// TokenByID finds a token by its id.
func (t *Tx) TokenByID(id string) (Token, error) {
	row, err := get[tokenRow](t, "SELECT "+tokenColumns+" FROM tokens WHERE id = ?", id)
	return row.token(), err
}

// Tokens of a user, newest first; of all if user is empty.
func (t *Tx) Tokens(user string) ([]Token, error) {
	rows, err := list[tokenRow](t, "SELECT "+tokenColumns+" FROM tokens WHERE user_id = ? OR ? = '' ORDER BY created DESC", user, user)
	tokens := make([]Token, len(rows))
	for i, r := range rows {
		tokens[i] = r.token()
	}
	return tokens, err
}

// TouchToken notes that a token is used. It is no change of who is who.
func (t *Tx) TouchToken(id string, seen time.Time) error {
	_, err := t.exec("UPDATE tokens SET seen = ? WHERE id = ?", at(seen), id)
	return err
}

// DropToken ends a token.
func (t *Tx) DropToken(id string) error {
	if err := t.must("DELETE FROM tokens WHERE id = ?", id); err != nil {
		return err
	}
	return t.changedWho()
}
