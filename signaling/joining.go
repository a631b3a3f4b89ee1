package signaling

import (
	"context"
	"net/http"
	"time"

	"avhub/rooms/login"
)

type joinInput struct {
	From
	Body struct {
		Token string `json:"token" maxLength:"100" doc:"what follows the # of the link"`
		Code  string `json:"code,omitempty" maxLength:"20" doc:"six digits, where they are asked for"`
	}
}

// Joined is the answer to somebody who comes with a link.
type Joined struct {
	Answer  string    `json:"answer" enum:"let_in,early,over,revoked,elsewhere,no_device,code,code_wrong"`
	Name    string    `json:"name" doc:"of the person whose link it is"`
	Part    string    `json:"part"`
	Chinese string    `json:"part_zh" doc:"what stands on their name plate: 原告, 上诉人, 证人 …"`
	English string    `json:"part_en"`
	Court   string    `json:"court" doc:"its name"`
	Kind    string    `json:"kind" doc:"of the hearing"`
	Title   string    `json:"title" doc:"of the hearing"`
	Hearing string    `json:"hearing"`
	Start   time.Time `json:"start"`
	Opens   time.Time `json:"opens" doc:"from when on the link lets in"`
}

type joinOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Joined
}

func (s *Server) join(ctx context.Context, in *joinInput) (*joinOutput, error) {
	j, err := s.o.Office.Join(ctx, in.Body.Token, in.Body.Code, in.client(ctx))
	if err != nil {
		return nil, officeProblem(err)
	}
	chinese, english := j.Person.Title()
	out := &joinOutput{Body: Joined{
		Answer: string(j.Answer), Name: j.Person.Name, Part: string(j.Person.Part), Chinese: chinese, English: english,
		Court: j.Court, Kind: string(j.Hearing.Kind), Title: j.Hearing.Title, Hearing: j.Hearing.ID, Start: j.Hearing.Start, Opens: j.Opens,
	}}
	if j.Cookie != "" {
		out.SetCookie = append(out.SetCookie, cookie(sessionCookie, j.Cookie, 0))
	}
	if j.Device != "" {
		out.SetCookie = append(out.SetCookie, cookie(deviceCookie, j.Device, login.DeviceKept))
	}
	return out, nil
}
