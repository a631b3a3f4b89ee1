package store

import "time"

// Session is somebody logged in, a user or who came by a join link.
type Session struct {
	Hash    string // SHA-256 of the cookie
	ID      string // what lists and the audit call it
	User    string // empty: a guest
	Link    string // of a guest
	Stage   string // what is still asked for, see package login
	Created time.Time
	Seen    time.Time
	Expires time.Time
	Address string
	Agent   string // the browser, as it names itself
	Way
}

// Way is how a session began.
type Way struct {
	Via             string // empty: a password or a join link; ViaOIDC
	ProviderSession string // its id at the identity provider; empty: not known
}

// ViaOIDC says that a session began at the identity provider.
const ViaOIDC = "oidc"

type sessionRow struct {
	Hash    string  `db:"hash"`
	ID      string  `db:"id"`
	User    *string `db:"user_id"`
	Link    *string `db:"link"`
	Stage   string  `db:"stage"`
	Created micros  `db:"created"`
	Seen    micros  `db:"seen"`
	Expires micros  `db:"expires"`
	Address string  `db:"address"`
	Agent   string  `db:"agent"`
	Via     string  `db:"via"`
	AtOIDC  string  `db:"provider_session"`
}

const sessionColumns = "hash, id, user_id, link, stage, created, seen, expires, address, agent, via, provider_session"

func (r sessionRow) session() Session {
	return Session{r.Hash, r.ID, orEmpty(r.User), orEmpty(r.Link), r.Stage, r.Created.Time, r.Seen.Time, r.Expires.Time, r.Address, r.Agent, Way{r.Via, r.AtOIDC}}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// AddSession begins a session.
func (t *Tx) AddSession(s Session) error {
	return t.put("INSERT INTO sessions ("+sessionColumns+") VALUES (:hash, :id, :user_id, :link, :stage, :created, :seen, :expires, :address, :agent, :via, :provider_session)",
		sessionRow{s.Hash, s.ID, orNull(s.User), orNull(s.Link), s.Stage, at(s.Created), at(s.Seen), at(s.Expires), s.Address, s.Agent, s.Via, s.ProviderSession})
}

// Session finds a session by the hash of its cookie.
func (t *Tx) Session(hash string) (Session, error) {
	row, err := get[sessionRow](t, "SELECT "+sessionColumns+" FROM sessions WHERE hash = ?", hash)
	return row.session(), err
}

// SessionByID finds a session by what lists call it.
func (t *Tx) SessionByID(id string) (Session, error) {
	row, err := get[sessionRow](t, "SELECT "+sessionColumns+" FROM sessions WHERE id = ?", id)
	return row.session(), err
}

// Sessions of a user, newest first; of all if user is empty.
func (t *Tx) Sessions(user string) ([]Session, error) {
	query, args := "SELECT "+sessionColumns+" FROM sessions ORDER BY created DESC", []any{}
	if user != "" {
		query, args = "SELECT "+sessionColumns+" FROM sessions WHERE user_id = ? ORDER BY created DESC", []any{user}
	}
	rows, err := list[sessionRow](t, query, args...)
	sessions := make([]Session, len(rows))
	for i, r := range rows {
		sessions[i] = r.session()
	}
	return sessions, err
}

// SessionsByLinks are those of guests who came to a hearing by its links, newest
// first.
func (t *Tx) SessionsByLinks(hearing string) ([]Session, error) {
	rows, err := list[sessionRow](t, "SELECT "+sessionColumns+" FROM sessions WHERE link IN (SELECT id FROM links WHERE hearing = ?) ORDER BY created DESC", hearing)
	sessions := make([]Session, len(rows))
	for i, r := range rows {
		sessions[i] = r.session()
	}
	return sessions, err
}

// TouchSession notes that a session is used. It is no change of who is who.
func (t *Tx) TouchSession(hash string, seen time.Time) error {
	_, err := t.exec("UPDATE sessions SET seen = ? WHERE hash = ? AND seen < ?", at(seen), hash, at(seen))
	return err
}

// EndSession ends a session by what lists call it.
func (t *Tx) EndSession(id string) error {
	if err := t.must("DELETE FROM sessions WHERE id = ?", id); err != nil {
		return err
	}
	return t.changedWho()
}

// EndSessionsOf ends all sessions of a user but one (its id; empty: none is
// spared), and counts them.
func (t *Tx) EndSessionsOf(user, but string) (int64, error) {
	n, err := t.exec("DELETE FROM sessions WHERE user_id = ? AND id <> ?", user, but)
	if err != nil || n == 0 {
		return 0, err
	}
	return n, t.changedWho()
}

// EndSessionsOfLink ends all sessions of who came by a join link.
func (t *Tx) EndSessionsOfLink(link string) error {
	n, err := t.exec("DELETE FROM sessions WHERE link = ?", link)
	if err != nil || n == 0 {
		return err
	}
	return t.changedWho()
}

// EndOldSessions removes those that were idle since a time, or whose end has
// come.
func (t *Tx) EndOldSessions(idleSince, now time.Time) (int64, error) {
	n, err := t.exec("DELETE FROM sessions WHERE seen < ? OR expires <= ?", at(idleSince), at(now))
	if err != nil || n == 0 {
		return 0, err
	}
	return n, t.changedWho()
}
