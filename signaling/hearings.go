package signaling

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"avhub/rooms"
	"avhub/rooms/office"
)

// hearings are the routes of cases, hearings, their people and links.
func (s *Server) hearings(api huma.API) {
	get(api, "/api/v1/cases", "list-cases", "Cases that one may know of, newest first", s.listCases)
	get(api, "/api/v1/cases/{id}", "get-case", "One case with its hearings", s.getCase)
	register(api, http.MethodPost, "/api/v1/cases", "add-case", "Enter a case", http.StatusCreated, s.addCase)
	register(api, http.MethodPatch, "/api/v1/cases/{id}", "change-case", "Change a case; what is left out stays", http.StatusOK, s.changeCase)

	get(api, "/api/v1/hearings", "list-hearings", "Hearings of a day, by their start, or of a case that is searched for, newest first", s.listHearings)
	get(api, "/api/v1/hearings/{id}", "get-hearing", "One hearing with its history and participants", s.getHearing)
	register(api, http.MethodPost, "/api/v1/hearings", "schedule-hearing", "Schedule a hearing", http.StatusCreated, s.scheduleHearing)
	register(api, http.MethodPost, "/api/v1/hearings/{id}/commands", "command-hearing", "Do something to a hearing: prepare, open, adjourn, close …", http.StatusOK, s.commandHearing)
	register(api, http.MethodPut, "/api/v1/hearings/{id}/participants", "put-participants", "Who takes part beside the panel", http.StatusOK, s.putParticipants)
	get(api, "/api/v1/hearings/{id}/links", "list-links", "Join links of a hearing", s.listLinks)
	register(api, http.MethodPost, "/api/v1/hearings/{id}/links", "add-link", "Make a participant's join link; one before is void", http.StatusCreated, s.addLink)
	register(api, http.MethodDelete, "/api/v1/hearings/{hearing}/links/{id}", "revoke-link", "End a join link; who is in by it is out", http.StatusNoContent, s.revokeLink)
	register(api, http.MethodPut, "/api/v1/hearings/external", "upsert-hearing", "A hearing as the case system has it; the same again changes nothing", http.StatusOK, s.upsertHearing)
	s.planning(api)
	s.importing(api)
	register(api, http.MethodPost, "/api/v1/join", "join", "Come in by a join link", http.StatusOK, s.join)
}

type searchInput struct {
	Query string `query:"q" maxLength:"100" doc:"in number, cause and parties"`
}

func (s *Server) listCases(ctx context.Context, in *searchInput) (*list[rooms.Case], error) {
	return listOf(s.o.Office.Cases(ctx, callerOf(ctx), in.Query))
}

// CaseWithHearings is a case with its hearings.
type CaseWithHearings struct {
	rooms.Case
	Hearings []rooms.Hearing `json:"hearings"`
}

// AnyID names what the hub has named itself.
type AnyID struct {
	ID string `path:"id" maxLength:"63"`
}

func (s *Server) getCase(ctx context.Context, in *AnyID) (*one[CaseWithHearings], error) {
	c, hearings, err := s.o.Office.Case(ctx, callerOf(ctx), in.ID)
	return oneOf(CaseWithHearings{c, hearings}, err)
}

type caseSettings struct {
	Court      *string           `json:"court,omitempty" maxLength:"63"`
	Number     *rooms.CaseNumber `json:"number,omitempty" doc:"案号, such as （2021）黑11民初23号"`
	Title      *string           `json:"title,omitempty" maxLength:"800" doc:"cause of action"`
	ExternalID *string           `json:"external_id,omitempty" maxLength:"512"`
	Parties    *[]rooms.Party    `json:"parties,omitempty" maxItems:"200"`
}

func (c caseSettings) input() office.CaseInput {
	return office.CaseInput{Court: c.Court, Number: c.Number, Title: c.Title, ExternalID: c.ExternalID, Parties: c.Parties}
}

type addCaseInput struct{ Body caseSettings }

func (s *Server) addCase(ctx context.Context, in *addCaseInput) (*one[rooms.Case], error) {
	return oneOf(s.o.Office.AddCase(ctx, callerOf(ctx), in.Body.input()))
}

type changeCaseInput struct {
	AnyID
	Body caseSettings
}

func (s *Server) changeCase(ctx context.Context, in *changeCaseInput) (*one[rooms.Case], error) {
	return oneOf(s.o.Office.ChangeCase(ctx, callerOf(ctx), in.ID, in.Body.input()))
}

type dayInput struct {
	Day   string `query:"day" maxLength:"10" example:"2021-03-05" doc:"in China's time; today if left out"`
	Days  int    `query:"days" minimum:"1" maximum:"31" default:"1"`
	Court string `query:"court" maxLength:"63" doc:"only this court and those under it"`
	Query string `query:"q" maxLength:"100" doc:"in the case's number, cause or parties; of any day then"`
}

func (s *Server) listHearings(ctx context.Context, in *dayInput) (*list[office.HearingInfo], error) {
	day := in.Day
	if day == "" {
		day = time.Now().In(rooms.Shanghai).Format(time.DateOnly)
	}
	from, _, err := rooms.Day(day, nil)
	if err != nil {
		return nil, officeProblem(rooms.FieldError{Field: "day", Err: err})
	}
	return listOf(s.o.Office.Hearings(ctx, callerOf(ctx), office.HearingQuery{
		From: from, To: from.AddDate(0, 0, in.Days), Court: in.Court, Text: in.Query,
	}))
}

func (s *Server) getHearing(ctx context.Context, in *AnyID) (*one[office.HearingView], error) {
	return oneOf(s.o.Office.View(ctx, callerOf(ctx), in.ID))
}

type scheduleInput struct{ Body rooms.Plan }

func (s *Server) scheduleHearing(ctx context.Context, in *scheduleInput) (*one[rooms.Hearing], error) {
	return oneOf(s.o.Office.Schedule(ctx, callerOf(ctx), in.Body))
}

type commandInput struct {
	AnyID
	Body rooms.Command
}

func (s *Server) commandHearing(ctx context.Context, in *commandInput) (*one[rooms.Hearing], error) {
	return oneOf(s.o.Office.Command(ctx, callerOf(ctx), in.ID, in.Body))
}

type participantsInput struct {
	AnyID
	Body struct {
		Items []Person `json:"items" maxItems:"500"`
	}
}

// Person is a participant as it is entered.
type Person struct {
	ID       string         `json:"id,omitempty" maxLength:"63" doc:"empty: somebody new"`
	Name     string         `json:"name" maxLength:"400"`
	Part     rooms.Part     `json:"part" maxLength:"30"`
	Standing rooms.Standing `json:"standing,omitempty" maxLength:"40"`
	Source   string         `json:"source,omitempty" maxLength:"63" doc:"of a terminal: the source that it is; its loudspeaker says what the room says"`
	User     string         `json:"user,omitempty" maxLength:"63" doc:"empty: comes by a join link"`
}

func (s *Server) putParticipants(ctx context.Context, in *participantsInput) (*list[rooms.Participant], error) {
	people := make([]rooms.Participant, len(in.Body.Items))
	for i, p := range in.Body.Items {
		people[i] = rooms.Participant{ID: p.ID, Name: p.Name, Part: p.Part, Standing: p.Standing, User: p.User, Source: p.Source}
	}
	return listOf(s.o.Office.PutParticipants(ctx, callerOf(ctx), in.ID, people))
}

func (s *Server) listLinks(ctx context.Context, in *AnyID) (*list[office.LinkInfo], error) {
	return listOf(s.o.Office.Links(ctx, callerOf(ctx), in.ID))
}

type linkInput struct {
	AnyID
	Body struct {
		Participant string    `json:"participant" maxLength:"63"`
		NotBefore   time.Time `json:"not_before,omitempty" doc:"left out: two hours before the hearing"`
		NotAfter    time.Time `json:"not_after,omitempty" doc:"left out: six hours after it"`
		Code        bool      `json:"code,omitempty" doc:"ask for six digits at the first use, told to the person by another way"`
		PlayBack    bool      `json:"play_back,omitempty" doc:"let them play back the hearing's recordings, watermarked"`
	}
}

type newLink struct {
	office.LinkInfo
	Digits string `json:"digits,omitempty" doc:"shown this once"`
}

func (s *Server) addLink(ctx context.Context, in *linkInput) (*one[newLink], error) {
	info, digits, err := s.o.Office.AddLink(ctx, callerOf(ctx), in.ID, office.LinkInput{
		Participant: in.Body.Participant, NotBefore: in.Body.NotBefore, NotAfter: in.Body.NotAfter, Code: in.Body.Code, PlayBack: in.Body.PlayBack,
	})
	return oneOf(newLink{info, digits}, err)
}

type linkOfHearing struct {
	AnyID
	Hearing string `path:"hearing" maxLength:"63"`
}

func (s *Server) revokeLink(ctx context.Context, in *linkOfHearing) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.RevokeLink(ctx, callerOf(ctx), in.Hearing, in.ID))
}

type upsertInput struct{ Body rooms.Incoming }

func (s *Server) upsertHearing(ctx context.Context, in *upsertInput) (*one[rooms.Hearing], error) {
	h, _, err := s.o.Office.Upsert(ctx, callerOf(ctx), in.Body)
	return oneOf(h, err)
}
