package signaling

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
)

type hlsInput struct {
	ByRecording
	Gaps string `query:"gaps" enum:"skip,keep" default:"skip" doc:"keep: gaps are there in their length, so that cameras stay together"`
	Lead string `query:"lead" maxLength:"64" doc:"seconds before the recording at which the playlist begins, with gaps=keep: another camera was there earlier"`
}

const playlistType = "application/vnd.apple.mpegurl"

// longestLead is how much later than another a camera of one hearing may have begun.
const longestLead = manifest.Micros(24 * 3600 * 1e6)

func (s *Server) hlsMaster(ctx context.Context, in *hlsInput) (*huma.StreamResponse, error) {
	media := "media.m3u8"
	if in.Gaps == "keep" {
		media += "?gaps=keep"
	}
	return s.playlist(ctx, in.ID, func(r *playback.Recording, w io.Writer) error { return r.Master(w, media) })
}

func (s *Server) hlsMedia(ctx context.Context, in *hlsInput) (*huma.StreamResponse, error) {
	gaps := playback.Gaps{Keep: in.Gaps == "keep"}
	if in.Lead != "" && gaps.Keep {
		lead, err := microsIn(in.Lead)
		if err != nil || lead > longestLead {
			p := problem(http.StatusUnprocessableEntity, "invalid", "the beginning cannot be read")
			p.Errors = []FieldError{{"query.lead", "write seconds, such as 1.5, of a day at most"}}
			return nil, p
		}
		gaps.Lead = lead
	}
	return s.playlist(ctx, in.ID, func(r *playback.Recording, w io.Writer) error { return r.Playlist(w, gaps) })
}

// hlsOfHearing is one playlist for all cameras of a hearing, to choose from: of those that
// the caller may play.
func (s *Server) hlsOfHearing(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"63"`
}) (*huma.StreamResponse, error) {
	if err := s.may(ctx, rooms.SeeHearing, rooms.HearingObject, in.ID); err != nil {
		return nil, err
	}
	l, err := s.library()
	if err != nil {
		return nil, err
	}
	found, err := s.exportable(ctx, l, rooms.HearingObject, in.ID)
	if err != nil {
		return nil, err
	}
	sees, err := s.o.Office.SeesRecordings(ctx, callerOf(ctx))
	if err != nil {
		return nil, officeProblem(err)
	}
	var cameras []playback.Camera
	for _, f := range found {
		if len(cameras) > 0 && !sees(f.ID, factsOfLabels(f.Source, f.Labels), rooms.PlayBack) {
			continue
		}
		r, err := s.opened(ctx, rooms.PlayBack, f.ID) // of the first a refusal is told, and audited
		if err != nil {
			return nil, err
		}
		cameras = append(cameras, playback.Camera{Name: cmp.Or(f.Name, f.Source), Recording: r, Media: func(g playback.Gaps) string {
			return "../../recordings/" + url.PathEscape(f.ID) + "/media.m3u8?gaps=keep&lead=" + secondsText(g.Lead)
		}})
	}
	slices.SortStableFunc(cameras, func(a, b playback.Camera) int { return strings.Compare(a.Name, b.Name) })
	var text bytes.Buffer
	if err := playback.Cameras(&text, cameras); err != nil {
		return nil, playbackProblem(err)
	}
	return whole(playlistType, text.Bytes()), nil
}

func (s *Server) playlist(ctx context.Context, id string, write func(*playback.Recording, io.Writer) error) (*huma.StreamResponse, error) {
	r, err := s.opened(ctx, rooms.PlayBack, id)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := write(r, &text); err != nil {
		return nil, playbackProblem(err)
	}
	return whole(playlistType, text.Bytes()), nil
}
