package office

import (
	"errors"
	"fmt"
	"time"

	"avhub/rooms"
)

// Denied says that the policy refuses.
type Denied struct {
	Action rooms.Action
	Kind   rooms.ObjectKind
	ID     string
	// Hidden says that the caller may not even know that the object is there.
	Hidden bool
	// Stranger says that nobody is logged in, Stage that the log-in is not
	// complete.
	Stranger, Stage bool
}

func (d *Denied) Error() string {
	switch {
	case d.Stranger:
		return "log in first"
	case d.Stage:
		return "the log-in is not complete: enter the second factor, or choose a new password"
	}
	return fmt.Sprintf("your roles do not allow this (%s): ask an administrator if they should", d.Action)
}

// Errors.
var (
	// ErrAudit says that a change was refused because it could not be recorded.
	ErrAudit = errors.New("the audit cannot be written, so nothing may be changed: look at the hub's log")
	// ErrAuditLate says that a change was made and its entry could not be written:
	// it waits in the database.
	ErrAuditLate = fmt.Errorf("%w; this one was made, and its entry waits in the database: look before you try again", ErrAudit)
	// ErrLogin says that name and password do not fit, and no more than that.
	ErrLogin = errors.New("name or password is wrong")
	// ErrUnknown says that an object is not there, or not for the caller.
	ErrUnknown = errors.New("there is no such thing")
	// ErrLastAdmin keeps the last administrator.
	ErrLastAdmin = errors.New("this is the last administrator: make another one first")
	// ErrLogInAgain asks for a new log-in before something that a session left
	// open must not be enough for.
	ErrLogInAgain = errors.New("you have logged in a while ago: log out and in again, then repeat this")
	// ErrSetUp says that the hub has its first administrator already.
	ErrSetUp = errors.New("the hub is set up already: log in")
	// ErrCode says that a code of the second factor is wrong or was used before.
	ErrCode = errors.New("the code is wrong, or was used already: wait for the next one")
)

// Slow says that there were too many attempts.
type Slow struct{ Wait time.Duration }

func (s *Slow) Error() string {
	return fmt.Sprintf("too many attempts: try again in %s", s.Wait.Round(time.Second))
}
