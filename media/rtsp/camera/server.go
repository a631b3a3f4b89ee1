package camera

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/auth"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"

	"avhub/media/rtsp/udpports"
)

// SubSuffix is what a camera's sub stream adds to its name.
const SubSuffix = "_sub"

// Channel is one camera: a main clip, and a sub clip or nil.
type Channel struct {
	Name      string
	Main, Sub *Clip
	// Loudspeaker is reached by ONVIF's back channel on both; nil: there is none.
	Loudspeaker *Loudspeaker
}

// Options of a server.
type Options struct {
	Listen   string
	Channels []Channel
	User     string // empty: no password is asked
	Password string
	NoUDP    bool // TCP only
	NoTCP    bool // UDP only, as some cameras are
	TLS      *tls.Config
	Log      *slog.Logger
}

// Server plays channels as RTSP cameras: rtsp://host/NAME and NAME_sub.
type Server struct {
	o       Options
	rtsp    *gortsplib.Server
	started time.Time

	mu       sync.Mutex
	paths    map[string]*player
	listener net.Listener
	closed   bool
	timers   []*time.Timer
	wg       sync.WaitGroup
}

// NewServer prepares a server.
func NewServer(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, paths: map[string]*player{}}
	for _, c := range o.Channels {
		if err := s.add(c.Name, c.Main, c.Loudspeaker); err != nil {
			return nil, err
		}
		if c.Sub != nil {
			if err := s.add(c.Name+SubSuffix, c.Sub, c.Loudspeaker); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func (s *Server) add(name string, clip *Clip, speaker *Loudspeaker) error {
	if name == "" || strings.ContainsAny(name, "/? ") {
		return fmt.Errorf("camera name %q: use letters, digits and hyphens", name)
	}
	if s.paths[name] != nil {
		return fmt.Errorf("camera %s is there twice", name)
	}
	s.paths[name] = newPlayer(name, clip)
	s.paths[name].speaker = speaker
	return nil
}

// Start opens the ports and begins to play.
func (s *Server) Start() error {
	const tries = 20
	var err error
	for range tries {
		if err = s.start(); err == nil || !errors.Is(err, udpports.ErrNone) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("camera: listen on %s: %w", s.o.Listen, err)
	}
	s.started = time.Now()
	for _, p := range s.paths {
		if err := p.open(s.rtsp); err != nil {
			s.Close()
			return err
		}
		s.wg.Go(p.run)
	}
	return nil
}

func (s *Server) start() error {
	s.rtsp = &gortsplib.Server{
		Handler: s, RTSPAddress: s.o.Listen, TLSConfig: s.o.TLS,
		AuthMethods: []auth.VerifyMethod{auth.VerifyMethodBasic, auth.VerifyMethodDigestMD5},
		Listen: func(network, address string) (net.Listener, error) {
			l, err := net.Listen(network, address)
			s.listener = l
			return l, err
		},
	}
	if !s.o.NoUDP && s.o.TLS == nil {
		rtp, rtcp, err := udpports.Pair(s.o.Listen)
		if err != nil {
			return err
		}
		s.rtsp.UDPRTPAddress, s.rtsp.UDPRTCPAddress = rtp, rtcp
	}
	err := s.rtsp.Start()
	if err != nil && s.rtsp.UDPRTPAddress != "" && strings.Contains(err.Error(), "udp") {
		return fmt.Errorf("%w: %w", udpports.ErrNone, err)
	}
	return err
}

// Addr is the address that it listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is a camera's address.
func (s *Server) URL(name string) string {
	scheme := "rtsp"
	if s.o.TLS != nil {
		scheme = "rtsps"
	}
	user := ""
	if s.o.User != "" {
		user = s.o.User + ":" + s.o.Password + "@"
	}
	return scheme + "://" + user + s.Addr().String() + "/" + name
}

// Set makes a camera (main and sub apart) show a fault, now or After the start;
// None ends it.
func (s *Server) Set(name string, f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.paths[name]
	if p == nil {
		return fmt.Errorf("there is no camera %s", name)
	}
	if wait := f.After - time.Since(s.started); f.After > 0 && wait > 0 {
		s.timers = append(s.timers, time.AfterFunc(wait, func() { p.set(f) }))
		return nil
	}
	p.set(f)
	return nil
}

// Close stops playing and waits.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	for _, t := range s.timers {
		t.Stop()
	}
	s.mu.Unlock()
	for _, p := range s.paths {
		p.stop()
	}
	s.wg.Wait()
	s.rtsp.Close()
}

// OnDescribe answers DESCRIBE.
func (s *Server) OnDescribe(c *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	res, stream, err := s.answer(c.Conn, c.Request, c.Path, nil)
	if res.StatusCode == base.StatusOK && slices.Contains(c.Request.Header["Require"], backChannel) && s.player(c.Path).speaker == nil {
		return &base.Response{
			StatusCode: base.StatusOptionNotSupported,
			Header:     base.Header{"Unsupported": base.HeaderValue{backChannel}},
		}, nil, nil
	}
	return res, stream, err
}

// OnSetup answers SETUP.
func (s *Server) OnSetup(c *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if s.o.NoTCP && c.Transport == gortsplib.TransportTCP || s.o.NoUDP && c.Transport == gortsplib.TransportUDP {
		return &base.Response{StatusCode: base.StatusUnsupportedTransport}, nil, nil
	}
	return s.answer(c.Conn, c.Request, c.Path, c.Session)
}

// OnPlay answers PLAY.
func (s *Server) OnPlay(c *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	if p := s.player(c.Path); p != nil && p.speaker != nil && !p.speaker.attach(c.Session) {
		return &base.Response{StatusCode: base.StatusNotEnoughBandwidth}, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, nil
}

func (s *Server) player(path string) *player {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paths[strings.Trim(path, "/")]
}

func (s *Server) answer(conn *gortsplib.ServerConn, req *base.Request, path string, session *gortsplib.ServerSession) (*base.Response, *gortsplib.ServerStream, error) {
	p := s.player(path)
	if p == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	fault := p.fault()
	if fault.Kind == Gone {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	user, password := s.o.User, s.o.Password
	if fault.Kind == Unauthorized {
		user, password = "nobody", "nothing-is-right"
	}
	if user != "" && !conn.VerifyCredentials(req, user, password) {
		return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
	}
	if session != nil {
		p.joined(session)
	}
	return &base.Response{StatusCode: base.StatusOK}, p.current(), nil
}

// OnPacketsLost is told what a loudspeaker has missed: it is heard well enough.
func (s *Server) OnPacketsLost(*gortsplib.ServerHandlerOnPacketsLostCtx) {}

// OnDecodeError is told of packets that are none.
func (s *Server) OnDecodeError(*gortsplib.ServerHandlerOnDecodeErrorCtx) {}

// OnSessionClose forgets a session.
func (s *Server) OnSessionClose(c *gortsplib.ServerHandlerOnSessionCloseCtx) {
	for _, p := range s.paths {
		p.left(c.Session)
		if p.speaker != nil {
			p.speaker.detach(c.Session)
		}
	}
}
