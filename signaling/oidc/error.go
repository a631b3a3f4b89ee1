package oidc

// Code says what went wrong, for pages to choose their words by.
type Code string

// Codes.
const (
	Unavailable Code = "provider_unavailable" // it does not answer, or not as it must
	Refused     Code = "provider_refused"     // it did not let the person in, or they turned back
	Invalid     Code = "provider_invalid"     // what it sent does not hold: a mistake, or an attack
)

// Error is one of the provider's or about it.
type Error struct {
	Code Code
	err  error
}

func (e *Error) Error() string { return e.err.Error() }
func (e *Error) Unwrap() error { return e.err }
