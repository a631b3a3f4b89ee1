package rtsp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"

	"avhub/media"
	"avhub/media/rtsp/udpports"
)

// ServerOptions of the hub's RTSP door.
type ServerOptions struct {
	Listen string // "127.0.0.1:8554"
	// TLS, if any, has the port speak rtsps:// beside rtsp://; TLSOnly turns
	// away who speaks in the clear.
	TLS     *tls.Config
	TLSOnly bool
	// Play finds the stream of a path ("court-1", "court-1_sub"), waking it if
	// need be. release is called when the player has gone.
	Play func(ctx context.Context, path string) (stream *media.Stream, release func(), err error)
	// Admit says whether a visit may come in; ErrWho asks for a credential.
	Admit func(context.Context, Visit) (Pass, error)
	// Publish opens a path for an encoder.
	Publish func(path string, tracks []media.Track) (*media.Feed, error)
	Log     *slog.Logger
	// MaxConns bounds connections, 0 means 2,000; MaxConnsPerAddress those of
	// one address, 0 means 500. IdleTimeout ends a connection on which nothing
	// begins to play or to be published, StuckTimeout a player that takes no
	// packets, 0 means 10 s.
	MaxConns, MaxConnsPerAddress int
	IdleTimeout, StuckTimeout    time.Duration
}

// Server is the hub's RTSP door: players take streams, encoders bring them.
// Requests are bounded by gortsplib (4 KiB a line, 255 header lines, 128 KiB a
// body).
type Server struct {
	o    ServerOptions
	rtsp *gortsplib.Server

	mu       sync.Mutex
	listener net.Listener
	conns    map[*gortsplib.ServerConn]*connection
	perAddr  map[string]int
	refused  uint64
	outlets  map[*gortsplib.ServerConn]*outlet // described, not yet set up
	sessions map[*gortsplib.ServerSession]*sessionState
	closed   bool
	wg       sync.WaitGroup
}

// NewServer prepares a server.
func NewServer(o ServerOptions) (*Server, error) {
	if o.Admit == nil || o.Play == nil || o.Publish == nil {
		return nil, errors.New("rtsp server: Admit, Play and Publish are needed")
	}
	setDefault(&o.MaxConns, 2000)
	setDefault(&o.MaxConnsPerAddress, 500)
	setDefault(&o.IdleTimeout, 10*time.Second)
	setDefault(&o.StuckTimeout, 10*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{
		o: o, conns: map[*gortsplib.ServerConn]*connection{}, perAddr: map[string]int{},
		outlets: map[*gortsplib.ServerConn]*outlet{}, sessions: map[*gortsplib.ServerSession]*sessionState{},
	}, nil
}

func setDefault[T comparable](v *T, standard T) {
	var zero T
	if *v == zero {
		*v = standard
	}
}

// Start opens the ports: TCP as configured, and a free pair of UDP ports that
// players learn in SETUP.
func (s *Server) Start() error {
	const tries = 20
	var err error
	for range tries {
		var rtp, rtcp string
		if rtp, rtcp, err = udpports.Pair(s.o.Listen); err != nil {
			break
		}
		s.rtsp = &gortsplib.Server{
			Handler: s, RTSPAddress: s.o.Listen, UDPRTPAddress: rtp, UDPRTCPAddress: rtcp,
			ReadTimeout: s.o.IdleTimeout, WriteQueueSize: 1024,
			DisableRTCPSenderReports: true, // ours carry the capture time, see player.report
			ListenPacket:             udpports.Listen,
			Listen: func(network, address string) (net.Listener, error) {
				l, err := net.Listen(network, address)
				if err == nil && s.o.TLS != nil {
					l = &eitherListener{l, s.o.TLS, s.o.TLSOnly, s.o.IdleTimeout}
				}
				s.listener = l
				return l, err
			},
		}
		if err = s.rtsp.Start(); err == nil || !strings.Contains(err.Error(), "udp") {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("rtsp: listen on %s: %w: free the port or change rtsp.listen", s.o.Listen, err)
	}
	return nil
}

// Addr is the TCP address.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Refused counts connections over the limits.
func (s *Server) Refused() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// Players counts sessions that play.
func (s *Server) Players() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, x := range s.sessions {
		if x.player != nil {
			n++
		}
	}
	return n
}

// Close ends all sessions and waits.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.mu.Unlock()
	s.rtsp.Close()
	s.wg.Wait()
}
