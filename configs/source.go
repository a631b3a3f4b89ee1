package configs

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Site is the kind of place where a source stands.
type Site string

// Sites are all kinds of place.
var Sites = []Site{
	"courtroom", "detention_centre", "prison_court", "command_centre",
	"service_hall", "meeting_room", "security", "field",
}

// Transport is how a camera sends.
type Transport string

// Transports are all of them; auto tries TCP, then UDP.
var Transports = []Transport{"auto", "tcp", "udp", "multicast"}

// Start says when a source is opened.
type Start string

// Starts.
const (
	Always   Start = "always"
	OnDemand Start = "on_demand" // with the first reader, until 10 s after the last
)

// Record says when a source is recorded.
type Record string

// Records are all of them.
var Records = []Record{"always", "in_session", "never"}

// Source is one camera or encoder.
type Source struct {
	ID        string    `yaml:"id"`
	Name      string    `yaml:"name"`
	Site      Site      `yaml:"site"`
	Court     string    `yaml:"court"`
	URL       URL       `yaml:"url"` // empty: an encoder publishes to the hub
	SubURL    URL       `yaml:"sub_url"`
	Transport Transport `yaml:"transport"`
	Start     Start     `yaml:"start"`
	Record    Record    `yaml:"record"`
}

// DefaultSource holds what a source has where nothing is said.
func DefaultSource() Source {
	return Source{Site: "courtroom", Transport: "auto", Start: Always, Record: "never"}
}

// idForm is the form of ids, of sources and of courts.
var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// FieldError is one wrong setting.
type FieldError struct{ Field, Message string }

func (e *FieldError) Error() string { return e.Field + " " + e.Message }

// FieldErrors are all wrong settings that an error holds.
func FieldErrors(err error) []*FieldError {
	var one *FieldError
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*FieldError
		for _, e := range many.Unwrap() {
			all = append(all, FieldErrors(e)...)
		}
		return all
	}
	if errors.As(err, &one) {
		return []*FieldError{one}
	}
	return nil
}

// Check says everything that is wrong with the settings, as FieldErrors joined.
func (s Source) Check() error {
	var errs []error
	bad := func(field, format string, args ...any) {
		errs = append(errs, &FieldError{field, fmt.Sprintf(format, args...)})
	}
	if !idForm.MatchString(s.ID) {
		bad("id", "is %q: use 1 to 63 lower-case letters, digits and hyphens, such as court-1", s.ID)
	}
	if s.Court != "" && !idForm.MatchString(s.Court) {
		bad("court", "is %q: use lower-case letters, digits and hyphens", s.Court)
	}
	if err := checkName(s.Name); err != nil {
		bad("name", "%s", err)
	}
	for field, u := range map[string]URL{"url": s.URL, "sub_url": s.SubURL} {
		if err := u.Check(); err != nil {
			bad(field, "%s", err)
		}
	}
	if s.URL.Empty() && !s.SubURL.Empty() {
		bad("sub_url", "is given without url: a source that encoders publish to has no sub stream")
	}
	checkOneOf(bad, "site", s.Site, Sites)
	checkOneOf(bad, "transport", s.Transport, Transports)
	checkOneOf(bad, "start", s.Start, []Start{Always, OnDemand})
	checkOneOf(bad, "record", s.Record, Records)
	return errors.Join(errs...)
}

func checkOneOf[T ~string](bad func(string, string, ...any), field string, v T, all []T) {
	if !slices.Contains(all, v) {
		bad(field, "is %q: use one of %s", v, join(all))
	}
}

func join[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = string(w)
	}
	return strings.Join(words, ", ")
}

// checkName bounds names and keeps out what could deceive the eye or a log.
func checkName(name string) error {
	switch {
	case !utf8.ValidString(name):
		return errors.New("is no UTF-8 text")
	case utf8.RuneCountInString(name) > 100:
		return errors.New("is longer than 100 characters")
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }):
		return errors.New("holds control or direction characters")
	}
	return nil
}
