package signaling

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"avhub/media/relay"
	"avhub/media/webrtc"
	"avhub/recorder"
	"avhub/recorder/compose"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling/certs"
	"avhub/signaling/hall"
	"avhub/signaling/oidc"
	"avhub/signaling/record"
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
	RTSPS        bool      `json:"rtsps" doc:"rtsps:// is spoken on that port too"`
	Started      time.Time `json:"started"`
	Time         time.Time `json:"time" doc:"the hub's clock now"`
}

// Options are what the doors lead to.
type Options struct {
	Hub     Hub
	Office  *office.Office
	Catalog *Catalog
	Relay   *relay.Relay
	WebRTC  *webrtc.Server
	// Hall keeps the rooms of hearings; nil: there are none.
	Hall *hall.Hall
	// Recorder and Keeper write what is to be recorded; nil: nothing is.
	Recorder *recorder.Recorder
	Keeper   func() *record.Keeper
	Storing  Storing
	// Annex adds to a recording's manifest; nil: nothing can be added.
	Annex func(ctx context.Context, dir, kind string, body any) error
	// Composer makes one picture of several cameras; nil: it cannot be had.
	Composer *compose.Composer
	// Holds carries legal holds into recordings; nil: nothing does.
	Holds func() *record.Holds
	// Library shows what was recorded; nil: nothing was.
	Library *playback.Library
	ICE     ICE          // STUN and TURN servers for browsers
	Pages   http.Handler // everything that is not the API
	// Certs is the certificate to speak TLS with; nil: none.
	Certs *certs.Keeper
	// BehindProxy says that requests come under a proxy's names. It is believed
	// about whose they are where it is on this machine or one of Proxies.
	BehindProxy bool
	Proxies     []netip.Prefix
	// ThisMachine says that the hub serves its own machine only: requests under
	// other names are refused.
	ThisMachine bool
	// Provider lets people in whom it knows; nil: none.
	Provider *Provider
	// Origins are other sites whose pages may use WHEP and WHIP with a token.
	Origins []string
	// Demo are the demo court's users, shown at the door; nil: no demo.
	Demo   []DemoUser
	FFmpeg string // for snapshots; empty: none
	// Transcoders is how many conversions run now.
	Transcoders func() int
	Log         *slog.Logger
}

// Server answers HTTP.
type Server struct {
	o      Options
	events *Events
	offers *limiter
	// strangers bounds what an address may ask without a log-in, accounts what
	// an account may with one.
	strangers, accounts *limiter
	probes              chan struct{} // one place for each probe at once
	ended               oidc.Seen     // logout tokens of the identity provider
	plays               *plays
	exports             *exports
	routes              *routes
	http                *http.Server
	ctx                 context.Context // ends with the server: follows of events end
	stop                context.CancelFunc
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
	if o.Keeper == nil {
		o.Keeper = func() *record.Keeper { return nil }
	}
	if o.Holds == nil {
		o.Holds = func() *record.Holds { return nil }
	}
	s := &Server{o: o, offers: newLimiter(offersPerSecond, offersBurst), strangers: newLimiter(strangersPerSecond, strangersBurst),
		accounts: newLimiter(accountsPerSecond, accountsBurst), probes: make(chan struct{}, probesAtOnce), exports: newExports()}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.plays = newPlays(s.ctx, o.Office)
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
	mux := newRoutes()
	s.routes = mux
	s.api(mux)
	s.whep().routes(mux)
	s.whip().routes(mux)
	mux.HandleFunc("GET /api/v1/events", s.serveEvents)
	mux.HandleFunc("GET /api/v1/rooms/{hearing}/socket", s.roomSocket)
	mux.HandleFunc("POST /api/v1/oidc/logout", s.oidcLogOut)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.asked(rooms.SeeMetrics, s.readyz))
	mux.HandleFunc("GET /metrics", s.asked(rooms.SeeMetrics, s.metrics()))
	mux.HandleFunc("GET "+authorityDER, s.serveAuthority)
	mux.HandleFunc("GET "+authorityPEM, s.serveAuthority)
	mux.HandleFunc("/api/", unknownRoute(mux.ServeMux))
	mux.Handle("/", s.o.Pages)
	return s.contain(secure(s.o.BehindProxy, thisMachine(s.o.ThisMachine, sameOrigin(limitBody(s.authenticate(mux.ServeMux))))))
}

// asked asks the policy about the hub before a handler answers.
func (s *Server) asked(a rooms.Action, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.may(r.Context(), a, rooms.HubObject, ""); err != nil {
			s.refuse(w, r, err)
			return
		}
		next(w, r)
	}
}

// unknownRoute answers what no other route of the API has taken.
func unknownRoute(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allow []string
		for _, method := range []string{"DELETE", "GET", "PATCH", "POST", "PUT"} {
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
// WHEP and WHIP are open to other sites' players (RFC 9725 section 4.7), which
// show a token: what a browser adds by itself, a cookie, is not enough.
func sameOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		player := (strings.HasPrefix(r.URL.Path, "/whep/") || strings.HasPrefix(r.URL.Path, "/whip/")) && r.Header.Get("Authorization") != ""
		if p.Check(r) != nil && !player {
			problem(http.StatusForbidden, "cross_origin", "a page of another site must not change the hub: use the hub's own pages, or a program").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
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
func secure(proxied bool, next http.Handler) http.Handler {
	const permissions = "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), autoplay=(self), " +
		"geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=()"
	const csp = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // the pages' handler says of its files how long they keep
		if r.TLS != nil || proxied {
			h.Set("Strict-Transport-Security", "max-age=31536000") // RFC 6797; without subdomains, which are not ours
		}
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
			most := int64(max(maxSDP, maxJSON) + 1)
			if r.URL.Path == importPath {
				most = maxImport + 1
			}
			r.Body = io.NopCloser(http.MaxBytesReader(w, r.Body, most))
		}
		next.ServeHTTP(w, r)
	})
}

// Serve answers on the listener until Close, within TLS if there is a certificate.
func (s *Server) Serve(l net.Listener) error {
	if s.o.Certs != nil {
		s.http.TLSConfig = s.o.Certs.TLS()
		l = secured{l, s.http.TLSConfig}
	}
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close stops taking requests, tells followers to come back, and waits for the
// requests under way until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.stop()
	defer s.exports.sums.jobs.Wait()
	defer s.plays.close()
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}
