package rooms

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The powers in a room as the court's table has them: a line a part, a column a
// power. What follows the part is what else is known of it: a for account, p for
// panel, w for held back before being called, h for hidden.
const expectedPowers = `
                    run run_on_order admit mute remove call_witness mark sign sign_own share speak watch
presiding_judge/ap   x   –            x     x    x      x            x    x    –        x     x     x
judge/ap             x   –            x     x    x      x            x    x    –        x     x     x
assessor/p           –   –            –     –    –      –            x    x    –        x     x     x
clerk/ap             –   x            x     x    x      x            x    x    –        x     x     x
prosecutor           –   –            –     –    –      –            –    –    x        x     x     x
plaintiff            –   –            –     –    –      –            –    –    x        x     x     x
defendant            –   –            –     –    –      –            –    –    x        x     x     x
party                –   –            –     –    –      –            –    –    x        x     x     x
lawyer               –   –            –     –    –      –            –    –    x        x     x     x
accused              –   –            –     –    –      –            –    –    x        x     x     x
witness/w            –   –            –     –    –      –            –    –    x        –     x     x
expert/w             –   –            –     –    –      –            –    –    x        x     x     x
interpreter          –   –            –     –    –      –            –    –    x        –     x     x
mediator/ap          x   –            x     x    x      x            x    x    –        x     x     x
petitioner           –   –            –     –    –      –            –    –    x        x     x     x
chair/ap             x   –            x     x    x      x            x    x    –        x     x     x
attendee             –   –            –     –    –      –            –    –    x        x     x     x
terminal             –   –            –     –    –      –            –    –    –        –     x     x
gallery              –   –            –     –    –      –            –    –    –        –     –     x
inspector/ah         –   –            –     –    –      –            –    –    –        –     –     x
`

func TestPowersInTheRoom(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(expectedPowers), "\n")
	powers := strings.Fields(lines[0])
	if len(powers) != len(Powers) || len(lines)-1 != len(Parts) {
		t.Fatalf("the table has %d powers and %d parts, the code %d and %d", len(powers), len(lines)-1, len(Powers), len(Parts))
	}
	for i, line := range lines[1:] {
		fields := strings.Fields(line)
		name, marks, _ := strings.Cut(fields[0], "/")
		part, facts := Part(name), Part(name).Facts()
		if part != Parts[i] || !part.Valid() || facts.Chinese == "" || facts.English == "" {
			t.Errorf("line %d: %s, the code has %s: %+v", i+1, part, Parts[i], facts)
		}
		got := fmt.Sprint(facts.Account, facts.Panel, facts.HeldBack, facts.Hidden)
		if want := fmt.Sprint(strings.Contains(marks, "a"), strings.Contains(marks, "p"), strings.Contains(marks, "w"), strings.Contains(marks, "h")); got != want {
			t.Errorf("%s: %s, not %s", part, got, want)
		}
		for j, power := range powers {
			if !Power(power).Valid() || part.Has(Power(power)) != (fields[j+1] == "x") {
				t.Errorf("%s: %s is %s in the table", part, power, fields[j+1])
			}
		}
	}
	if p := Part("boss"); p.Valid() || p.Has(PowerWatch) || Power("fire").Valid() {
		t.Error("a part that does not exist can do something")
	}
}

func TestFactsAreCopies(t *testing.T) {
	t.Parallel()
	PartGallery.Facts().Powers[0] = PowerRun
	KindConference.Facts().Parts[0] = PartGallery
	if PartGallery.Has(PowerRun) || slices.Contains(KindConference.Facts().Parts, PartGallery) {
		t.Error("somebody outside can change the tables")
	}
}

func TestParticipantsAreChecked(t *testing.T) {
	t.Parallel()
	witness := Participant{ID: "p1", Hearing: "h1", Name: "王五", Part: PartWitness}
	judge := Participant{ID: "p2", Hearing: "h1", Name: "李法官", Part: PartPresidingJudge, User: "u1"}
	appellant := Participant{ID: "p3", Hearing: "h1", Name: "张三", Part: PartPlaintiff, Standing: StandingAppellant}
	for _, p := range []Participant{witness, judge, appellant} {
		if err := p.Check(KindTrial); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	if !witness.Guest() || judge.Guest() {
		t.Error("guests are those without an account")
	}
	if zh, en := appellant.Title(); zh != "上诉人" || en != "appellant" {
		t.Error(zh, en)
	}
	if zh, en := witness.Title(); zh != "证人" || en != "witness" {
		t.Error(zh, en)
	}
	for field, spoil := range map[string]func(*Participant){
		"id":       func(p *Participant) { p.ID = "" },
		"hearing":  func(p *Participant) { p.Hearing = strings.Repeat("h", 65) },
		"name":     func(p *Participant) { p.Name = "王\u202e五" },
		"part":     func(p *Participant) { p.Part = "boss" },
		"user":     func(p *Participant) { p.Part = PartClerk },
		"standing": func(p *Participant) { p.Standing = StandingPlaintiff },
		"source":   func(p *Participant) { p.Source = "court-1" },
	} {
		p := witness
		spoil(&p)
		if got := fieldsOf(p.Check(KindTrial)); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: errors name %q", field, got)
		}
	}
	if err := witness.Check(KindConference); err == nil || err.Error() != "part: a conference has no witness" {
		t.Error(err)
	}
	if err := witness.Check(KindInterrogation); err == nil || !strings.Contains(err.Error(), "an interrogation has no witness") {
		t.Error(err)
	}
	for name, x := range map[string]struct {
		people []Participant
		want   []string
	}{
		"good":               {[]Participant{witness, judge, appellant}, []string{}},
		"one id twice":       {[]Participant{witness, {ID: "p1", Hearing: "h1", Name: "赵六", Part: PartLawyer}}, []string{"participants[1].id"}},
		"one person twice":   {[]Participant{judge, {ID: "p4", Hearing: "h1", Name: "李法官", Part: PartJudge, User: "u1"}}, []string{"participants[1].user"}},
		"one device twice":   {[]Participant{{ID: "p5", Hearing: "h1", Name: "看守所", Part: PartTerminal, Source: "cell-1"}, {ID: "p6", Hearing: "h1", Name: "法庭", Part: PartTerminal, Source: "cell-1"}}, []string{"participants[1].source"}},
		"two guests":         {[]Participant{witness, appellant}, []string{}},
		"a bad one":          {[]Participant{witness, {ID: "p4", Hearing: "h1", Part: PartLawyer}}, []string{"participants[1].name"}},
		"more than can come": {make([]Participant, MaxParticipants+1), []string{"participants"}},
	} {
		if got := fieldsOf(CheckParticipants(KindTrial, x.people)); !slices.Equal(got, x.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
