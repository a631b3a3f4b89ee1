package rtsp

import (
	"errors"
	"strings"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"avhub/media"
)

// announced is what an encoder says it will send.
type announced struct {
	tracks []media.Track
	inputs map[*description.Media]*announcedInput
}

// announcedInput is one of its medias.
type announcedInput struct {
	index int
	input *input
}

// readAnnounced takes the medias that the hub carries, one picture and one
// sound, by the rules that hold for cameras.
func readAnnounced(desc *description.Session) (*announced, error) {
	a := &announced{inputs: map[*description.Media]*announcedInput{}}
	var pictures, sounds int
	for _, m := range desc.Medias {
		single := description.Session{Title: "encoder", Medias: []*description.Media{m}}
		text, err := single.Marshal(false)
		if err != nil {
			return nil, err
		}
		o := parseOffer(text)
		if len(o.tracks) == 0 {
			continue
		}
		count := &sounds
		if o.tracks[0].track.Kind.Video() {
			count = &pictures
		}
		if *count++; *count > 1 {
			continue
		}
		a.inputs[m] = &announcedInput{len(a.tracks), newInput(m, o.tracks[0])}
		a.tracks = append(a.tracks, o.tracks[0].track)
	}
	if len(a.tracks) == 0 {
		return nil, errors.New("nothing in it that the hub carries")
	}
	return a, nil
}

// OnAnnounce answers ANNOUNCE.
func (s *Server) OnAnnounce(c *gortsplib.ServerHandlerOnAnnounceCtx) (answer *base.Response, _ error) {
	defer media.Contain(s.o.Log, "ANNOUNCE", broken(&answer))
	pass, refused := s.admit(c.Conn, c.Request, c.Path, c.Query, true)
	if refused != nil {
		return refused, nil
	}
	if _, err := readAnnounced(c.Description); err != nil {
		s.o.Log.Warn("rtsp: encoder refused", "path", c.Path, "err", err)
		return &base.Response{StatusCode: base.StatusUnsupportedMediaType}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.sessions[c.Session]
	if state == nil {
		return &base.Response{StatusCode: base.StatusSessionNotFound}, nil
	}
	state.pass = pass
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnRecord answers RECORD: the encoder's packets go into the feed.
func (s *Server) OnRecord(c *gortsplib.ServerHandlerOnRecordCtx) (answer *base.Response, _ error) {
	defer media.Contain(s.o.Log, "RECORD", broken(&answer))
	a, err := readAnnounced(c.Session.AnnouncedDescription())
	if err != nil {
		return &base.Response{StatusCode: base.StatusUnsupportedMediaType}, nil
	}
	if err := s.begin(c.Session); err != nil {
		return refusal(err), nil
	}
	feed, err := s.o.Publish(strings.Trim(c.Path, "/"), a.tracks)
	if err != nil {
		s.o.Log.Warn("rtsp: encoder refused", "path", c.Path, "err", err)
		r := refusal(err)
		if errors.Is(err, media.ErrFed) {
			r.StatusCode = base.StatusMethodNotValidInThisState
		}
		return r, nil
	}
	s.mu.Lock()
	state := s.sessions[c.Session]
	if state != nil {
		state.feed = feed
		s.began(state, c.Conn)
	}
	s.mu.Unlock()
	if state == nil {
		feed.Close()
		return &base.Response{StatusCode: base.StatusSessionNotFound}, nil
	}
	end := func(error) { c.Session.Close() }
	c.Session.OnPacketRTPAny(func(m *description.Media, _ format.Format, p *rtp.Packet) {
		defer media.Contain(s.o.Log, "encoder", end)
		if in := a.inputs[m]; in != nil {
			in.input.packet(feed, in.index, p)
		}
	})
	c.Session.OnPacketRTCPAny(func(m *description.Media, p rtcp.Packet) {
		defer media.Contain(s.o.Log, "encoder", end)
		if in := a.inputs[m]; in != nil {
			in.input.reported(p)
		}
	})
	return &base.Response{StatusCode: base.StatusOK}, nil
}
