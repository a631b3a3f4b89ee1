package rtsp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"

	"avhub/media"
	"avhub/media/rtsp/udpports"
)

// session is one connection to a camera over one transport.
type session struct {
	target    *target
	transport Transport
	stream    *media.Stream
	o         PullOptions
	status    func(media.Status)

	client *gortsplib.Client
	mu     sync.Mutex
	conn   *tidyConn // the newest; guarded by mu
	feed   *media.Feed
	base   []media.TrackStats // of the feed's tracks when it opened
	inputs []*input
	fault  chan *Error // a panic in a callback; holds one
	got    atomic.Bool // a packet has come
}

func (s *session) received() bool { return s.got.Load() }

// run opens the session, watches it, and takes everything down again.
func (s *session) run(ctx context.Context) error {
	s.fault = make(chan *Error, 1)
	s.client = s.newClient()
	if err := s.client.Start2(); err != nil {
		return explain(err, s.target.host)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.client.Wait() }()
	defer func() {
		s.client.Close()
		if s.feed != nil {
			s.feed.Close()
		}
	}()
	if err := s.openInTime(ctx); err != nil {
		return err
	}
	watch := &watch{
		stream: s.stream, feed: s.feed, base: s.base, host: s.target.host, status: s.status,
		stall: s.o.Stall, patience: s.o.Patience, silent: s.silentLimit(),
	}
	watchCtx, stop := context.WithCancel(ctx)
	defer stop()
	result := make(chan error, 1)
	go func() { result <- watch.run(watchCtx, s.o.Log) }()
	var err error
	select {
	case err = <-ended:
		err = explain(err, s.target.host)
	case err = <-s.fault:
	case err = <-result:
		result <- err
	}
	stop()
	<-result
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var own *Error
	if errors.As(err, &own) {
		own.Live, own.Picture = watch.wasLive, watch.health.picture
		if !s.received() && own.Cause.Code != media.CauseClosed {
			return silentError{own}
		}
	}
	return err
}

// openInTime does the handshake within the time-out, and gives up at once when
// ctx is done.
func (s *session) openInTime(ctx context.Context) error {
	opening, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- contained(s.o.Log, v)
			}
		}()
		done <- s.open()
	}()
	select {
	case err := <-done:
		return err
	case <-opening.Done():
		s.client.Close() // ends what is under way
		<-done
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return explain(context.DeadlineExceeded, s.target.host)
	}
}

func (s *session) open() error {
	desc, _, err := s.client.Describe(s.target.url)
	o, redirect := s.described()
	switch {
	case redirect != "":
		return &movedError{location: redirect}
	case o != nil && len(o.tracks) == 0:
		return newError(media.CauseNoMedia, "%s offers no picture or sound that the hub carries: set it to H.264 or H.265 with AAC, G.711, G.722 or Opus", s.target.host)
	case err != nil:
		return explain(err, s.target.host)
	case len(desc.Medias) != len(o.tracks):
		return newError(media.CauseInternal, "the description of %s was lost on the way: report it", s.target.host)
	}
	taken, err := s.setup(desc, o)
	if err != nil {
		return err
	}
	s.feed, err = s.stream.Open((&offer{tracks: taken}).mediaTracks())
	if err != nil {
		return newError(media.CauseInternal, "%v", err)
	}
	s.base = s.stream.Stats()[:len(taken)]
	for i, in := range s.inputs {
		in.attach(s, i)
	}
	if _, err := s.client.Play(nil); err != nil {
		return explain(err, s.target.host)
	}
	agreed := Session{Transport: s.transport, Tracks: (&offer{tracks: taken}).mediaTracks(), Notes: o.notes}
	for _, t := range taken {
		agreed.NoParams = agreed.NoParams || t.noParams
	}
	s.o.Log.Info("rtsp: session open", "host", s.target.host, "transport", s.transport, "tracks", len(taken), "notes", o.notes)
	s.o.OnOpen(agreed)
	return nil
}

// setup sets the tracks up. A camera that offers sound and then refuses it is
// taken without; a refused transport or log-in is an error.
func (s *session) setup(desc *description.Session, o *offer) (taken []offered, err error) {
	var refused error
	for i, m := range desc.Medias {
		s.tidy().settingUp(i)
		_, err := s.client.Setup(desc.BaseURL, m, 0, 0)
		var bad liberrors.ErrClientBadStatusCode
		switch {
		case err == nil:
			taken = append(taken, o.tracks[i])
			s.inputs = append(s.inputs, newInput(m, o.tracks[i]))
		case errors.As(err, &bad) && bad.Code != base.StatusUnauthorized && bad.Code != base.StatusUnsupportedTransport:
			o.note("%s offers %s and refuses it (%d)", s.target.host, o.tracks[i].track.Kind, bad.Code)
			refused = err
		default:
			return nil, explain(err, s.target.host)
		}
	}
	if len(taken) == 0 {
		return nil, explain(refused, s.target.host)
	}
	return taken, nil
}

// silentLimit is how long a session may give not one packet. With another
// transport to fall back to, the wait is short.
func (s *session) silentLimit() time.Duration {
	if (s.o.Transport == Auto || s.o.Transport == "") && s.transport == UDP {
		return min(s.o.Stall, 3*time.Second)
	}
	return s.o.Stall
}

func (s *session) newClient() *gortsplib.Client {
	transport := gortsplib.TransportTCP
	switch s.transport {
	case UDP:
		transport = gortsplib.TransportUDP
	case Multicast:
		transport = gortsplib.TransportUDPMulticast
	}
	return &gortsplib.Client{
		// TLS is done here, below the tidying, so the library always speaks plain.
		Scheme: "rtsp", Host: s.target.host, UserAgent: "avhub",
		ReadTimeout: s.o.Timeout, WriteTimeout: s.o.Timeout,
		Transport: &transport, AnyPortEnable: true,
		DialContext: s.dial, ListenPacket: udpports.Listen,
		OnRequest: func(req *base.Request) {
			if c := s.tidy(); c != nil {
				c.note(req)
			}
		},
		OnTransportSwitch: func(error) {},
		OnPacketsLost:     func(uint64) {}, // counted per track
		OnDecodeError:     func(error) {},  // shows as a stall or as loss
	}
}

func (s *session) tidy() *tidyConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

func (s *session) described() (*offer, string) {
	c := s.tidy()
	if c == nil {
		return nil, ""
	}
	return c.described()
}

func (s *session) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	c, err := s.target.dial(ctx, &net.Dialer{}, s.o.DialTimeout, s.o.InsecureTLS)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.conn = c
	s.mu.Unlock()
	return c, nil
}

// dial connects to the camera, with TLS where its address asks for it.
func (t *target) dial(ctx context.Context, d *net.Dialer, limit time.Duration, insecure bool) (*tidyConn, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	raw, err := d.DialContext(ctx, "tcp", t.host)
	if err != nil {
		return nil, err
	}
	if t.secure {
		secured := tls.Client(raw, &tls.Config{ServerName: t.name, InsecureSkipVerify: insecure})
		if err := secured.HandshakeContext(ctx); err != nil {
			raw.Close()
			if !isTLS(err) && ctx.Err() != context.Canceled {
				return nil, newError(media.CauseTLS, "%s does not answer the TLS handshake: check the port, or use rtsp://", t.host)
			}
			return nil, err
		}
		raw = secured
	}
	return newTidyConn(raw), nil
}
