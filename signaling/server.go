package signaling

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"avhub/media/relay"
	"avhub/media/webrtc"
)

// Hub is what the pages show about the hub itself.
type Hub struct {
	Version      string    `json:"version"`
	Commit       string    `json:"commit"`
	Demo         bool      `json:"demo" doc:"the demo court is running"`
	LoopbackOnly bool      `json:"loopback_only" doc:"reachable from this machine only"`
	Transcode    bool      `json:"transcode" doc:"pictures that a browser cannot show are converted"`
	FFmpeg       bool      `json:"ffmpeg" doc:"ffmpeg was found: AAC becomes Opus, snapshots work"`
	RTSPPort     int       `json:"rtsp_port" doc:"where encoders publish and players play"`
	Started      time.Time `json:"started"`
	Time         time.Time `json:"time" doc:"the hub's clock now"`
}

// Options are what the doors lead to.
type Options struct {
	Hub      Hub
	Catalog  *Catalog
	Relay    *relay.Relay
	WebRTC   *webrtc.Server
	ICELinks []string     // Link header values for ICE servers (RFC 9725 section 4.6)
	Pages    http.Handler // everything that is not the API
	// BehindProxy says that requests come under a proxy's names.
	BehindProxy bool
	FFmpeg      string // for snapshots; empty: none
	// Transcoders is how many conversions run now.
	Transcoders func() int
	Log         *slog.Logger
}

// Server answers HTTP.
type Server struct {
	o      Options
	events *Events
	offers *limiter
	probes chan struct{} // one place for each probe at once
	http   *http.Server
	ctx    context.Context // ends with the server: follows of events end
	stop   context.CancelFunc
}

// Times that a client is given.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	restTimeout   = time.Second // for what nobody will read of a body
	idleTimeout   = 2 * time.Minute
	writeTimeout  = 2 * time.Minute // of a whole answer: one who does not read it holds no memory for ever
	maxHeader     = 32 << 10
)

// NewServer builds the doors; Serve opens them.
func NewServer(o Options) *Server {
	s := &Server{o: o, offers: newLimiter(offersPerSecond, offersBurst), probes: make(chan struct{}, probesAtOnce)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.events = o.Catalog.events
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		WriteTimeout:      writeTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	return s
}

// handler is every route there is.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	s.api(mux)
	s.whep().routes(mux)
	s.whip().routes(mux)
	mux.HandleFunc("GET /api/v1/events", s.serveEvents)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.metrics())
	mux.HandleFunc("/api/", unknownRoute(mux))
	mux.Handle("/", s.o.Pages)
	return s.contain(secure(thisMachine(s.o.BehindProxy, sameOrigin(limitBody(mux)))))
}

// unknownRoute answers what no other route of the API has taken.
func unknownRoute(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allow []string
		for _, method := range []string{"DELETE", "GET", "PATCH", "POST"} {
			other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(other); pattern != "/api/" {
				allow = append(allow, method)
			}
		}
		if len(allow) == 0 {
			problem(http.StatusNotFound, "unknown_route", "there is no "+r.URL.Path+": see /docs").write(w)
			return
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		problem(http.StatusMethodNotAllowed, "method", r.Method+" has no meaning here: use "+w.Header().Get("Allow")).write(w)
	}
}

// sameOrigin refuses changes that a page of another site makes a browser send.
// WHEP and WHIP are open to other sites' players (RFC 9725 section 4.7).
func sameOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.AddInsecureBypassPattern("/whep/")
	p.AddInsecureBypassPattern("/whip/")
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem(http.StatusForbidden, "cross_origin", "a page of another site must not change the hub: use the hub's own pages, or a program").write(w)
	}))
	return p.Handler(next)
}

// contain turns a panic of one request into a 500 and a line in the log.
func (s *Server) contain(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			switch p {
			case nil:
			case http.ErrAbortHandler: // the answer is to break off
				panic(p)
			default:
				s.o.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "panic", p)
				problem(http.StatusInternalServerError, "internal", "the hub failed on this request; its log says more").write(w)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// secure sets the headers that keep a page from being misused.
func secure(next http.Handler) http.Handler {
	const csp = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// limitBody bounds every body and the time it may take.
func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.ContentLength != 0 {
			control := http.NewResponseController(w)
			_ = control.SetReadDeadline(time.Now().Add(bodyTimeout))
			// What a handler leaves of a body the server reads before it answers.
			// Handlers do not close bodies: that would wait for the rest as well.
			defer func() { _ = control.SetReadDeadline(time.Now().Add(restTimeout)) }()
			r.Body = io.NopCloser(http.MaxBytesReader(w, r.Body, max(maxSDP, maxJSON)+1))
		}
		next.ServeHTTP(w, r)
	})
}

// Serve answers on the listener until Close.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close stops taking requests, tells followers to come back, and waits for the
// requests under way until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.stop()
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}
