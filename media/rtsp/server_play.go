package rtsp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"

	"avhub/media"
	"avhub/media/packet"
)

// wakeLimit is how long a player waits for an on-demand source.
const wakeLimit = 8 * time.Second

// outlet is a stream as one player is told of it. The library wants a
// ServerStream to answer with; packets do not go through it but to the session
// itself, from a reader of its own, so that a player starts at a keyframe and a
// slow one holds nobody up.
type outlet struct {
	stream  *media.Stream
	release func()
	rtsp    *gortsplib.ServerStream
	medias  []*description.Media // by track
	kinds   []packet.Kind
	once    sync.Once
}

func (o *outlet) close() {
	if o == nil {
		return
	}
	o.once.Do(func() {
		o.rtsp.Close()
		o.release()
	})
}

// sessionState is what the server keeps of a session.
type sessionState struct {
	outlet *outlet
	player *player
	feed   *media.Feed
	conn   *gortsplib.ServerConn // that it plays or publishes on
	pass   Pass
	done   func() // says that the pass is not made use of any more
}

// openOutlet finds the stream of a path.
func (s *Server) openOutlet(path string) (*outlet, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wakeLimit)
	defer cancel()
	stream, release, err := s.o.Play(ctx, strings.Trim(path, "/"))
	if err != nil {
		return nil, err
	}
	desc, medias := describe(stream)
	o := &outlet{stream: stream, release: release, medias: medias, rtsp: &gortsplib.ServerStream{Server: s.rtsp, Desc: desc}}
	for _, t := range stream.Tracks() {
		o.kinds = append(o.kinds, t.Kind)
	}
	if len(desc.Medias) == 0 {
		err = errors.New("nothing in it that RTSP carries")
	} else {
		err = o.rtsp.Initialize()
	}
	if err != nil {
		release()
		return nil, err
	}
	return o, nil
}

// OnDescribe answers DESCRIBE.
func (s *Server) OnDescribe(c *gortsplib.ServerHandlerOnDescribeCtx) (answer *base.Response, _ *gortsplib.ServerStream, _ error) {
	defer media.Contain(s.o.Log, "DESCRIBE", broken(&answer))
	if _, refused := s.admit(c.Conn, c.Request, c.Path, c.Query, false); refused != nil {
		return refused, nil, nil
	}
	o, err := s.openOutlet(c.Path)
	if err != nil {
		return refusal(err), nil, nil
	}
	s.mu.Lock()
	old := s.outlets[c.Conn]
	s.outlets[c.Conn] = o
	_, known := s.conns[c.Conn]
	if !known {
		delete(s.outlets, c.Conn)
	}
	s.mu.Unlock()
	old.close()
	if !known { // it hung up meanwhile
		o.close()
		return &base.Response{StatusCode: base.StatusServiceUnavailable}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, o.rtsp, nil
}

// OnSetup answers SETUP, of players and of encoders.
func (s *Server) OnSetup(c *gortsplib.ServerHandlerOnSetupCtx) (answer *base.Response, _ *gortsplib.ServerStream, _ error) {
	defer media.Contain(s.o.Log, "SETUP", broken(&answer))
	if c.Transport != gortsplib.TransportTCP && secured(c.Conn) {
		// Its packets would travel in the clear beside a conversation that does
		// not: whoever asks by rtsps gets them within it.
		return &base.Response{StatusCode: base.StatusUnsupportedTransport}, nil, nil
	}
	if c.Session.State() == gortsplib.ServerSessionStatePreRecord {
		return &base.Response{StatusCode: base.StatusOK}, nil, nil
	}
	if c.Transport == gortsplib.TransportUDPMulticast {
		return &base.Response{StatusCode: base.StatusUnsupportedTransport}, nil, nil
	}
	pass, refused := s.admit(c.Conn, c.Request, c.Path, c.Query, false)
	if refused != nil {
		return refused, nil, nil
	}
	s.mu.Lock()
	state := s.sessions[c.Session]
	if state != nil {
		state.pass = pass
	}
	if state != nil && state.outlet == nil {
		state.outlet = s.outlets[c.Conn]
		delete(s.outlets, c.Conn)
	}
	s.mu.Unlock()
	if state == nil {
		return &base.Response{StatusCode: base.StatusSessionNotFound}, nil, nil
	}
	if state.outlet == nil { // SETUP without DESCRIBE
		o, err := s.openOutlet(c.Path)
		if err != nil {
			return refusal(err), nil, nil
		}
		s.mu.Lock()
		state.outlet = o
		s.mu.Unlock()
	}
	return &base.Response{StatusCode: base.StatusOK}, state.outlet.rtsp, nil
}

// OnPlay answers PLAY and starts to send.
func (s *Server) OnPlay(c *gortsplib.ServerHandlerOnPlayCtx) (answer *base.Response, _ error) {
	defer media.Contain(s.o.Log, "PLAY", broken(&answer))
	if err := s.begin(c.Session); err != nil {
		return refusal(err), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state, known := s.sessions[c.Session], s.conns[c.Conn]
	if state == nil || known == nil || state.outlet == nil || s.closed {
		return &base.Response{StatusCode: base.StatusSessionNotFound}, nil
	}
	s.began(state, c.Conn)
	if state.player == nil {
		state.player = newPlayer(c.Session, state.outlet, s.o.StuckTimeout, s.o.Log)
		known.asks = state.player
		s.wg.Go(state.player.run)
	}
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// begin makes use of a session's pass, once.
func (s *Server) begin(x *gortsplib.ServerSession) error {
	s.mu.Lock()
	state := s.sessions[x]
	s.mu.Unlock()
	if state == nil || state.pass == nil {
		return statusError(base.StatusSessionNotFound)
	}
	if state.done != nil { // a second PLAY; the library asks one after the other
		return nil
	}
	done, err := state.pass.Begin(x.Close)
	if err == nil {
		state.done = done
	}
	return err
}

// statusError is an error that says its status.
type statusError base.StatusCode

func (e statusError) Error() string   { return "rtsp status" }
func (e statusError) RTSPStatus() int { return int(e) }

// OnResponse lets a player send whose PLAY is being answered.
func (s *Server) OnResponse(c *gortsplib.ServerConn, r *base.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.conns[c]
	if known == nil || known.asks == nil {
		return
	}
	if r.StatusCode == base.StatusOK {
		close(known.asks.answered)
	}
	known.asks = nil
}

// OnPause answers PAUSE of live streams: they cannot be paused.
func (s *Server) OnPause(*gortsplib.ServerHandlerOnPauseCtx) (*base.Response, error) {
	return &base.Response{StatusCode: base.StatusMethodNotAllowed}, nil
}

// OnSessionOpen notes a session.
func (s *Server) OnSessionOpen(c *gortsplib.ServerHandlerOnSessionOpenCtx) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[c.Session] = &sessionState{}
}

// OnSessionClose gives back what a session held.
func (s *Server) OnSessionClose(c *gortsplib.ServerHandlerOnSessionCloseCtx) {
	s.mu.Lock()
	state := s.sessions[c.Session]
	delete(s.sessions, c.Session)
	if state != nil {
		s.ended(state)
	}
	s.mu.Unlock()
	s.o.Log.Debug("rtsp: session closed", "why", c.Error)
	if state == nil {
		return
	}
	if state.player != nil {
		state.player.stop()
	}
	if state.feed != nil {
		state.feed.Close()
	}
	state.outlet.close()
	if state.done != nil {
		state.done()
	}
}

// broken answers a request that has met a fault in the hub; the connections of
// others do not notice.
func broken(answer **base.Response) func(error) {
	return func(error) { *answer = &base.Response{StatusCode: base.StatusInternalServerError} }
}

// refusal puts an error into RTSP's words (RFC 2326 section 7.1.1). Errors may
// say their own status.
func refusal(err error) *base.Response {
	status := base.StatusNotFound
	var said interface{ RTSPStatus() int }
	if errors.As(err, &said) {
		status = base.StatusCode(said.RTSPStatus())
	}
	return &base.Response{StatusCode: status}
}
