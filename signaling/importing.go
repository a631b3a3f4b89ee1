package signaling

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"avhub/rooms"
	"avhub/rooms/office"
)

const importPath = "/api/v1/hearings/import"

// importing are the routes of lists of hearings.
func (s *Server) importing(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "import-hearings", Method: http.MethodPost, Path: importPath, Summary: "Read a list of hearings (CSV), as a preview or to enter them all",
		MaxBodyBytes: maxImport, BodyReadTimeout: bodyTimeout,
	}, s.importHearings)
	huma.Register(api, huma.Operation{
		OperationID: "import-template", Method: http.MethodGet, Path: "/api/v1/hearings/template.csv", Summary: "An empty list of hearings, with an example, for spreadsheets",
		Responses: map[string]*huma.Response{"200": {Description: "CSV, UTF-8", Content: map[string]*huma.MediaType{"text/csv": {}}}},
	}, s.importTemplate)
}

type importInput struct {
	Court   string `query:"court" required:"true" maxLength:"63"`
	Preview bool   `query:"preview" doc:"only say what is in it and what is wrong with it"`
	RawBody []byte `contentType:"text/csv"`
}

func (s *Server) importHearings(ctx context.Context, in *importInput) (*one[office.Imported], error) {
	return oneOf(s.o.Office.Import(ctx, callerOf(ctx), in.Court, bytes.NewReader(in.RawBody), in.Preview))
}

type templateInput struct {
	Language string `query:"language" enum:"zh-CN,en" default:"zh-CN"`
}

type csvOutput struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Server) importTemplate(ctx context.Context, in *templateInput) (*csvOutput, error) {
	if err := s.may(ctx, rooms.SeeHub, rooms.HubObject, ""); err != nil {
		return nil, err
	}
	return &csvOutput{"text/csv; charset=utf-8", `attachment; filename="hearings.csv"`, []byte(rooms.ImportTemplate(in.Language != "en"))}, nil
}
