package rooms

import (
	"errors"
	"time"
)

// Hold is a legal hold on a case: while it is on, nothing that was recorded for the
// case is deleted, whatever its age and however full the disk. The last one stays
// with the case when it is lifted, with who lifted it and why.
type Hold struct {
	On     bool      `json:"on"`
	Reason string    `json:"reason"`
	By     Actor     `json:"by"`
	At     time.Time `json:"at"`
}

// maxReason is how long a reason may be, in characters.
const maxReason = 500

// CheckReason checks a reason that was asked for: why a case is held, why recordings
// are taken away.
func CheckReason(field, reason string) error {
	if reason == "" {
		return FieldError{field, errors.New("give a reason: it is kept")}
	}
	return checkLine(field, reason, maxReason)
}

// maxExplanation is how long the explanation of a gap may be, in characters.
const maxExplanation = 2000

// CheckExplanation checks what is written about a gap, or beside a mark.
func CheckExplanation(field, text string) error {
	if text == "" {
		return FieldError{field, errors.New("is missing")}
	}
	return checkLine(field, text, maxExplanation)
}

// IsHeld tells whether a case is under a legal hold.
func (c Case) IsHeld() bool { return c.Hold != nil && c.Hold.On }
