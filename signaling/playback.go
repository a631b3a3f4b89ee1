package signaling

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// playback are the routes of what was recorded.
func (s *Server) playback(api huma.API) {
	get(api, "/api/v1/recordings", "list-recordings", "Recordings that one may know of, the latest first", s.listRecordings)
	get(api, "/api/v1/recordings/{id}", "get-recording", "One recording: its files, gaps, marks and seal", s.showRecording)
	get(api, "/api/v1/recordings/{id}/parts", "list-parts", "Where a stretch's bytes stand in the segments' files, from the keyframe before it", s.listParts)
	get(api, "/api/v1/recordings/{id}/frames", "list-frames", "When the pictures of a stretch are shown, for going from one to the next", s.listFrames)
	serves := func(path, id, summary, kind, what string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: "/api/v1/recordings/{id}/" + path, Summary: summary, Responses: map[string]*huma.Response{
			"200": {Description: what, Content: map[string]*huma.MediaType{kind: {}}},
		}}
	}
	huma.Register(api, serves("play.mp4", "play-recording", "A stretch as one MP4 file; ranges work", "video/mp4", "an MP4 file that begins at the picture"), s.playMP4)
	huma.Register(api, serves("index.m3u8", "play-hls", "HLS: what a player begins with", "application/vnd.apple.mpegurl", "a playlist"), s.hlsMaster)
	huma.Register(api, serves("media.m3u8", "play-hls-media", "HLS: the segments by ranges of bytes; grows while it is recorded", "application/vnd.apple.mpegurl", "a playlist"), s.hlsMedia)
	huma.Register(api, huma.Operation{
		OperationID: "play-hearing-hls", Method: http.MethodGet, Path: "/api/v1/hearings/{id}/index.m3u8", Summary: "HLS: all cameras of a hearing on one timeline, one of them to be chosen (EXT-X-MEDIA)",
		Responses: map[string]*huma.Response{"200": {Description: "a playlist", Content: map[string]*huma.MediaType{playlistType: {}}}},
	}, s.hlsOfHearing)
	huma.Register(api, serves("segments/{file}", "get-segment", "A segment's file with its times on the recording's timeline; ranges work", "video/mp4", "an MP4 file"), s.segmentFile)
	huma.Register(api, serves("inits/{file}", "get-initialization", "The tracks of a segment, for players that get its parts one by one", "video/mp4", "the beginning of an MP4 file"), s.initialization)
	huma.Register(api, serves("thumbnail.jpg", "get-thumbnail", "The last keyframe at or before a time", "image/jpeg", "a JPEG"), s.thumbnail)
}

// RecordingFacts tells the policy about recordings: by their labels, which say what
// was the case when they were made.
func RecordingFacts(l *playback.Library) func(id string) (office.RecordingFacts, bool) {
	return func(id string) (office.RecordingFacts, bool) {
		source, labels, ok := l.Facts(id)
		return factsOfLabels(source, labels), ok
	}
}

func factsOfLabels(source string, labels map[string]string) office.RecordingFacts {
	return office.RecordingFacts{
		Source: source, Court: labels[record.LabelCourt], Site: labels[record.LabelSite], Kind: rooms.SiteKind(labels[record.LabelKind]), Hearing: labels[record.LabelHearing],
	}
}

// library is what was recorded; without one there is nothing.
func (s *Server) library() (*playback.Library, error) {
	if s.o.Library == nil {
		return nil, problem(http.StatusNotFound, "not_found", "this hub has no recordings")
	}
	return s.o.Library, nil
}

// opened asks the policy about a recording, and finds it.
func (s *Server) opened(ctx context.Context, a rooms.Action, id string) (*playback.Recording, error) {
	if err := s.may(ctx, a, rooms.RecordingObject, id); err != nil {
		return nil, err
	}
	l, err := s.library()
	if err != nil {
		return nil, err
	}
	r, err := l.Open(id)
	return r, playbackProblem(err)
}

// playbackProblem says an error of playback in HTTP.
func playbackProblem(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, playback.ErrUnknown):
		return problem(http.StatusNotFound, "not_found", "there is no such thing")
	case errors.Is(err, playback.ErrNothing):
		return problem(http.StatusNotFound, "nothing_recorded", err.Error())
	case errors.Is(err, playback.ErrNoPictures):
		return problem(http.StatusServiceUnavailable, "no_ffmpeg", err.Error())
	case errors.Is(err, playback.ErrSpan):
		return problem(http.StatusUnprocessableEntity, "invalid", err.Error())
	}
	return officeProblem(err)
}

// ByRecording names a recording.
type ByRecording struct {
	ID string `path:"id" maxLength:"255" example:"20260302t010000-abcdefghij"`
}

// placeIn reads a place on a recording's timeline: seconds since its beginning, or
// a time of day as RFC 3339 has it.
func placeIn(r *playback.Recording, field, text string) (manifest.Micros, error) {
	if text == "" {
		return 0, nil
	}
	bad := func(message string) error {
		p := problem(http.StatusUnprocessableEntity, "invalid", "the place in the recording cannot be read")
		p.Errors = []FieldError{{"query." + field, message}}
		return p
	}
	if strings.ContainsAny(text, "T:") {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return 0, bad("write seconds since the beginning, such as 90.5, or a time such as 2026-03-02T09:30:00+08:00")
		}
		m := r.Time(at)
		if m < 0 {
			return 0, bad("the recording begins after this time")
		}
		return m, nil
	}
	m, err := microsIn(text)
	if err != nil {
		return 0, bad(err.Error())
	}
	return m, nil
}

// longestPlace is the end of any timeline: ten years.
const longestPlace = 10 * 366 * 86400

// microsIn reads seconds.
func microsIn(text string) (manifest.Micros, error) {
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || !(s >= 0 && s <= longestPlace) { // NaN is neither
		return 0, errors.New("write seconds, such as 90.5")
	}
	return manifest.Micros(s*1e6 + 0.5), nil
}

// secondsOf are seconds with microseconds.
func secondsOf(m manifest.Micros) float64 { return float64(m) / 1e6 }

// secondsText writes seconds so that microsIn reads the same.
func secondsText(m manifest.Micros) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(secondsOf(m), 'f', 6, 64), "0"), ".")
}
