package rooms

import (
	"errors"
	"fmt"
	"slices"
)

// Participant is a person in a hearing 参与人, with one part in it. Members of the
// panel are participants too: see [Hearing.PanelParticipants].
type Participant struct {
	ID       string   `json:"id"` // random, never given twice
	Hearing  string   `json:"hearing"`
	Name     string   `json:"name"`
	Part     Part     `json:"part"`
	Standing Standing `json:"standing,omitempty"` // of a party, for the name plate: 上诉人 rather than 原告
	User     string   `json:"user,omitempty"`     // user id; empty: a guest, who comes by a join link
	// Source is the device that a terminal is: a camera with a microphone, and perhaps a
	// loudspeaker. Empty: the terminal is a browser.
	Source string `json:"source,omitempty"`
}

// Guest tells whether the person comes without an account.
func (p Participant) Guest() bool { return p.User == "" }

// Check checks a participant of a hearing of that kind; the error joins one
// [FieldError] for each field that is wrong.
func (p Participant) Check(kind RoomKind) error {
	errs := []error{checkRef("id", p.ID), checkRef("hearing", p.Hearing), CheckName("name", p.Name)}
	facts := p.Part.facts()
	switch {
	case !p.Part.Valid():
		errs = append(errs, FieldError{"part", fmt.Errorf("%q is no part in a hearing", cut(string(p.Part)))})
	case !slices.Contains(kind.facts().Parts, p.Part):
		errs = append(errs, FieldError{"part", fmt.Errorf("%s has no %s", kind.withArticle(), facts.English)})
	case facts.Account && p.Guest():
		errs = append(errs, FieldError{"user", fmt.Errorf("%s needs an account at the court", facts.English)})
	}
	if p.User != "" {
		errs = append(errs, checkRef("user", p.User))
	}
	if p.Source != "" {
		errs = append(errs, checkRef("source", p.Source))
		if p.Part != PartTerminal {
			errs = append(errs, FieldError{"source", errors.New("belongs to a terminal only: everybody else comes by a browser")})
		}
	}
	if p.Standing != "" && (!p.Standing.Valid() || p.Standing.Part() != p.Part) {
		errs = append(errs, FieldError{"standing", fmt.Errorf("%q is not one of a %s", cut(string(p.Standing)), facts.English)})
	}
	return errors.Join(errs...)
}

// Title is what stands on the name plate: the standing of a party, else the part.
func (p Participant) Title() (chinese, english string) {
	if p.Standing.Valid() {
		return p.Standing.Chinese(), p.Standing.English()
	}
	f := p.Part.facts()
	return f.Chinese, f.English
}

// CheckParticipants checks a hearing's participants together: each by itself,
// and that ids and accounts stand there once only.
func CheckParticipants(kind RoomKind, people []Participant) error {
	if len(people) > MaxParticipants {
		return FieldError{"participants", fmt.Errorf("are more than %d", MaxParticipants)}
	}
	var errs []error
	ids, users, sources := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, p := range people {
		at := fmt.Sprintf("participants[%d]", i)
		if err := p.Check(kind); err != nil {
			errs = append(errs, inField(at, err))
		}
		if ids[p.ID] {
			errs = append(errs, FieldError{at + ".id", errors.New("stands there twice")})
		}
		if p.User != "" && users[p.User] {
			errs = append(errs, FieldError{at + ".user", fmt.Errorf("%s takes part already: one person has one part", cut(p.Name))})
		}
		if p.Source != "" && sources[p.Source] {
			errs = append(errs, FieldError{at + ".source", errors.New("is a terminal of this hearing already")})
		}
		ids[p.ID], users[p.User], sources[p.Source] = true, true, true
	}
	return errors.Join(errs...)
}

// MaxParticipants is how many people one hearing can have, its gallery included.
const MaxParticipants = 500

// inField puts a place before the fields that an error names.
func inField(at string, err error) error {
	return errors.Join(each(FieldErrors(err), func(f FieldError) error { return FieldError{at + "." + f.Field, f.Err} })...)
}
