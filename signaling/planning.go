package signaling

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"avhub/rooms"
	"avhub/rooms/office"
)

// planning are the routes that forms of cases and hearings need.
func (s *Server) planning(api huma.API) {
	get(api, "/api/v1/vocabulary", "get-vocabulary", "Kinds of rooms, parts in them and standings of parties, with their names and rules", s.getVocabulary)
	get(api, "/api/v1/cases/number", "check-case-number", "Whether a text is a case number, and if not, which part is wrong", s.checkNumber)
	get(api, "/api/v1/courts/{id}/colleagues", "list-colleagues", "Who can sit in a court's hearings", s.listColleagues)
	register(api, http.MethodPost, "/api/v1/hearings/clashes", "find-clashes", "What a plan would clash with: courtrooms and people; nothing is entered", http.StatusOK, s.findClashes)
}

// Vocabulary is the court's own words, with the rules that go with them.
type Vocabulary struct {
	Kinds     []rooms.KindFacts `json:"kinds"`
	Parts     []rooms.PartFacts `json:"parts"`
	Standings []StandingFacts   `json:"standings"`
}

// StandingFacts is what is known of a party's standing.
type StandingFacts struct {
	Standing rooms.Standing `json:"standing"`
	Chinese  string         `json:"chinese"`
	English  string         `json:"english"`
	Part     rooms.Part     `json:"part" doc:"of such a party in a hearing"`
}

func (s *Server) getVocabulary(ctx context.Context, _ *empty) (*one[Vocabulary], error) {
	if err := s.o.Office.Inside(callerOf(ctx)); err != nil { // words are no secret
		return nil, officeProblem(err)
	}
	v := Vocabulary{}
	for _, k := range rooms.RoomKinds {
		v.Kinds = append(v.Kinds, k.Facts())
	}
	for _, p := range rooms.Parts {
		v.Parts = append(v.Parts, p.Facts())
	}
	for _, x := range rooms.Standings {
		v.Standings = append(v.Standings, StandingFacts{x, x.Chinese(), x.English(), x.Part()})
	}
	return oneOf(v, nil)
}

type numberInput struct {
	Text string `query:"text" maxLength:"200" required:"true"`
}

// CheckedNumber is what became of a text that is to be a case number.
type CheckedNumber struct {
	Number rooms.CaseNumber `json:"number" doc:"in its official form; empty: it is none"`
	Wrong  string           `json:"wrong,omitempty" enum:"year,court,type,number,end,sub" doc:"the first part that is wrong"`
	Why    string           `json:"why,omitempty"`
	Case   string           `json:"case,omitempty" doc:"id of the case that has this number, where the caller may know of it"`
}

func (s *Server) checkNumber(ctx context.Context, in *numberInput) (*one[CheckedNumber], error) {
	if err := s.may(ctx, rooms.SeeHub, rooms.HubObject, ""); err != nil {
		return nil, err
	}
	n, err := rooms.ParseCaseNumber(in.Text)
	var wrong rooms.CaseNumberError
	if errors.As(err, &wrong) {
		return oneOf(CheckedNumber{Wrong: string(wrong.Part), Why: wrong.What}, nil)
	}
	id, err := s.o.Office.CaseWithNumber(ctx, callerOf(ctx), n)
	return oneOf(CheckedNumber{Number: n, Case: id}, err)
}

func (s *Server) listColleagues(ctx context.Context, in *AnyID) (*list[office.Colleague], error) {
	return listOf(s.o.Office.Colleagues(ctx, callerOf(ctx), in.ID))
}

type clashInput struct {
	Hearing string `query:"hearing" maxLength:"63" doc:"id of the one that the plan is for; empty: a new one"`
	Body    rooms.Plan
}

func (s *Server) findClashes(ctx context.Context, in *clashInput) (*list[office.PlanClash], error) {
	return listOf(s.o.Office.Clashes(ctx, callerOf(ctx), in.Body, in.Hearing))
}
