package signaling

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/office"
)

// Cookies. The prefix makes browsers refuse one that is set without Secure, for
// a path, or by a neighbouring host (RFC 6265bis section 4.1.3.2).
const (
	sessionCookie = "__Host-avhub"
	deviceCookie  = "__Host-avhub-device"
)

// open are the routes that answer strangers: whether the hub is alive, the
// pages themselves, what it takes to log in, and what a browser asks before it
// may send a credential (CORS). All others want to know who asks.
var open = map[string]bool{
	"GET /healthz":                     true,
	"/":                                true,
	"GET /api/v1/door":                 true,
	"POST /api/v1/login":               true,
	"POST /api/v1/setup":               true,
	"POST /api/v1/join":                true,
	"GET /api/v1/oidc/login":           true,
	"GET " + callbackPath:              true,
	"POST /api/v1/oidc/logout":         true,
	"GET /api/v1/authority":            true,
	"GET " + authorityDER:              true,
	"GET " + authorityPEM:              true,
	"OPTIONS /whep/{source}":           true,
	"OPTIONS /whep/{source}/{session}": true,
	"OPTIONS /whip/{source}":           true,
	"OPTIONS /whip/{source}/{session}": true,
}

type callerKey struct{}

// callerOf is who asks.
func callerOf(ctx context.Context) office.Caller {
	if c, ok := ctx.Value(callerKey{}).(office.Caller); ok {
		return c
	}
	return office.Stranger("")
}

// authenticate finds out who asks, and turns strangers away from everything
// that is not open. An answer that is given without the policy having been
// asked is a mistake in the program, and is not given.
func (s *Server) authenticate(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := s.o.Office.Authenticate(r.Context(), credentialOf(r), s.address(r))
		if err != nil {
			s.o.Log.Error("who is it", "err", err)
			problem(http.StatusServiceUnavailable, "database", "the database does not answer: the hub's log says more").write(w)
			return
		}
		if clean := path.Clean(r.URL.Path); clean != r.URL.Path && clean+"/" != r.URL.Path { // the mux would lead elsewhere
			problem(http.StatusNotFound, "unknown_route", "there is nothing at this address").write(w)
			return
		}
		_, pattern := mux.Handler(r)
		isOpen := open[pattern]
		if !caller.Known() && pattern != "/" && !s.strangers.allow(caller.Who.Address, time.Now()) {
			p := problem(http.StatusTooManyRequests, "too_many_requests", "too many requests from this address without a log-in: wait a second")
			p.RetryAfter = time.Second
			p.write(w)
			return
		}
		if !caller.Known() && !isOpen {
			stranger().write(w)
			return
		}
		if caller.Known() && !s.accounts.allow(caller.Name(), time.Now()) {
			p := problem(http.StatusTooManyRequests, "too_many_requests", "too many requests of this account: wait a second")
			p.RetryAfter = time.Second
			p.write(w)
			return
		}
		if strings.HasPrefix(pattern, "GET /openapi") { // the library's own route
			if _, err := s.o.Office.May(r.Context(), caller, rooms.SeeHub, rooms.HubObject, ""); err != nil {
				s.refuse(w, r, officeProblem(err))
				return
			}
		}
		guard := &guarded{ResponseWriter: w, caller: caller, open: isOpen, log: func() {
			s.o.Log.Error("an answer without a question to the policy was held back", "route", pattern)
		}}
		mux.ServeHTTP(guard, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	})
}

// stranger is the answer to who has not logged in.
func stranger() *Problem {
	return problem(http.StatusUnauthorized, "log_in", "log in first, or send a token: Authorization: Bearer avt_…")
}

// credentialOf reads what a request shows: a token goes before a cookie.
func credentialOf(r *http.Request) office.Credential {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return office.Credential{Token: strings.TrimSpace(token)}
	}
	if c, err := r.Cookie(sessionCookie); err == nil {
		return office.Credential{Cookie: c.Value}
	}
	return office.Credential{}
}

// address is the client's. A proxy on this machine, or one that the
// configuration names, says whose request it brings; nobody else is believed.
func (s *Server) address(r *http.Request) string {
	direct := remoteAddress(r)
	if a, err := netip.ParseAddr(direct); err != nil || !s.o.BehindProxy || !a.IsLoopback() && !s.isProxy(a) {
		return direct
	}
	// Each proxy adds whom it was asked by. From the end on, the first one that
	// is no proxy of ours is the client; what stands before is the client's word.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return direct
		}
		direct = a.Unmap().String()
		if !s.isProxy(a) {
			break
		}
	}
	return direct
}

func (s *Server) isProxy(a netip.Addr) bool {
	return slices.ContainsFunc(s.o.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// guarded holds an answer back that nobody has asked the policy about.
type guarded struct {
	http.ResponseWriter
	caller office.Caller
	open   bool
	passed bool
	held   bool
	log    func()
}

// Unwrap lets http.ResponseController through.
func (g *guarded) Unwrap() http.ResponseWriter { return g.ResponseWriter }

// Hijack hands the connection over to a WebSocket, if the policy was asked.
func (g *guarded) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if !g.caller.Asked() {
		return nil, nil, errors.New("a connection without a question to the policy was held back")
	}
	g.passed = true
	return http.NewResponseController(g.ResponseWriter).Hijack()
}

// WriteHeader lets refusals through, and what was allowed.
func (g *guarded) WriteHeader(status int) {
	if g.passed || g.held {
		return
	}
	if status < http.StatusBadRequest && !g.open && !g.caller.Asked() {
		g.held = true
		g.log()
		for _, k := range []string{"Set-Cookie", "Content-Type", "Content-Length", "ETag", "Location"} {
			g.Header().Del(k)
		}
		problem(http.StatusInternalServerError, "internal", "the hub failed on this request; its log says more").write(g.ResponseWriter)
		return
	}
	g.passed = true
	g.ResponseWriter.WriteHeader(status)
}

func (g *guarded) Write(p []byte) (int, error) {
	g.WriteHeader(http.StatusOK)
	if g.held {
		return len(p), nil
	}
	return g.ResponseWriter.Write(p)
}

// may asks the policy in the name of who asks.
func (s *Server) may(ctx context.Context, a rooms.Action, kind rooms.ObjectKind, id string) error {
	_, err := s.o.Office.May(ctx, callerOf(ctx), a, kind, id)
	return officeProblem(err)
}

// officeProblem says an error of the office in HTTP.
func officeProblem(err error) error {
	if err == nil {
		return nil
	}
	var own *Problem
	var denied *office.Denied
	var slow *office.Slow
	var state rooms.StateError
	var rule rooms.RuleError
	var stale rooms.StaleError
	var begun rooms.BegunError
	var authority rooms.AuthorityError
	fields := rooms.FieldErrors(err)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &denied):
		return deniedProblem(denied)
	case errors.As(err, &slow):
		p := problem(http.StatusTooManyRequests, "slow", slow.Error())
		p.RetryAfter = slow.Wait
		return p
	case len(fields) > 0:
		p := problem(http.StatusUnprocessableEntity, "invalid", "some settings are wrong")
		for _, f := range fields {
			p.Errors = append(p.Errors, FieldError{"body." + f.Field, f.Err.Error()})
		}
		return p
	case errors.Is(err, office.ErrAuditLate):
		return problem(http.StatusServiceUnavailable, "audit", office.ErrAuditLate.Error())
	case errors.Is(err, office.ErrAudit): // what is wrong with the disk is for the log
		return problem(http.StatusServiceUnavailable, "audit", office.ErrAudit.Error())
	case errors.Is(err, office.ErrLogin):
		return problem(http.StatusUnauthorized, "wrong_login", err.Error())
	case errors.Is(err, office.ErrCode):
		return problem(http.StatusUnauthorized, "wrong_code", err.Error())
	case errors.Is(err, office.ErrLogInAgain):
		return problem(http.StatusForbidden, "log_in_again", err.Error())
	case errors.Is(err, office.ErrFlow):
		return problem(http.StatusForbidden, "flow", err.Error())
	case errors.Is(err, office.ErrNoRole):
		return problem(http.StatusForbidden, "no_role", err.Error())
	case errors.Is(err, office.ErrNotLinked):
		return problem(http.StatusForbidden, "not_linked", err.Error())
	case errors.Is(err, office.ErrNameTaken):
		return problem(http.StatusForbidden, "name_taken", err.Error())
	case errors.Is(err, office.ErrLinkedElsewhere):
		return problem(http.StatusForbidden, "linked_elsewhere", err.Error())
	case errors.Is(err, office.ErrDisabled):
		return problem(http.StatusForbidden, "disabled", err.Error())
	case errors.Is(err, office.ErrUnknown):
		return problem(http.StatusNotFound, "not_found", err.Error())
	case errors.As(err, &state), errors.As(err, &rule), errors.As(err, &stale), errors.As(err, &begun), errors.Is(err, office.ErrStale):
		return problem(http.StatusConflict, "state", err.Error())
	case errors.As(err, &authority):
		return problem(http.StatusForbidden, "authority", err.Error())
	case errors.Is(err, login.ErrBusy):
		p := problem(http.StatusServiceUnavailable, "busy", err.Error())
		p.RetryAfter = time.Second
		return p
	case errors.Is(err, office.ErrInUse), errors.Is(err, office.ErrSameHold), errors.Is(err, office.ErrLastAdmin), errors.Is(err, office.ErrSetUp):
		return problem(http.StatusConflict, "conflict", err.Error())
	}
	return failure(err)
}

// deniedProblem says a refusal: 401 to strangers, 404 for what the caller is
// not to know of, 403 for the rest.
func deniedProblem(d *office.Denied) *Problem {
	switch {
	case d.Stranger:
		return stranger()
	case d.Stage:
		return problem(http.StatusForbidden, "stage", d.Error())
	case d.Hidden:
		if d.Kind == rooms.SourceObject {
			return problem(http.StatusNotFound, "unknown_source", "there is no source of this id")
		}
		return problem(http.StatusNotFound, "not_found", "there is no such thing")
	}
	return problem(http.StatusForbidden, "forbidden", d.Error())
}
