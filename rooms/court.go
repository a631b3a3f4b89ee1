package rooms

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Court is a node of the tree of courts.
type Court struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"` // empty: the root
}

// SiteKind says what a site is for; the words are those of avhub.yaml's site.
type SiteKind string

// Kinds of sites.
const (
	Courtroom       SiteKind = "courtroom"
	DetentionCentre SiteKind = "detention_centre"
	PrisonCourt     SiteKind = "prison_court"
	CommandCentre   SiteKind = "command_centre"
	ServiceHall     SiteKind = "service_hall"
	MeetingRoom     SiteKind = "meeting_room"
	Security        SiteKind = "security"
	Field           SiteKind = "field"
)

// SiteKinds are all there are.
var SiteKinds = []SiteKind{Courtroom, DetentionCentre, PrisonCourt, CommandCentre, ServiceHall, MeetingRoom, Security, Field}

// Site is a place with sources: a courtroom, a command centre.
type Site struct {
	ID    string   `json:"id"`
	Court string   `json:"court"`
	Kind  SiteKind `json:"kind"`
	Name  string   `json:"name"`
}

// MaxDepth is how many courts may lie over each other, root included: the
// Supreme People's Court, a high, an intermediate and a basic court, and one
// level for tribunals away from the seat.
const MaxDepth = 5

// Errors of the tree.
var (
	ErrCourtLoop    = errors.New("a court cannot lie under itself: choose another parent")
	ErrCourtDeep    = fmt.Errorf("courts lie at most %d levels deep: choose a higher parent", MaxDepth)
	ErrUnknownCourt = errors.New("there is no such court")
	ErrSecondRoot   = errors.New("there is a top court already: choose a parent")
)

// Courts is the tree, by id.
type Courts map[string]Court

// Path is the ids from the root down to the court. A court that is not in the
// tree hangs under the root: only those with a role at the root reach it.
func (t Courts) Path(id string) []string {
	var up []string
	for at := id; len(up) < MaxDepth; {
		c, ok := t[at]
		if !ok {
			break
		}
		up = append(up, c.ID)
		if c.Parent == "" {
			break
		}
		at = c.Parent
	}
	if _, known := t[id]; !known {
		if id != "" {
			up = append(up, id)
		}
		if root := t.Root(); root != "" {
			up = append(up, root)
		}
	}
	for i, j := 0, len(up)-1; i < j; i, j = i+1, j-1 {
		up[i], up[j] = up[j], up[i]
	}
	return up
}

// Root is the id of the top court, empty if there is no court yet.
func (t Courts) Root() string {
	for _, c := range t {
		if c.Parent == "" {
			return c.ID
		}
	}
	return ""
}

// Under are the ids of a court and of all courts below it.
func (t Courts) Under(id string) map[string]bool {
	under := map[string]bool{}
	for _, c := range t {
		for _, up := range t.Path(c.ID) {
			if up == id {
				under[c.ID] = true
			}
		}
	}
	return under
}

// CheckPut tells whether a court may be put into the tree, new or changed.
func (t Courts) CheckPut(c Court) error {
	if err := errors.Join(CheckID("id", c.ID), CheckName("name", c.Name)); err != nil {
		return err
	}
	if c.Parent == "" {
		if root := t.Root(); root != "" && root != c.ID {
			return FieldError{"parent", ErrSecondRoot}
		}
		return nil
	}
	if t.Root() == c.ID {
		return FieldError{"parent", errors.New("the top court has no court over it")}
	}
	if _, ok := t[c.Parent]; !ok {
		return FieldError{"parent", ErrUnknownCourt}
	}
	next := Courts{}
	for id, x := range t {
		next[id] = x
	}
	next[c.ID] = c
	for id := range next.Under(c.ID) {
		depth := 0
		for at := id; at != ""; at = next[at].Parent {
			if depth++; depth > len(next) {
				return FieldError{"parent", ErrCourtLoop}
			}
		}
		if depth > MaxDepth {
			return FieldError{"parent", ErrCourtDeep}
		}
	}
	for at := c.Parent; at != ""; at = t[at].Parent {
		if at == c.ID {
			return FieldError{"parent", ErrCourtLoop}
		}
	}
	return nil
}

// FieldError is what is wrong with one field.
type FieldError struct {
	Field string
	Err   error
}

func (e FieldError) Error() string { return e.Field + ": " + e.Err.Error() }
func (e FieldError) Unwrap() error { return e.Err }

var idShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CheckID checks an id that people choose: it stands in addresses, file names
// and logs.
func CheckID(field, id string) error {
	if !idShape.MatchString(id) {
		return FieldError{field, errors.New("use 1 to 63 small letters, digits and hyphens, beginning with a letter or digit")}
	}
	return nil
}

// maxName is the longest name in characters.
const maxName = 100

// CheckName checks a name that is shown.
func CheckName(field, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return FieldError{field, errors.New("give a name")}
	case name != strings.TrimSpace(name):
		return FieldError{field, errors.New("remove the blanks at its ends")}
	case utf8.RuneCountInString(name) > maxName:
		return FieldError{field, fmt.Errorf("is longer than %d characters", maxName)}
	case !Printable(name):
		return FieldError{field, errors.New("has characters that cannot be shown")}
	}
	return nil
}

// Printable tells whether a text can be shown and logged as it is: valid UTF-8
// without control characters and without those that turn the direction of
// writing, which can make a text look like another.
func Printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff'
	})
}

// Check checks a site against the tree of courts.
func (s Site) Check(courts Courts) error {
	errs := []error{CheckID("id", s.ID), CheckName("name", s.Name)}
	if _, ok := courts[s.Court]; !ok {
		errs = append(errs, FieldError{"court", ErrUnknownCourt})
	}
	if !slices.Contains(SiteKinds, s.Kind) {
		errs = append(errs, FieldError{"kind", fmt.Errorf("%q is no kind of site", s.Kind)})
	}
	return errors.Join(errs...)
}

// FieldErrors are the fields' errors within an error.
func FieldErrors(err error) []FieldError {
	switch e := err.(type) {
	case nil:
		return nil
	case FieldError:
		return []FieldError{e}
	case interface{ Unwrap() []error }:
		var all []FieldError
		for _, x := range e.Unwrap() {
			all = append(all, FieldErrors(x)...)
		}
		return all
	case interface{ Unwrap() error }:
		return FieldErrors(e.Unwrap())
	}
	return nil
}
