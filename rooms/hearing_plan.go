package rooms

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Plan is what is decided about a hearing before it begins.
type Plan struct {
	Case    string    `json:"case,omitempty"` // id; a meeting can be about none
	Court   string    `json:"court"`
	Site    string    `json:"site,omitempty"` // courtroom; empty: everybody comes by the network
	Kind    RoomKind  `json:"kind"`
	Title   string    `json:"title"`
	Start   time.Time `json:"start"`   // UTC, whole minutes
	Minutes int       `json:"minutes"` // 1 to 1440
	Public  bool      `json:"public"`
	// Recorded: it is to be recorded while in session.
	Recorded   bool     `json:"recorded"`
	Panel      []Member `json:"panel,omitempty"`
	ExternalID string   `json:"external_id,omitempty"` // of the case system
}

// Member is one of the panel: judges, assessors, clerk; the mediator, the chair.
type Member struct {
	User string `json:"user,omitempty"` // user id; an assessor may have none
	Name string `json:"name"`           // as it is to stand in documents
	Part Part   `json:"part"`
}

// Bounds of a plan.
const (
	maxMinutes = 24 * 60
	maxPanel   = 50 // a committee has some thirty members, who are attendees
)

// End is when the hearing is planned to end.
func (p Plan) End() time.Time { return p.Start.Add(time.Duration(p.Minutes) * time.Minute) }

// Normal is the plan as it is kept: times in UTC and whole minutes, recorded
// where that is required.
func (p Plan) Normal() Plan {
	p.Start = p.Start.UTC().Truncate(time.Minute)
	if p.Kind.facts().Recording == RecordingRequired {
		p.Recorded = true
	}
	p.Panel = slices.Clone(p.Panel)
	if len(p.Panel) == 0 {
		p.Panel = nil
	}
	return p
}

// Check checks all fields; the error joins one [FieldError] for each that is
// wrong. The panel may be incomplete or empty as long as nobody opens the hearing.
func (p Plan) Check() error {
	kind := p.Kind.facts()
	errs := []error{CheckID("court", p.Court), checkTitle("title", p.Title), checkExternalID("external_id", p.ExternalID)}
	bad := func(field, format string, args ...any) {
		errs = append(errs, FieldError{field, fmt.Errorf(format, args...)})
	}
	if p.Case != "" {
		errs = append(errs, checkRef("case", p.Case))
	} else if kind.NeedsCase {
		bad("case", "%s needs a case", p.Kind.withArticle())
	}
	if p.Site != "" {
		errs = append(errs, CheckID("site", p.Site))
	}
	if p.Start.Year() < firstCaseYear || p.Start.Year() > lastCaseYear {
		bad("start", "is not between the years %d and %d", firstCaseYear, lastCaseYear)
	}
	if p.Minutes < 1 || p.Minutes > maxMinutes {
		bad("minutes", "are not between 1 and %d", maxMinutes)
	}
	if kind.Kind == "" {
		bad("kind", "%q is no kind of room", cut(string(p.Kind)))
		return errors.Join(errs...) // the rest depends on it
	}
	if p.Public && !kind.Gallery {
		bad("public", "%s is not public", p.Kind.withArticle())
	}
	switch {
	case kind.Recording == RecordingRequired && !p.Recorded:
		bad("recorded", "%s is always recorded", p.Kind.withArticle())
	case kind.Recording == RecordingByConsent && p.Recorded:
		bad("recorded", "recording begins in the room, when all have agreed")
	}
	return errors.Join(append(errs, checkPanel(kind, p.Panel))...)
}

// checkPanel checks the panel: parts of its kind, nobody twice, and no doubt who
// leads.
func checkPanel(kind KindFacts, panel []Member) error {
	if len(panel) > maxPanel {
		return FieldError{"panel", fmt.Errorf("has more than %d members", maxPanel)}
	}
	var errs []error
	seen := map[string]bool{}
	for i, m := range panel {
		at, part := fmt.Sprintf("panel[%d]", i), m.Part.facts()
		errs = append(errs, CheckName(at+".name", m.Name))
		switch {
		case !part.Panel || !slices.Contains(kind.Parts, m.Part):
			errs = append(errs, FieldError{at + ".part", fmt.Errorf("%q does not sit on the panel of %s", cut(string(m.Part)), kind.Kind.withArticle())})
		case m.User == "" && part.Account:
			errs = append(errs, FieldError{at + ".user", fmt.Errorf("a %s needs an account at the court", part.English)})
		case m.User != "":
			errs = append(errs, checkRef(at+".user", m.User))
		}
		if m.User != "" && seen[m.User] {
			errs = append(errs, FieldError{at + ".user", fmt.Errorf("%s sits there twice", cut(m.Name))})
		}
		seen[m.User] = true
	}
	if _, err := leader(kind, panel); err != nil {
		errs = append(errs, FieldError{"panel", err})
	}
	return errors.Join(errs...)
}

// leader is who leads: of the parts that can, the first that somebody has. It is
// an error if two have it; a panel that nobody can lead yet has no leader.
func leader(kind KindFacts, panel []Member) (Member, error) {
	for _, part := range kind.Leads {
		var found []Member
		for _, m := range panel {
			if m.Part == part {
				found = append(found, m)
			}
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return Member{}, fmt.Errorf("has %d of the part %s and nobody over them: name one %s", len(found), part.facts().English, kind.Leads[0].facts().English)
		}
	}
	return Member{}, nil
}

// Leader is who leads the hearing: its presiding judge, or the judge who sits
// alone, mediator or chair. ok is false while none is named.
func (p Plan) Leader() (m Member, ok bool) {
	m, err := leader(p.Kind.facts(), p.Panel)
	return m, err == nil && m.Part != ""
}

// Member finds a member of the panel by the user id.
func (p Plan) Member(user string) (m Member, ok bool) {
	i := slices.IndexFunc(p.Panel, func(m Member) bool { return user != "" && m.User == user })
	if i < 0 {
		return Member{}, false
	}
	return p.Panel[i], true
}
