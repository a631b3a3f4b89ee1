package rtsp

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"avhub/media"
)

// Transport is how RTP packets come from a camera.
type Transport string

// The transports. Auto takes TCP, which loses nothing and passes firewalls,
// and UDP where the camera refuses TCP or sends nothing over it.
const (
	Auto      Transport = "auto"
	TCP       Transport = "tcp"
	UDP       Transport = "udp"
	Multicast Transport = "multicast"
)

// Valid tells whether t is one of the transports; empty is Auto.
func (t Transport) Valid() bool {
	switch t {
	case "", Auto, TCP, UDP, Multicast:
		return true
	}
	return false
}

// PullOptions say what to pull and how. Only URL is needed.
type PullOptions struct {
	URL       string
	Transport Transport // default Auto
	Prefer    Transport // with Auto: what worked last, tried first
	// Timeout bounds the time from dialling to the answer to PLAY; default 10 s.
	Timeout time.Duration
	// DialTimeout bounds the TCP (and TLS) connect; default nine tenths of Timeout.
	DialTimeout time.Duration
	InsecureTLS bool // rtsps: accept any certificate
	// Stall is how long a track may give nothing; default 5 s.
	Stall time.Duration
	// Patience is how long after Stall a session with sound but no picture is
	// kept, degraded, before it is given up to be tried again; default 0.
	Patience time.Duration
	Log      *slog.Logger // default: none
	// OnOpen is called when the camera has answered PLAY.
	OnOpen func(Session)
}

// Session is what was agreed with a camera.
type Session struct {
	Transport Transport // TCP, UDP or Multicast
	Tracks    []media.Track
	Notes     []string // what its description offers and the hub leaves out
	NoParams  bool     // the description has no parameter sets for the picture
}

func (o *PullOptions) setDefaults() {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.DialTimeout <= 0 {
		o.DialTimeout = o.Timeout * 9 / 10
	}
	if o.Stall <= 0 {
		o.Stall = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnOpen == nil {
		o.OnOpen = func(Session) {}
	}
}

// Pull connects to a camera once and copies what it sends into the stream,
// until the camera ends or stalls (the error is then an *Error) or ctx is done
// (the error is then ctx's). It reports Live and Degraded to status; what comes
// before and after is for the caller to say. All that it starts has ended when
// it returns, and that is at once when ctx is done.
//
//	err := rtsp.Pull(ctx, stream, rtsp.PullOptions{URL: "rtsp://10.0.0.5/main"}, show)
//	var why *rtsp.Error
//	if errors.As(err, &why) { fmt.Println(why.Cause.Code, why.Cause.Detail) }
func Pull(ctx context.Context, stream *media.Stream, o PullOptions, status func(media.Status)) (err error) {
	o.setDefaults()
	defer func() {
		if v := recover(); v != nil {
			err = contained(o.Log, v)
		}
	}()
	t, err := parseTarget(o.URL)
	if err != nil {
		return newError(media.CauseUnsupported, "%v", err)
	}
	err = pullRedirected(ctx, t, stream, o, status)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

const maxRedirects = 3

func pullRedirected(ctx context.Context, t *target, stream *media.Stream, o PullOptions, status func(media.Status)) error {
	for n := 0; ; n++ {
		err := pullTransports(ctx, t, stream, o, status)
		var moved *movedError
		if !errors.As(err, &moved) {
			return err
		}
		next, perr := parseTarget(moved.location)
		if perr != nil || n == maxRedirects {
			return newError(media.CauseProtocol, "%s sends on to an address that does not work: enter the final address", t.host)
		}
		// Credentials go with it only to the same host.
		if next.name == t.name {
			next.url.User, next.password = t.url.User, t.password
		}
		t = next
	}
}

// pullTransports tries the transports in turn.
func pullTransports(ctx context.Context, t *target, stream *media.Stream, o PullOptions, status func(media.Status)) error {
	var first error
	for _, transport := range order(o, t.secure) {
		s := &session{target: t, transport: transport, stream: stream, o: o, status: status}
		err := s.run(ctx)
		if first == nil || s.received() {
			first = err
		}
		if ctx.Err() != nil || s.received() || !worthOther(err) {
			return err
		}
		o.Log.Debug("rtsp: transport does not work", "host", t.host, "transport", transport, "error", err)
	}
	return first
}

// order is the transports to try. UDP cannot be had with rtsps: it would leave
// the camera unencrypted.
func order(o PullOptions, secure bool) []Transport {
	switch {
	case o.Transport != "" && o.Transport != Auto:
		return []Transport{o.Transport}
	case secure:
		return []Transport{TCP}
	case o.Prefer == UDP:
		return []Transport{UDP, TCP}
	}
	return []Transport{TCP, UDP}
}

// worthOther tells whether another transport may get further.
func worthOther(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Cause.Code == media.CauseUnsupported || errors.Is(err, errSilent)
}

// errSilent marks sessions that were agreed on and gave not one packet.
var errSilent = errors.New("no packets")

// silentError is an *Error that is also errSilent.
type silentError struct{ why *Error }

func (e silentError) Error() string        { return e.why.Error() }
func (e silentError) Is(target error) bool { return target == errSilent }
func (e silentError) Unwrap() error        { return e.why }

// movedError says that the camera is at another address.
type movedError struct{ location string }

func (e *movedError) Error() string { return "rtsp: the camera redirects" }

// contained turns a panic into an error and leaves its trace in the log.
func contained(log *slog.Logger, v any) *Error {
	log.Error("rtsp: a fault was contained", "panic", v, "stack", string(debug.Stack()))
	return newError(media.CauseInternal, "a fault in the hub ended this camera's session; the log has its trace: report it")
}
