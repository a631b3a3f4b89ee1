package office

import (
	"sync/atomic"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// Credential is what somebody shows to be let in: one of the two.
type Credential struct {
	Cookie string // of a session
	Token  string // of a program
}

// Caller is who asks, as [Office.Authenticate] has found out. The zero value is
// a stranger, who may nothing.
type Caller struct {
	Principal rooms.Principal
	Who       audit.Who
	Stage     login.Stage // what is still asked for before the session is good for anything
	FullName  string
	Session   store.Session // empty: not by a session
	Expires   time.Time     // of the token
	// How the user logs in: a code is asked for too; there is a password of the
	// hub's own, rather than the identity provider's alone.
	// Linked says that the identity provider's word lets the user in too.
	SecondFactor, HasPassword, Linked bool

	key   string // of the credential in the office's memory
	asked *atomic.Bool
}

// Stranger is somebody who has shown nothing, or nothing good.
func Stranger(address string) Caller {
	return Caller{Who: audit.Who{Kind: audit.Stranger, Address: address}, asked: new(atomic.Bool)}
}

// Known tells whether the caller has shown a good credential.
func (c Caller) Known() bool { return c.key != "" }

// Asked tells whether the policy was asked about anything in this caller's
// name: an answer without is a mistake in the program.
func (c Caller) Asked() bool { return c.asked != nil && c.asked.Load() }

// Free notes that what is asked for is open to everybody.
func (c Caller) Free() {
	if c.asked != nil {
		c.asked.Store(true)
	}
}
