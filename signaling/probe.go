package signaling

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"avhub/configs"
	"avhub/media"
	"avhub/media/rtsp"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/rooms"
)

// probesAtOnce bounds how many cameras are tested at the same time.
const probesAtOnce = 4

type probeInput struct {
	Body struct {
		URL       string `json:"url" maxLength:"2048" doc:"rtsp:// or rtsps://"`
		Transport string `json:"transport,omitempty" enum:"auto,tcp,udp,multicast" default:"auto"`
		Source    string `json:"source,omitempty" maxLength:"63" doc:"the source being edited: *** in the url then stands for its password"`
	}
}

// Finding is one thing that a test of a camera found.
type Finding struct {
	Code   string `json:"code"`
	Level  string `json:"level" enum:"ok,note,warn"`
	Detail string `json:"detail"`
}

// ProbeResult is what a test of a camera found.
type ProbeResult struct {
	OK              bool      `json:"ok"`
	Cause           *Cause    `json:"cause" doc:"why it failed"`
	Transport       string    `json:"transport"`
	ElapsedMS       float64   `json:"elapsed_ms"`
	FirstKeyframeMS float64   `json:"first_keyframe_ms" doc:"from the start; 0 if none came"`
	Video           *Video    `json:"video"`
	Audio           *Audio    `json:"audio"`
	Findings        []Finding `json:"findings"`
}

type probeOutput struct{ Body ProbeResult }

// probeSource tests a camera for those who manage sources somewhere; the
// password of a source that is there stays with those who manage that one.
func (s *Server) probeSource(ctx context.Context, in *probeInput) (*probeOutput, error) {
	known, err := s.mayProbe(ctx, in.Body.Source)
	if err != nil {
		return nil, err
	}
	url := configs.URL(in.Body.URL)
	if err := url.Check(); err != nil || url.Empty() {
		p := problem(http.StatusUnprocessableEntity, "invalid", "the address is not one of a camera")
		message := "write rtsp://user:password@address/path"
		if err != nil {
			message = err.Error()
		}
		p.Errors = []FieldError{{"body.url", message}}
		return nil, p
	}
	select {
	case s.probes <- struct{}{}:
		defer func() { <-s.probes }()
	default:
		return nil, problem(http.StatusTooManyRequests, "too_many_probes", "other cameras are being tested: try again in a moment")
	}
	if known {
		url = s.o.Catalog.reveal(in.Body.Source, url)
	}
	s.o.Office.Probed(ctx, callerOf(ctx), in.Body.Source, url.Redacted())
	report := rtsp.Probe(ctx, url.Reveal(), rtsp.Transport(in.Body.Transport))
	return &probeOutput{probeResult(report)}, nil
}

// mayProbe asks whether the caller may test cameras, and whether a source is one
// of theirs. One that is not is the same to them as one that is not there.
func (s *Server) mayProbe(ctx context.Context, source string) (theirs bool, err error) {
	caller := callerOf(ctx)
	if _, err := s.o.Office.MayAnywhere(ctx, caller, rooms.ManageSource); err != nil {
		return false, officeProblem(err)
	}
	_, known := s.o.Catalog.entry(source)
	return known && s.o.Office.Can(ctx, caller, rooms.ManageSource, rooms.SourceObject, source), nil
}

func probeResult(r rtsp.Report) ProbeResult {
	out := ProbeResult{
		OK: r.OK, Transport: string(r.Transport),
		ElapsedMS: milliseconds(r.Elapsed), FirstKeyframeMS: milliseconds(r.FirstKeyframe), Findings: []Finding{},
	}
	if r.Cause != nil {
		out.Cause = &Cause{string(r.Cause.Code), r.Cause.Detail}
	}
	if r.Video != nil {
		out.Video = videoOf(*r.Video)
	}
	if r.Audio != nil {
		out.Audio = audioOf(*r.Audio)
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, Finding{f.Code, f.Level, f.Detail})
	}
	return out
}

type snapshotInput struct {
	ByID
	Stream string `query:"stream" enum:"main,sub" default:"sub" doc:"sub falls back to main"`
	Width  int    `query:"width" minimum:"64" maximum:"3840" default:"640" doc:"at most, in pixels"`
}

type snapshotOutput struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (s *Server) registerSnapshot(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "get-snapshot", Method: http.MethodGet, Path: "/api/v1/sources/{id}/snapshot.jpg",
		Summary: "The newest keyframe as a picture",
		Responses: map[string]*huma.Response{"200": {
			Description: "a JPEG", Content: map[string]*huma.MediaType{"image/jpeg": {}},
		}},
	}, s.snapshot)
}

// snapshot decodes the newest keyframe of a live source. It wakes no camera.
func (s *Server) snapshot(ctx context.Context, in *snapshotInput) (*snapshotOutput, error) {
	if err := s.o.Office.Look(ctx, callerOf(ctx), in.ID); err != nil {
		return nil, officeProblem(err)
	}
	if s.o.FFmpeg == "" {
		return nil, problem(http.StatusServiceUnavailable, "no_ffmpeg", "snapshots need ffmpeg: install it (apt-get install ffmpeg) and restart the hub")
	}
	order := []sources.Quality{sources.Sub, sources.Main}
	if in.Stream == "main" {
		order = []sources.Quality{sources.Main, sources.Sub}
	}
	for _, q := range order {
		line, err := s.o.Catalog.set.Line(in.ID, q)
		if err != nil {
			continue
		}
		unit := line.Stream().LastKeyframe()
		if unit == nil {
			continue
		}
		tracks := line.Stream().Tracks()
		if unit.Track >= len(tracks) {
			continue // it has just come back with others
		}
		track := tracks[unit.Track]
		jpeg, err := transcode.Snapshot(ctx, s.o.FFmpeg, unit, track.Kind, track.Params, in.Width)
		switch {
		case errors.Is(err, media.ErrClosed):
			continue
		case err != nil:
			return nil, problem(http.StatusServiceUnavailable, "snapshot", err.Error())
		}
		return &snapshotOutput{"image/jpeg", "no-store", jpeg}, nil
	}
	return nil, problem(http.StatusConflict, "not_live", "the source has no picture now")
}
