// Package audit is the record of who did, watched or was refused what. Its
// entries stand in a ledger of recorder/ledger (one file after another,
// hash-chained and signed), from which nothing can be taken away unseen; a
// database keeps an index of them for searching.
//
// An entry tells of one thing that one person did to one object:
//
//	audit.Entry{
//		Who: audit.Who{Kind: audit.User, ID: "u7", Name: "wang", Address: "10.0.0.7"},
//		Action: rooms.Watch, Object: audit.Object{Kind: rooms.SourceObject, ID: "court-1"},
//		Outcome: audit.Began,
//	}
//
// What people type (names, reasons, user agents) is cleaned before it is kept:
// an entry is one line whatever is in it.
package audit

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"avhub/rooms"
)

// Kind is the key of audit entries in the ledger.
const Kind = "audit"

// Retention is how long entries are kept at least: the ledger is never cut
// (GB/T 22239-2019 8.1.4.3 with article 21 of the Cybersecurity Law asks for
// six months).
const Retention = 180 * 24 * time.Hour

// Entry is one thing that was done.
type Entry struct {
	Time    time.Time         `json:"time"`
	Who     Who               `json:"who"`
	Action  rooms.Action      `json:"action"`
	Object  Object            `json:"object"`
	Court   string            `json:"court,omitempty"` // the object's
	Outcome Outcome           `json:"outcome"`
	Why     string            `json:"why,omitempty"`    // a reason that was given, or that of a refusal
	Detail  map[string]string `json:"detail,omitempty"` // what changed, how long it lasted …
	Ref     string            `json:"ref,omitempty"`    // id that the entry had on its way here
}

// Actions that the policy does not decide about.
const (
	LogIn          rooms.Action = "log_in"
	LogOut         rooms.Action = "log_out"
	SecondFactor   rooms.Action = "second_factor"
	ChangePassword rooms.Action = "change_password"
	SetUp          rooms.Action = "set_up"
	JoinByLink     rooms.Action = "join_by_link"
	EndSession     rooms.Action = "end_session"
	Backup         rooms.Action = "backup"
	Restore        rooms.Action = "restore"
	HubStarted     rooms.Action = "hub_started"
	HubStopped     rooms.Action = "hub_stopped"
	AuditResumed   rooms.Action = "audit_resumed" // it could not be written for a while
)

// Outcome is what came of it.
type Outcome string

// Outcomes.
const (
	Done   Outcome = "done"
	Denied Outcome = "denied" // not permitted, or not let in
	Failed Outcome = "failed" // permitted, but it did not work
	Began  Outcome = "began"  // goes on until Ended
	Ended  Outcome = "ended"
)

// WhoKind says what somebody is to the hub.
type WhoKind string

// Kinds of those who act.
const (
	User     WhoKind = "user"
	Token    WhoKind = "token" // a program, in the name of a user
	Guest    WhoKind = "guest" // by a join link
	Stranger WhoKind = "stranger"
	Console  WhoKind = "console" // at the machine's command line
	Hub      WhoKind = "hub"
)

// Who did it.
type Who struct {
	Kind    WhoKind `json:"kind"`
	ID      string  `json:"id,omitempty"`   // of the user, or of the participant
	Name    string  `json:"name,omitempty"` // as it was then
	Session string  `json:"session,omitempty"`
	Token   string  `json:"token,omitempty"`
	Link    string  `json:"link,omitempty"`
	Address string  `json:"address,omitempty"`
}

// Object is what it was done to.
type Object struct {
	Kind rooms.ObjectKind `json:"kind"`
	ID   string           `json:"id,omitempty"`
	Name string           `json:"name,omitempty"` // as it was then
}

// maxText is the longest text in an entry, in bytes.
const maxText = 1000

// clean makes an entry fit to keep: each text one line of bounded length
// without characters that turn the direction of writing.
func (e Entry) clean() Entry {
	texts := []*string{&e.Who.Name, &e.Who.ID, &e.Who.Session, &e.Who.Token, &e.Who.Link, &e.Who.Address, &e.Object.ID, &e.Object.Name, &e.Court, &e.Why}
	for _, s := range texts {
		*s = Clean(*s)
	}
	if e.Detail != nil {
		detail := make(map[string]string, len(e.Detail))
		for k, v := range e.Detail {
			detail[Clean(k)] = Clean(v)
		}
		e.Detail = detail
	}
	return e
}

// Clean makes a text that somebody typed fit to be shown and kept as one line.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' {
			return '\ufffd'
		}
		return r
	}, s)
	if len(s) <= maxText {
		return s
	}
	s = s[:maxText]
	for !utf8.ValidString(s) { // a character was cut through
		s = s[:len(s)-1]
	}
	return s + "…"
}
