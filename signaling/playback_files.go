package signaling

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
)

// sendLimit is how long a client may take for the next bytes of a file, which may be
// hours long as a whole.
const sendLimit = time.Minute

type playInput struct {
	ByRecording
	Start    string `query:"start" maxLength:"64" doc:"seconds since the recording's beginning, or a time (RFC 3339); in a gap: from its end" example:"90.5"`
	Duration string `query:"duration" maxLength:"64" doc:"seconds; empty: to the end" example:"60"`
	Gaps     string `query:"gaps" enum:"skip,keep" default:"skip" doc:"skip: times in which nothing was recorded are left out; keep: the file's times are the recording's"`
}

// playMP4 sends a stretch as one file. Of a recording that is being written the end
// is settled first, by a redirection: the file that a player reads by ranges must
// stay the same.
func (s *Server) playMP4(ctx context.Context, in *playInput) (*huma.StreamResponse, error) {
	r, err := s.opened(ctx, rooms.PlayBack, in.ID)
	if err != nil {
		return nil, err
	}
	span := playback.Span{KeepGaps: in.Gaps == "keep"}
	if span.Start, err = placeIn(r, "start", in.Start); err != nil {
		return nil, err
	}
	if in.Duration != "" {
		if span.Duration, err = microsIn(in.Duration); err != nil || span.Duration == 0 {
			p := problem(http.StatusUnprocessableEntity, "invalid", "the length cannot be read")
			p.Errors = []FieldError{{"query.duration", "write seconds, such as 60"}}
			return nil, p
		}
	}
	if rest := r.End() - span.Start; r.Open() && rest > 0 && (span.Duration == 0 || span.Duration > rest) {
		return s.settled(span.Start, rest, in.Gaps), nil
	}
	m, err := r.Movie(span)
	if err != nil {
		return nil, playbackProblem(err)
	}
	return s.file(in.ID, &m.Bytes, func(h http.Header) {
		h.Set("Content-Disposition", fmt.Sprintf(`inline; filename="%s.mp4"`, fileName(in.ID, m.Start)))
		if m.Next > 0 {
			// The camera's coding changes there, which one file cannot hold.
			h.Set("Link", "<"+playQuery(m.Next, 0, in.Gaps)+`>; rel="next"`)
		}
	}), nil
}

func (s *Server) settled(start, duration manifest.Micros, gaps string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Location", playQuery(start, duration, gaps))
		hc.SetHeader("Cache-Control", "no-store")
		hc.SetStatus(http.StatusTemporaryRedirect)
	}}
}

// playQuery is the address of a stretch, from a file beside it.
func playQuery(start, duration manifest.Micros, gaps string) string {
	q := url.Values{"start": {secondsText(start)}}
	if duration > 0 {
		q.Set("duration", secondsText(duration))
	}
	if gaps == "keep" {
		q.Set("gaps", gaps)
	}
	return "play.mp4?" + q.Encode()
}

// fileName names a stretch, of an id that may be anything.
func fileName(id string, start manifest.Micros) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, id)
	return plain + "-" + strings.ReplaceAll(clockOf(start), ":", "")
}

// file sends bytes of a recording, to one who plays it.
func (s *Server) file(id string, b *playback.Bytes, headers func(http.Header)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		playing, leave, err := s.plays.join(r.Context(), callerOf(r.Context()), id)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		reader, control := &sending{ctx: playing, r: b.Open(), first: -1}, http.NewResponseController(w)
		// A client that takes nothing is not waited for when the playback may not go on.
		stop := context.AfterFunc(playing, func() { _ = control.SetWriteDeadline(time.Now()) })
		defer func() {
			stop()
			_ = reader.r.Close() // it was only read
			leave(reader.sent(b))
		}()
		h := w.Header()
		h.Set("Content-Type", "video/mp4")
		h.Set("ETag", `"`+b.Tag()+`"`)
		h.Set("Cache-Control", "private, no-store")
		headers(h)
		http.ServeContent(&patient{w, control}, r, "", time.Time{}, reader)
	}}
}

// patient gives a client time for each stretch of a long answer, rather than for all
// of it.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(sendLimit))
	return p.ResponseWriter.Write(b)
}

// sending is a file on its way: it breaks off when its playback may not go on, and
// knows what was read of it.
type sending struct {
	ctx         context.Context
	r           *playback.Reader
	first, last int64
}

func (s *sending) Seek(offset int64, whence int) (int64, error) { return s.r.Seek(offset, whence) }

func (s *sending) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.first < 0 {
		s.first = s.r.Pos()
	}
	n, err := s.r.Read(p)
	s.last = max(s.last, s.r.Pos())
	return n, err
}

// sent is the stretch that was read.
func (s *sending) sent(b *playback.Bytes) stretch {
	if s.first < 0 {
		return stretch{}
	}
	return stretch{b.Time(s.first), b.Time(s.last)}
}

type fileInput struct {
	ByRecording
	File string `path:"file" maxLength:"20" example:"000001.mp4"`
}

// number is that of the segment that a file's name says; 0: it is none.
func (in *fileInput) number() int {
	digits, ok := strings.CutSuffix(in.File, ".mp4")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || manifest.SegmentFile(n) != in.File {
		return 0
	}
	return n
}

func (s *Server) segmentFile(ctx context.Context, in *fileInput) (*huma.StreamResponse, error) {
	r, err := s.opened(ctx, rooms.PlayBack, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := r.Segment(in.number())
	if err != nil {
		return nil, playbackProblem(err)
	}
	return s.file(in.ID, b, func(http.Header) {}), nil
}

func (s *Server) initialization(ctx context.Context, in *fileInput) (*huma.StreamResponse, error) {
	r, err := s.opened(ctx, rooms.PlayBack, in.ID)
	if err != nil {
		return nil, err
	}
	data, err := r.Initialization(in.number())
	if err != nil {
		return nil, playbackProblem(err)
	}
	return whole("video/mp4", data), nil
}

// whole sends what is short enough to be had at once.
func whole(kind string, data []byte) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "private, no-store")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}}
}

type thumbnailInput struct {
	ByRecording
	At    string `query:"at" maxLength:"64" doc:"seconds since the recording's beginning, or a time (RFC 3339)" example:"90.5"`
	Width int    `query:"width" minimum:"64" maximum:"1920" default:"320" doc:"at most, in pixels"`
}

// thumbnail is a picture of the recording: it counts as playing it.
func (s *Server) thumbnail(ctx context.Context, in *thumbnailInput) (*huma.StreamResponse, error) {
	r, err := s.opened(ctx, rooms.PlayBack, in.ID)
	if err != nil {
		return nil, err
	}
	at, err := placeIn(r, "at", in.At)
	if err != nil {
		return nil, err
	}
	_, leave, err := s.plays.join(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	defer leave(stretch{at, at + 1})
	data, err := r.Thumbnail(ctx, at, in.Width)
	if err != nil {
		if p, ok := playbackProblem(err).(*Problem); ok && p.Status != http.StatusInternalServerError {
			return nil, p
		}
		return nil, problem(http.StatusServiceUnavailable, "thumbnail", err.Error())
	}
	return whole("image/jpeg", data), nil
}
