package store

import "time"

// Flow is a log-in that somebody has been sent to the identity provider for.
type Flow struct {
	State    string // hash of what the provider sends back
	Browser  string // hash of the cookie of the browser that was sent
	Nonce    string
	Verifier string
	Redirect string // the address that the provider sends back to
	Next     string // the page to go on to
	Session  string // hash of the session whose account is to be linked; empty: a log-in
	Expires  time.Time
}

type flowRow struct {
	State    string `db:"state"`
	Browser  string `db:"browser"`
	Nonce    string `db:"nonce"`
	Verifier string `db:"verifier"`
	Redirect string `db:"redirect"`
	Next     string `db:"next"`
	Session  string `db:"session"`
	Expires  micros `db:"expires"`
}

const flowColumns = "state, browser, nonce, verifier, redirect, next, session, expires"

// AddFlow keeps a flow, and drops those that are over. ErrTaken if there are as
// many as may be.
func (t *Tx) AddFlow(f Flow, now time.Time, most int) error {
	if _, err := t.exec("DELETE FROM oidc_flows WHERE expires <= ?", at(now)); err != nil {
		return err
	}
	n, err := get[int](t, "SELECT COUNT(*) FROM oidc_flows")
	if err != nil {
		return err
	}
	if n >= most {
		return ErrTaken
	}
	return t.put("INSERT INTO oidc_flows ("+flowColumns+") VALUES (:state, :browser, :nonce, :verifier, :redirect, :next, :session, :expires)",
		flowRow{f.State, f.Browser, f.Nonce, f.Verifier, f.Redirect, f.Next, f.Session, at(f.Expires)})
}

// TakeFlow takes a flow out by the hash of its state; ErrNotFound if there is
// none such, or if it was taken before.
func (t *Tx) TakeFlow(state string) (Flow, error) {
	r, err := get[flowRow](t, "SELECT "+flowColumns+" FROM oidc_flows WHERE state = ?", state)
	if err != nil {
		return Flow{}, err
	}
	return Flow{r.State, r.Browser, r.Nonce, r.Verifier, r.Redirect, r.Next, r.Session, r.Expires.Time},
		t.must("DELETE FROM oidc_flows WHERE state = ?", state)
}

// EndProviderSessions ends the sessions of an account that began at the identity
// provider, all or those of one session there, and counts them.
func (t *Tx) EndProviderSessions(user, session string) (int64, error) {
	n, err := t.exec("DELETE FROM sessions WHERE via = 'oidc' AND user_id = ? AND (? = '' OR provider_session = ?)", user, session, session)
	if err != nil || n == 0 {
		return 0, err
	}
	return n, t.changedWho()
}

// UserOfProviderSession finds whose a session at the identity provider is.
func (t *Tx) UserOfProviderSession(session string) (string, error) {
	if session == "" {
		return "", ErrNotFound
	}
	return get[string](t, "SELECT user_id FROM sessions WHERE via = 'oidc' AND provider_session = ? AND user_id IS NOT NULL LIMIT 1", session)
}
