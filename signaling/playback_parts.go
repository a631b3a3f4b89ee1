package signaling

import (
	"context"
	"net/http"

	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
)

type stretchInput struct {
	ByRecording
	Start    float64 `query:"start" minimum:"0" maximum:"316224000" doc:"seconds since the recording's beginning" example:"90.5"`
	Duration float64 `query:"duration" minimum:"0.001" maximum:"600" default:"10" doc:"seconds"`
}

func (in *stretchInput) span() playback.Span {
	return playback.Span{Start: manifest.Micros(in.Start*1e6 + 0.5), Duration: manifest.Micros(in.Duration*1e6 + 0.5)}
}

// RecordingPart is half a second of a recording.
type RecordingPart struct {
	Segment  int     `json:"segment"`
	Offset   int64   `json:"offset" doc:"in segments/{file}"`
	Size     int64   `json:"size"`
	Start    float64 `json:"start"`
	Duration float64 `json:"duration"`
	Keyframe bool    `json:"keyframe" doc:"a picture can be decoded from its beginning"`
	Coding   int     `json:"coding" doc:"inits/{coding}.mp4 goes before it"`
}

// PartList is where a stretch's bytes stand.
type PartList struct {
	Items []RecordingPart `json:"items"`
	End   float64         `json:"end" doc:"how far the recording reaches"`
	Open  bool            `json:"open" doc:"it is still being written"`
	// Gap is that of a recording that is being written.
	Gap bool `json:"gap" doc:"nothing is being recorded now"`
}

type partListOutput struct{ Body PartList }

func (s *Server) listParts(ctx context.Context, in *stretchInput) (*partListOutput, error) {
	r, err := s.opened(ctx, rooms.PlayBack, in.ID)
	if err != nil {
		return nil, err
	}
	parts, err := r.Parts(in.span())
	if err != nil {
		return nil, playbackProblem(err)
	}
	out := PartList{Items: []RecordingPart{}, End: secondsOf(r.End()), Open: r.Open()}
	r.View(func(m *manifest.Recording) { out.Gap = m.OpenGap() != nil })
	for _, p := range parts {
		out.Items = append(out.Items, RecordingPart{p.Segment, p.Offset, p.Size, secondsOf(p.Start), secondsOf(p.Duration), p.Keyframe, p.Coding})
	}
	return &partListOutput{out}, nil
}

// RecordingFrame is a picture.
type RecordingFrame struct {
	At       float64 `json:"at" doc:"when it is shown first"`
	Keyframe bool    `json:"keyframe"`
}

type frameList struct {
	Items []RecordingFrame `json:"items"`
}

type frameListOutput struct{ Body frameList }

func (s *Server) listFrames(ctx context.Context, in *stretchInput) (*frameListOutput, error) {
	r, err := s.opened(ctx, rooms.PlayBack, in.ID)
	if err != nil {
		return nil, err
	}
	span := in.span()
	if span.Duration > playback.MostFrames {
		p := problem(http.StatusUnprocessableEntity, "invalid", "that is too long a stretch")
		p.Errors = []FieldError{{"query.duration", "at most a minute"}}
		return nil, p
	}
	frames, err := r.Frames(span)
	if err != nil {
		return nil, playbackProblem(err)
	}
	out := frameList{Items: []RecordingFrame{}}
	for _, f := range frames {
		out.Items = append(out.Items, RecordingFrame{secondsOf(f.At), f.Keyframe})
	}
	return &frameListOutput{out}, nil
}
