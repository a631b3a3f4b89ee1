package signaling

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"avhub/recorder/compose"
	"avhub/recorder/export"
	"avhub/rooms"
	"avhub/signaling/record"
)

// composing are the routes of the composed picture of a hearing: one that shows all
// cameras, to be put into its case file.
func (s *Server) composing(api huma.API) {
	register(api, http.MethodPost, "/api/v1/hearings/{id}/compositions", "compose-hearing", "Make one picture of all cameras of a hearing, with case number and time burnt in; the same again is the same one", http.StatusAccepted, s.composeHearing)
	get(api, "/api/v1/hearings/{id}/compositions", "list-compositions", "The composed pictures of a hearing that are made or being made, the latest first", s.listCompositions)
}

// Composition is a composed picture.
type Composition struct {
	ID        string    `json:"id"`
	Layout    string    `json:"layout" enum:"grid,pip"`
	Main      string    `json:"main" doc:"source of the large picture; empty: the first"`
	Watermark string    `json:"watermark" doc:"burnt in; empty: none"`
	State     string    `json:"state" enum:"waiting,running,done,failed"`
	Progress  float64   `json:"progress" doc:"0 to 1"`
	Why       string    `json:"why" doc:"it failed"`
	Asked     time.Time `json:"asked"`
	Size      int64     `json:"size" doc:"bytes, when it is done"`
}

func compositionOf(j compose.Job) Composition {
	return Composition{j.ID, string(j.Layout), j.Main, j.Mark, string(j.State), j.Progress, j.Why, j.Asked, j.Size}
}

type composeInput struct {
	AnyID
	Body struct {
		Layout    string `json:"layout" enum:"grid,pip" doc:"pip: picture in picture"`
		Main      string `json:"main,omitempty" maxLength:"63" doc:"source of the large picture"`
		Watermark string `json:"watermark,omitempty" maxLength:"400" doc:"such as whom the copy is for"`
	}
}

var errNoComposer = problem(http.StatusServiceUnavailable, "no_ffmpeg", compose.ErrNoFFmpeg.Error())

func (s *Server) composeHearing(ctx context.Context, in *composeInput) (*one[Composition], error) {
	detail := map[string]string{"compose": in.Body.Layout}
	if in.Body.Watermark != "" {
		detail["watermark"] = in.Body.Watermark
	}
	var job compose.Job
	err := s.o.Office.Do(ctx, callerOf(ctx), rooms.ExportCaseFile, rooms.HearingObject, in.ID, detail, func() error {
		if s.o.Composer == nil {
			return errNoComposer
		}
		l, err := s.library()
		if err != nil {
			return err
		}
		found, err := s.exportable(ctx, l, rooms.HearingObject, in.ID)
		if err != nil {
			return err
		}
		o := compose.Order{For: in.ID, Layout: compose.Layout(in.Body.Layout), Main: in.Body.Main, Number: found[0].Labels[record.LabelNumber], Watermark: strings.TrimSpace(in.Body.Watermark)}
		if o.Watermark != "" && !rooms.Printable(o.Watermark) {
			return rooms.FieldError{Field: "watermark", Err: errors.New("has characters that cannot be shown")}
		}
		for _, r := range found {
			dir, _ := l.Dir(r.ID)
			o.Recordings = append(o.Recordings, dir)
		}
		job, err = s.o.Composer.Make(o)
		return composeProblem(err)
	})
	if err != nil {
		return nil, officeProblem(err)
	}
	return &one[Composition]{compositionOf(job)}, nil
}

func composeProblem(err error) error {
	switch {
	case errors.Is(err, compose.ErrNoFFmpeg):
		return errNoComposer
	case errors.Is(err, compose.ErrBusy):
		p := problem(http.StatusServiceUnavailable, "busy", err.Error())
		p.RetryAfter = time.Minute
		return p
	case errors.Is(err, compose.ErrOpen):
		return problem(http.StatusConflict, "open", err.Error()+": close the hearing first")
	case errors.Is(err, compose.ErrNothing):
		return problem(http.StatusNotFound, "nothing_recorded", err.Error())
	case errors.Is(err, compose.ErrTooMany):
		return problem(http.StatusUnprocessableEntity, "invalid", err.Error())
	}
	return err
}

func (s *Server) listCompositions(ctx context.Context, in *AnyID) (*list[Composition], error) {
	if err := s.may(ctx, rooms.ExportCaseFile, rooms.HearingObject, in.ID); err != nil {
		return nil, err
	}
	all := []Composition{}
	if s.o.Composer != nil {
		for _, j := range s.o.Composer.Jobs(in.ID) {
			all = append(all, compositionOf(j))
		}
	}
	return listOf(all, nil)
}

// composed is the entry of a composed picture in a hearing's case file.
func (s *Server) composed(kind rooms.ObjectKind, hearing, id string) (export.Entry, error) {
	if s.o.Composer == nil || kind != rooms.HearingObject {
		return export.Entry{}, problem(http.StatusNotFound, "not_found", "there is no such composed picture")
	}
	j, ok := s.o.Composer.Job(id)
	switch {
	case !ok || j.For != hearing:
		return export.Entry{}, problem(http.StatusNotFound, "not_found", "there is no such composed picture")
	case j.State == compose.Failed:
		return export.Entry{}, problem(http.StatusConflict, "failed", "the composed picture could not be made: "+j.Why)
	case j.State != compose.Done:
		return export.Entry{}, problem(http.StatusConflict, "composing", "the composed picture is being made: try again when it is done")
	}
	return export.Entry{Name: "composed.mp4", Path: s.o.Composer.File(id), Size: j.Size, CRC: j.CRC, Time: j.Asked}, nil
}
