package signaling

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"avhub/recorder/export"
	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// exporting are the routes by which recordings are taken away: one, those of a hearing,
// those of a case.
func (s *Server) exporting(api huma.API) {
	for _, of := range []struct {
		path, id, what string
		kind           rooms.ObjectKind
	}{
		{"/api/v1/recordings/{id}/export", "recording", "A recording", rooms.RecordingObject},
		{"/api/v1/hearings/{id}/export", "hearing", "All recordings of a hearing", rooms.HearingObject},
		{"/api/v1/cases/{id}/export", "case", "All recordings of a case", rooms.CaseObject},
	} {
		get(api, of.path+"/contents", "describe-"+of.id+"-export", of.what+" as a case file: how large it is, and its tag", func(ctx context.Context, in *exportInput) (*one[ExportContents], error) {
			return s.exportContents(ctx, of.kind, in)
		})
		huma.Register(api, huma.Operation{
			OperationID: "export-" + of.id, Method: http.MethodGet, Path: of.path,
			Summary: of.what + " as a case file, one ZIP archive; ranges work for one tag, so that a download that broke off goes on",
			Responses: map[string]*huma.Response{
				"200": {Description: "a ZIP archive", Content: map[string]*huma.MediaType{"application/zip": {}}},
				"206": {Description: "a part of it", Content: map[string]*huma.MediaType{"application/zip": {}}},
			},
		}, func(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
			return s.export(ctx, of.kind, in)
		})
	}
}

type exportInput struct {
	ID       string `path:"id" maxLength:"255"`
	Reason   string `query:"reason" maxLength:"2000" doc:"why; it is kept in the audit. Asked of whom the policy asks"`
	Tag      string `query:"tag" maxLength:"64" doc:"of the contents: the archive must be this one, else 412"`
	Start    string `query:"start" maxLength:"64" doc:"an excerpt: where it begins, in seconds since the (first) recording's beginning, or a time (RFC 3339)"`
	Duration string `query:"duration" maxLength:"64" doc:"an excerpt: its seconds"`
	Composed string `query:"composed" maxLength:"64" doc:"id of a composed picture of the hearing, to be in it"`
	Movies   bool   `query:"movies" doc:"with one MP4 of each camera, a copy to watch beside the segments, which are the evidence; it doubles the size"`
}

// ExportContents tell what an export is before it is begun.
type ExportContents struct {
	Name       string  `json:"name" doc:"of the file"`
	Size       int64   `json:"size" doc:"bytes"`
	Files      int     `json:"files"`
	Tag        string  `json:"tag" doc:"names these very bytes; it changes when something is added to a recording"`
	Recordings int     `json:"recordings"`
	Media      float64 `json:"media" doc:"seconds recorded, of all recordings together"`
	Gaps       int     `json:"gaps"`
	Reason     bool    `json:"reason" doc:"a reason must be given"`
}

// exported is what is to be taken away.
type exported struct {
	kind    rooms.ObjectKind
	id      string
	ids     []string // of the recordings
	archive *export.Archive
	excerpt string // in words; empty: all
}

// layOut finds the recordings and lays the archive out. The policy has been asked.
func (s *Server) layOut(ctx context.Context, kind rooms.ObjectKind, in *exportInput) (*exported, error) {
	l, err := s.library()
	if err != nil {
		return nil, err
	}
	found, err := s.exportable(ctx, l, kind, in.ID)
	if err != nil {
		return nil, err
	}
	x := &exported{kind: kind, id: in.ID}
	c := export.Case{}
	for _, r := range found {
		dir, ok := l.Dir(r.ID)
		if !ok {
			return nil, office.ErrUnknown
		}
		x.ids, c.Recordings = append(x.ids, r.ID), append(c.Recordings, dir)
	}
	c.Number, c.Title = found[0].Labels[record.LabelNumber], found[0].Labels[record.LabelTitle]
	if c.Number == "" {
		c.Number = fileName(found[0].ID, 0)
	}
	if in.Start != "" || in.Duration != "" {
		if c.Excerpt, err = s.excerptOf(l, found[0].ID, in); err != nil {
			return nil, err
		}
		x.excerpt = clockOf(c.Excerpt.From) + "–" + clockOf(c.Excerpt.To)
	}
	if in.Composed != "" {
		movie, err := s.composed(kind, in.ID, in.Composed)
		if err != nil {
			return nil, err
		}
		c.More = append(c.More, movie)
	}
	if in.Movies {
		movies, err := s.movies(ctx, l, found, c.Excerpt)
		if err != nil {
			return nil, err
		}
		c.More = append(c.More, movies...)
	}
	if x.excerpt == "" {
		sheets, err := s.certificates(ctx, l, found)
		if err != nil {
			return nil, err
		}
		c.More = append(c.More, sheets...)
	}
	x.archive, err = export.CaseFile(c)
	return x, exportProblem(err)
}

// exportable are the recordings of a recording, a hearing or a case, the earliest first.
func (s *Server) exportable(ctx context.Context, l *playback.Library, kind rooms.ObjectKind, id string) ([]playback.Summary, error) {
	if kind == rooms.RecordingObject {
		one, err := l.Summary(id)
		return []playback.Summary{one}, playbackProblem(err)
	}
	label := record.LabelHearing
	if kind == rooms.CaseObject {
		label = record.LabelCase
	}
	all, err := l.All(ctx, func(r *playback.Summary) bool { return r.Labels[label] == id })
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, problem(http.StatusNotFound, "nothing_recorded", "nothing was recorded for it on this hub")
	}
	slices.Reverse(all)
	return all, nil
}

func (s *Server) excerptOf(l *playback.Library, id string, in *exportInput) (*export.Excerpt, error) {
	r, err := l.Open(id)
	if err != nil {
		return nil, playbackProblem(err)
	}
	start, err := placeIn(r, "start", in.Start)
	if err != nil {
		return nil, err
	}
	length := r.End() - start
	if in.Duration != "" {
		length, err = microsIn(in.Duration)
	}
	if err != nil || length <= 0 {
		p := problem(http.StatusUnprocessableEntity, "invalid", "the length cannot be read")
		p.Errors = []FieldError{{"query.duration", "write seconds, such as 60"}}
		return nil, p
	}
	return &export.Excerpt{From: start, To: start + length}, nil
}

func exportProblem(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, export.ErrOpen):
		return problem(http.StatusConflict, "open", err.Error())
	case errors.Is(err, export.ErrGone):
		return problem(http.StatusConflict, "gone", err.Error())
	case errors.Is(err, export.ErrEmpty):
		return problem(http.StatusNotFound, "nothing_recorded", err.Error())
	case errors.Is(err, manifest.ErrNotWhole):
		return problem(http.StatusConflict, "damaged", err.Error())
	}
	return officeProblem(err)
}

func (s *Server) exportContents(ctx context.Context, kind rooms.ObjectKind, in *exportInput) (*one[ExportContents], error) {
	d, err := s.o.Office.May(ctx, callerOf(ctx), rooms.ExportCaseFile, kind, in.ID)
	if err != nil {
		return nil, officeProblem(err)
	}
	free, err := s.exports.take()
	if err != nil {
		return nil, err
	}
	defer free()
	x, err := s.layOut(ctx, kind, in)
	if err != nil {
		return nil, err
	}
	defer func() { _ = x.archive.Close() }() // it was only read
	c := x.archive.Contents()
	return &one[ExportContents]{ExportContents{
		Name: c.Name + ".zip", Size: c.Size, Files: c.Files, Tag: c.Tag, Recordings: len(x.ids), Media: c.Media.Seconds(), Gaps: c.Gaps, Reason: d.Limit == rooms.ReasonAsked,
	}}, nil
}

// mayTakeAway asks the policy, which may want a reason.
func (s *Server) mayTakeAway(ctx context.Context, kind rooms.ObjectKind, id, why string) (reason string, err error) {
	d, err := s.o.Office.May(ctx, callerOf(ctx), rooms.ExportCaseFile, kind, id)
	if err != nil {
		return "", officeProblem(err)
	}
	reason = strings.TrimSpace(why)
	if d.Limit == rooms.ReasonAsked || reason != "" {
		return reason, reasonProblem(reason)
	}
	return "", nil
}

func (s *Server) export(ctx context.Context, kind rooms.ObjectKind, in *exportInput) (*huma.StreamResponse, error) {
	reason, err := s.mayTakeAway(ctx, kind, in.ID, in.Reason)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		free, err := s.exports.take()
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		defer free()
		x, err := s.layOut(r.Context(), kind, in)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		defer func() { _ = x.archive.Close() }() // it was only read
		if err := s.exports.mayGoOn(r, x, in.Tag); err != nil {
			s.refuse(w, r, err)
			return
		}
		h := w.Header()
		c := x.archive.Contents()
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": c.Name + ".zip"}))
		h.Set("ETag", `"`+c.Tag+`"`)
		h.Set("Cache-Control", "private, no-store")
		if err := s.sendExport(w, r, x, reason); err != nil {
			for _, k := range []string{"Content-Disposition", "ETag"} {
				h.Del(k)
			}
			s.refuse(w, r, err)
		}
	}}, nil
}

// detail is what the audit keeps of an export when it begins.
func (x *exported) detail() map[string]string {
	c := x.archive.Contents()
	d := map[string]string{"recordings": strings.Join(x.ids, " "), "size": fmt.Sprint(c.Size), "tag": c.Tag}
	if x.excerpt != "" {
		d["excerpt"] = x.excerpt
	}
	return d
}
