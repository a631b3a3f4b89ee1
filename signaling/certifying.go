package signaling

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"avhub/recorder/certificate"
	"avhub/recorder/export"
	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// certifying are the routes of printed certificates: of one recording, and of those of
// a hearing.
func (s *Server) certifying(api huma.API) {
	for _, of := range []struct {
		path, id, what string
		kind           rooms.ObjectKind
	}{
		{"/api/v1/recordings/{id}/certificate.pdf", "recording", "a recording", rooms.RecordingObject},
		{"/api/v1/hearings/{id}/certificate.pdf", "hearing", "all recordings of a hearing", rooms.HearingObject},
	} {
		huma.Register(api, huma.Operation{
			OperationID: "certify-" + of.id, Method: http.MethodGet, Path: of.path,
			Summary: "The certificate of " + of.what + ", to be printed and signed: times, gaps, integrity check values; equal recordings make equal bytes",
			Responses: map[string]*huma.Response{
				"200": {Description: "a PDF document, A4", Content: map[string]*huma.MediaType{"application/pdf": {}}},
			},
		}, func(ctx context.Context, in *certificateInput) (*certificateOutput, error) {
			return s.certify(ctx, of.kind, in)
		})
	}
}

type certificateInput struct {
	ID     string `path:"id" maxLength:"255"`
	Reason string `query:"reason" maxLength:"2000" doc:"why; it is kept in the audit. Asked of whom the policy asks"`
}

type certificateOutput struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Cache       string `header:"Cache-Control"`
	Body        []byte
}

func (s *Server) certify(ctx context.Context, kind rooms.ObjectKind, in *certificateInput) (*certificateOutput, error) {
	c := callerOf(ctx)
	reason, err := s.mayTakeAway(ctx, kind, in.ID, in.Reason)
	if err != nil {
		return nil, err
	}
	free, err := s.exports.take()
	if err != nil {
		return nil, err
	}
	defer free()
	l, err := s.library()
	if err != nil {
		return nil, err
	}
	found, err := s.exportable(ctx, l, kind, in.ID)
	if err != nil {
		return nil, err
	}
	facts, err := s.certified(ctx, l, found)
	if err != nil {
		return nil, certificateProblem(err)
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	var pdf bytes.Buffer
	ask := office.Ask{Action: rooms.ExportCaseFile, Kind: kind, ID: in.ID, Reason: reason, Detail: map[string]string{
		"certificate": facts.Code(), "recordings": strings.Join(ids, " "),
	}}
	if err := s.o.Office.DoFor(ctx, c, ask, func() error { return certificate.Write(&pdf, facts) }); err != nil {
		return nil, certificateProblem(err)
	}
	name := facts.Number
	if name == "" {
		name = ids[0]
	}
	return &certificateOutput{
		Type:        "application/pdf",
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": export.FolderName(name+" 证明书") + ".pdf"}),
		Cache:       "private, no-store", Body: pdf.Bytes(),
	}, nil
}

// reasonProblem says what is wrong with a reason in the address.
func reasonProblem(reason string) error {
	err := rooms.CheckReason("reason", reason)
	if err == nil {
		return nil
	}
	p := officeProblem(err).(*Problem)
	p.Errors = []FieldError{{"query.reason", p.Errors[0].Message}}
	return p
}

// certified are the facts of recordings that belong together. What their labels say was
// so when they were made; what else is known of the hearing comes from the court.
func (s *Server) certified(ctx context.Context, l *playback.Library, found []playback.Summary) (certificate.Facts, error) {
	labels := found[0].Labels
	f := certificate.Facts{Number: labels[record.LabelNumber], Title: labels[record.LabelTitle], Court: s.courtName(ctx, labels[record.LabelCourt])}
	hearing := labels[record.LabelHearing]
	for _, r := range found {
		dir, ok := l.Dir(r.ID)
		if !ok {
			return f, office.ErrUnknown
		}
		if r.Labels[record.LabelHearing] != hearing {
			hearing, f.Title = "", "" // those of a case are of several
		}
		one, err := certificate.Of(dir)
		if err != nil {
			return f, err
		}
		f.Recordings = append(f.Recordings, one)
	}
	if hearing != "" {
		f.Hearing = hearing
		if v, err := s.o.Office.View(ctx, callerOf(ctx), hearing); err == nil { // else it is not there any more, or not the caller's
			f.Hearing = strings.TrimSpace(v.Start.In(rooms.Shanghai).Format("2006-01-02 15:04") + " " + v.SiteName + " " + v.ID)
			f.Signers = signersOf(v)
		}
	}
	return f, nil
}

// signersOf are the parties of the case and the panel; of those that nobody has
// entered the paper has places without a name.
func signersOf(v office.HearingView) (all []certificate.Signer) {
	for _, p := range v.Parties {
		all = append(all, certificate.Signer{Role: [2]string{p.Standing.Chinese(), p.Standing.English()}, Name: p.Name})
	}
	if len(all) == 0 {
		all = append(all, certificate.Usual[:2]...)
	}
	if len(v.Panel) == 0 {
		return append(all, certificate.Usual[2:]...)
	}
	for _, m := range v.Panel {
		part := m.Part.Facts()
		all = append(all, certificate.Signer{Role: [2]string{part.Chinese, part.English}, Name: m.Name})
	}
	return all
}

// courtName is how a court is called; its id where nobody knows it any more.
func (s *Server) courtName(ctx context.Context, id string) string {
	courts, err := s.o.Office.Courts(ctx, callerOf(ctx))
	if err != nil {
		return id
	}
	for _, c := range courts {
		if c.ID == id {
			return c.Name
		}
	}
	return id
}

func certificateProblem(err error) error {
	switch {
	case errors.Is(err, certificate.ErrOpen):
		return problem(http.StatusConflict, "open", err.Error())
	case errors.Is(err, certificate.ErrFacts), errors.Is(err, manifest.ErrNotWhole):
		return problem(http.StatusConflict, "damaged", err.Error())
	}
	return officeProblem(err)
}
