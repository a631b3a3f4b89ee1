package rooms

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Case is a case 案件. Its hearings, recordings and transcripts hang on it.
type Case struct {
	ID         string     `json:"id"` // random, never given twice
	Court      string     `json:"court"`
	Number     CaseNumber `json:"number"` // empty: none yet, as in mediation before a suit
	Title      string     `json:"title"`  // cause of action 案由
	ExternalID string     `json:"external_id,omitempty"`
	Parties    []Party    `json:"parties,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	CreatedBy  string     `json:"created_by"` // user id
	Hold       *Hold      `json:"hold,omitempty"`
}

// Party is one side of a case, or one of several on that side.
type Party struct {
	Name     string   `json:"name"`
	Standing Standing `json:"standing"`
}

// Bounds of a case.
const (
	maxTitle    = 200 // characters
	maxParties  = 200
	maxExternal = 128 // characters
)

// Check checks all fields; the error joins one [FieldError] for each that is
// wrong.
func (c Case) Check() error {
	errs := []error{checkRef("id", c.ID), CheckID("court", c.Court), checkTitle("title", c.Title), checkExternalID("external_id", c.ExternalID), checkRef("created_by", c.CreatedBy)}
	if !c.Number.IsZero() {
		if again, err := ParseCaseNumber(c.Number.String()); err != nil || again != c.Number {
			errs = append(errs, FieldError{"number", fmt.Errorf("%+v is not what a case number is made of", c.Number)})
		}
	}
	if c.CreatedAt.IsZero() {
		errs = append(errs, FieldError{"created_at", errors.New("is missing")})
	}
	return errors.Join(append(errs, checkParties("parties", c.Parties))...)
}

// SearchKey is what cases are searched in: number, title and parties' names, as
// [SearchKey] writes them.
func (c Case) SearchKey() string {
	keys := []string{c.Number.SearchKey(), SearchKey(c.Title)}
	for _, p := range c.Parties {
		keys = append(keys, SearchKey(p.Name))
	}
	return strings.Join(keys, " ")
}

func checkParties(field string, parties []Party) error {
	if len(parties) > maxParties {
		return FieldError{field, fmt.Errorf("are more than %d", maxParties)}
	}
	var errs []error
	seen := map[Party]bool{}
	for i, p := range parties {
		at := fmt.Sprintf("%s[%d]", field, i)
		errs = append(errs, CheckName(at+".name", p.Name))
		if !p.Standing.Valid() {
			errs = append(errs, FieldError{at + ".standing", fmt.Errorf("%q is no standing", cut(string(p.Standing)))})
		}
		if seen[p] {
			errs = append(errs, FieldError{at, fmt.Errorf("%s stands there twice", cut(p.Name))})
		}
		seen[p] = true
	}
	return errors.Join(errs...)
}

// checkTitle checks a line of text that must be there.
func checkTitle(field, title string) error {
	if title == "" {
		return FieldError{field, errors.New("is missing")}
	}
	return checkLine(field, title, maxTitle)
}

// checkLine checks a line of text that may be empty.
func checkLine(field, text string, most int) error {
	switch {
	case text != strings.TrimSpace(text):
		return FieldError{field, errors.New("remove the blanks at its ends")}
	case utf8.RuneCountInString(text) > most:
		return FieldError{field, fmt.Errorf("is longer than %d characters", most)}
	case !Printable(text):
		return FieldError{field, errors.New("has characters that cannot be shown")}
	}
	return nil
}

func checkExternalID(field, id string) error { return checkLine(field, id, maxExternal) }

// checkRef checks the id of something else in the hub. It is made by the hub, so
// whatever can be shown will do.
func checkRef(field, id string) error {
	if id == "" {
		return FieldError{field, errors.New("is missing")}
	}
	return checkLine(field, id, 64)
}
