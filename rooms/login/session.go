package login

import "time"

// How long a log-in lasts (OWASP ASVS 5.0, 7.1.1, 7.3.1, 7.3.2): a working day
// at most, and half an hour without use. A hearing that is watched is use.
const (
	Idle     = 30 * time.Minute
	Absolute = 12 * time.Hour
	// DeviceKept is how long a browser is known after its last log-in.
	DeviceKept = 180 * 24 * time.Hour
	// TouchEvery is how exactly the store knows the last use of a session.
	TouchEvery = time.Minute

	// dueLimit is how long somebody has for the next step of logging in.
	dueLimit = 10 * time.Minute
)

// Stage is what a session is good for. Each new stage is a new session with a
// new secret, and ends the one before: a session that somebody planted, or saw
// before the second factor, is of no use to them (OWASP ASVS 5.0, 7.2.4).
type Stage string

// Stages, in the order in which they are passed.
const (
	SecondFactorDue Stage = "second_factor" // the password was right, the code is asked for
	PasswordDue     Stage = "password"      // a new password must be chosen
	Full            Stage = "full"
)

// NextStage is the first stage that is not done with.
func NextStage(secondFactorDue, passwordDue bool) Stage {
	switch {
	case secondFactorDue:
		return SecondFactorDue
	case passwordDue:
		return PasswordDue
	}
	return Full
}

// Use is what a session is wanted for.
type Use int

// Uses.
const (
	Anything       Use = iota // what the policy allows
	Leave                     // see who one is, log out
	GiveCode                  // enter the second factor
	ChoosePassword            // change one's own password
)

// Allows tells whether a session of this stage may be used so. A stage that is
// not known allows nothing.
func (s Stage) Allows(u Use) bool {
	switch s {
	case Full:
		return u != GiveCode
	case SecondFactorDue:
		return u == GiveCode || u == Leave
	case PasswordDue:
		return u == ChoosePassword || u == Leave
	}
	return false
}

// Lasts is when a session of this stage that begins now ends, whatever is done.
func (s Stage) Lasts(now time.Time) time.Time {
	if s == Full {
		return now.Add(Absolute)
	}
	return now.Add(dueLimit)
}

// Session is what counts of a session for its end.
type Session struct {
	Stage   Stage
	Seen    time.Time // last use, as the store knows it
	Expires time.Time // whatever is done
}

// Begin is a new session.
func Begin(s Stage, now time.Time) Session {
	return Session{Stage: s, Seen: now, Expires: s.Lasts(now)}
}

// Alive tells whether the session is still good.
func (s Session) Alive(now time.Time) bool { return Alive(s.Seen, s.Expires, now) }

// Touch counts a use. write says that the store should know of it, which is
// once in [TouchEvery] at most; a session that is over stays so.
func (s Session) Touch(now time.Time) (touched Session, write bool) {
	if !s.Alive(now) || now.Sub(s.Seen) < TouchEvery {
		return s, false
	}
	s.Seen = now
	return s, true
}

// Alive tells whether a session that was last used at seen and ends at expires
// is still good.
func Alive(seen, expires, now time.Time) bool {
	return now.Before(expires) && now.Before(seen.Add(Idle))
}
