package login

import "time"

// Link is a join link's record: one person's way into one hearing, in one part.
type Link struct {
	ID        string // of NewID
	Hearing   string
	Part      string // in the hearing: defendant, witness, interpreter …
	Person    string
	NotBefore time.Time
	NotAfter  time.Time
	Revoked   time.Time // zero: not
	CodeHash  string    // of LinkKey.HashCode; empty: no code is asked
	Device    string    // hash of the device's secret that it was first used with
}

// Joining is the answer to somebody who comes with a link. Pages have their own
// words for each.
type Joining string

// Answers.
const (
	LetIn     Joining = "let_in"
	Early     Joining = "early"      // before NotBefore
	Over      Joining = "over"       // after NotAfter
	Revoked   Joining = "revoked"    // by the court
	Elsewhere Joining = "elsewhere"  // it is bound to another device
	NoDevice  Joining = "no_device"  // the browser keeps no cookies
	CodeDue   Joining = "code"       // the code is asked for
	CodeWrong Joining = "code_wrong" // and was another
)

// Use decides about somebody who comes with the link, from a device (its secret
// from a cookie that the hub has set, see [NewSecret]) and with a code if one
// was asked for.
//
// The first device that gets in binds the link: bind is then what must be
// written to the record's Device, on condition that it is still empty, before
// the person is let in; who comes second to that asks again. From then on the
// device is let in without the code, so that a lost connection is not a lost
// hearing, and any other is refused: a link that was passed on or read on the
// way opens nothing. A person with a new phone gets a new link.
//
// Attempts with a code are to be counted by [NewCodeThrottle] before they come
// here.
func (l Link) Use(k LinkKey, now time.Time, device, code string) (answer Joining, bind string) {
	switch {
	case !l.Revoked.IsZero():
		return Revoked, ""
	case !now.Before(l.NotAfter):
		return Over, ""
	case now.Before(l.NotBefore):
		return Early, ""
	case device == "":
		return NoDevice, ""
	case l.Device != "" && !Same(l.Device, Hash(device)):
		return Elsewhere, ""
	case l.Device != "":
		return LetIn, ""
	case l.CodeHash != "" && plainCode(code) == "":
		return CodeDue, ""
	case l.CodeHash != "" && !Same(l.CodeHash, k.HashCode(l.ID, code)):
		return CodeWrong, ""
	}
	return LetIn, Hash(device)
}
