package signaling

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"avhub/media"
	"avhub/media/relay"
	"avhub/media/sources"
	"avhub/media/webrtc"
	"avhub/rooms"
)

// door is WHEP (draft-ietf-wish-whep) or WHIP (RFC 9725): the same resource
// with media flowing out or in.
type door struct {
	server *Server
	path   string // "/whep" or "/whip"
	action rooms.Action
	open   func(r *http.Request, source string, offer *webrtc.Offer) (*webrtc.Session, string, error)
}

// Media types of the protocol.
const (
	typeSDP      = "application/sdp"
	typeFragment = "application/trickle-ice-sdpfrag"
)

func (s *Server) whep() *door {
	return &door{s, "/whep", rooms.Watch, func(r *http.Request, source string, offer *webrtc.Offer) (*webrtc.Session, string, error) {
		if !offer.Receives {
			return nil, "", fmt.Errorf("%w: nothing in it receives (recvonly)", webrtc.ErrOffer)
		}
		quality := sources.Quality(r.URL.Query().Get("stream"))
		switch quality {
		case "":
			quality = relay.Auto
		case relay.Auto, sources.Main, sources.Sub:
		default:
			return nil, "", problem(http.StatusBadRequest, "bad_stream", "stream is main, sub or auto")
		}
		delay, err := playoutDelay(r.URL.Query().Get("delay"))
		if err != nil {
			return nil, "", err
		}
		view, err := s.o.Relay.Watch(r.Context(), source, relay.Wish{Quality: quality, Delay: delay}, offer)
		if err != nil {
			return nil, "", err
		}
		return view.Session, string(view.Served), nil
	}}
}

// playoutDelay reads how many milliseconds the browser may hold pictures back at
// most; it is not told if nothing is asked for.
func playoutDelay(text string) (*webrtc.Delay, error) {
	if text == "" {
		return nil, nil
	}
	const most = 40_950
	ms, err := strconv.Atoi(text)
	if err != nil || ms < 0 || ms > most {
		return nil, problem(http.StatusBadRequest, "bad_delay", fmt.Sprintf("delay is a number of milliseconds from 0 to %d", most))
	}
	return &webrtc.Delay{Max: time.Duration(ms) * time.Millisecond}, nil
}

func (s *Server) whip() *door {
	return &door{s, "/whip", rooms.Publish, func(_ *http.Request, source string, offer *webrtc.Offer) (*webrtc.Session, string, error) {
		if !offer.Sends {
			return nil, "", fmt.Errorf("%w: nothing in it sends (sendonly)", webrtc.ErrOffer)
		}
		session, err := s.o.Relay.Publish(source, offer)
		return session, "", err
	}}
}

// routes hangs the door into the mux.
func (d *door) routes(mux *routes) {
	mux.HandleFunc("OPTIONS "+d.path+"/{source}", d.options)
	mux.HandleFunc("OPTIONS "+d.path+"/{source}/{session}", d.options)
	mux.HandleFunc("POST "+d.path+"/{source}", d.post)
	mux.HandleFunc("PATCH "+d.path+"/{source}/{session}", d.patch)
	mux.HandleFunc("DELETE "+d.path+"/{source}/{session}", d.delete)
	mux.HandleFunc(d.path+"/{source}", d.notAllowed("OPTIONS, POST"))
	mux.HandleFunc(d.path+"/{source}/{session}", d.notAllowed("OPTIONS, PATCH, DELETE"))
}

// notAllowed answers all other methods (RFC 9725 section 4.2 reserves some).
func (d *door) notAllowed(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d.headers(w, r)
		w.Header().Set("Allow", allow)
		problem(http.StatusMethodNotAllowed, "method", r.Method+" has no meaning here: use "+allow).write(w)
	}
}

// headers let the pages of other sites in that are named in the configuration
// (RFC 9725 section 4.7), and those of this machine while the hub serves that
// only. They must show a token: cookies are not sent to another site's page.
func (d *door) headers(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); d.server.o.ThisMachine && localOrigin(origin) || slices.Contains(d.server.o.Origins, origin) {
		h.Set("Access-Control-Allow-Origin", origin)
	}
	h.Set("Access-Control-Expose-Headers", "Location, ETag, Link, Retry-After, Accept-Patch, Avhub-Stream")
	h.Set("Cache-Control", "no-store")
}

func (d *door) options(w http.ResponseWriter, r *http.Request) {
	d.headers(w, r)
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "OPTIONS, POST, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
	h.Set("Access-Control-Max-Age", "600")
	h.Set("Accept-Post", typeSDP)
	if callerOf(r.Context()).Known() { // TURN's credentials are not for strangers
		iceLinks(h, d.server.o.ICE.Servers) // the hub's own relay is for sessions, which there is none of yet
	}
	w.WriteHeader(http.StatusNoContent)
}

// post takes an offer and answers it.
func (d *door) post(w http.ResponseWriter, r *http.Request) {
	d.headers(w, r)
	if !d.server.offers.allow(callerOf(r.Context()).Who.Address, time.Now()) {
		p := problem(http.StatusTooManyRequests, "too_many_offers", "too many offers from this address: wait a second")
		p.RetryAfter = time.Second
		p.write(w)
		return
	}
	source := r.PathValue("source")
	if err := d.server.may(r.Context(), d.action, rooms.SourceObject, source); err != nil {
		d.server.refuse(w, r, err)
		return
	}
	body, p := readBody(w, r, typeSDP)
	if p != nil {
		p.write(w)
		return
	}
	offer, err := webrtc.ParseOffer(body)
	if err != nil {
		d.server.refuse(w, r, err)
		return
	}
	session, served, err := d.open(r, source, offer)
	if err != nil {
		d.server.refuse(w, r, err)
		return
	}
	servers := d.server.o.ICE.For(r, session.ID())
	if err := d.attend(r, source, session); err != nil {
		session.Close()
		d.server.o.ICE.Over(session.ID())
		d.server.refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", typeSDP)
	session.SetResource(d.path+"/"+source+"/"+session.ID(), callerOf(r.Context()).Name())
	h.Set("Location", session.Resource())
	h.Set("ETag", session.ETag())
	h.Set("Accept-Patch", typeFragment)
	if served != "" {
		h.Set("Avhub-Stream", served)
	}
	iceLinks(h, servers)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, session.Answer()) // the client may have gone
}

// attend has the session ended as soon as it is not permitted any more, and its
// credentials with it.
func (d *door) attend(r *http.Request, source string, session *webrtc.Session) error {
	done, err := d.server.o.Office.Attend(r.Context(), callerOf(r.Context()), d.action, rooms.SourceObject, source, session.Close)
	if err != nil {
		return officeProblem(err)
	}
	session.OnEnd(func() {
		d.server.o.ICE.Over(session.ID())
		done()
	})
	return nil
}

// session finds the session that lies at the request's address and is the
// caller's own, and no other.
func (d *door) session(r *http.Request) *webrtc.Session {
	caller := callerOf(r.Context())
	caller.Free() // whose session it is decides
	x := d.server.o.WebRTC.Session(r.PathValue("session"))
	if x == nil || x.Resource() != d.path+"/"+r.PathValue("source")+"/"+x.ID() || x.Owner() != caller.Name() {
		return nil
	}
	return x
}

// patch takes trickled candidates or restarts ICE (RFC 9725 section 4.3).
func (d *door) patch(w http.ResponseWriter, r *http.Request) {
	d.headers(w, r)
	session := d.session(r)
	if session == nil {
		problem(http.StatusNotFound, "no_session", "this session has ended: send a new offer").write(w)
		return
	}
	match := r.Header.Get("If-Match")
	if match == "" {
		problem(http.StatusPreconditionRequired, "no_if_match", "If-Match is missing: send the session's ETag, or * to restart ICE").write(w)
		return
	}
	body, p := readBody(w, r, typeFragment)
	if p != nil {
		p.write(w)
		return
	}
	fragment, err := webrtc.ParseFragment(body)
	if err != nil {
		d.server.refuse(w, r, err)
		return
	}
	answer, err := session.Patch(match, fragment)
	if err != nil {
		d.server.refuse(w, r, err)
		return
	}
	if answer == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("ETag", session.ETag())
	w.Header().Set("Content-Type", typeFragment)
	_, _ = io.WriteString(w, answer) // the client may have gone
}

// delete ends a session.
func (d *door) delete(w http.ResponseWriter, r *http.Request) {
	d.headers(w, r)
	session := d.session(r)
	if session == nil {
		problem(http.StatusNotFound, "no_session", "this session has ended already").write(w)
		return
	}
	session.Close()
	w.WriteHeader(http.StatusOK)
}

// readBody reads a bounded body of the given type.
func readBody(w http.ResponseWriter, r *http.Request, want string) (string, *Problem) {
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !strings.EqualFold(got, want) {
		return "", problem(http.StatusUnsupportedMediaType, "content_type", "Content-Type must be "+want)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSDP))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", problem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body is over %d bytes", maxSDP))
	case isTimeout(err):
		return "", problem(http.StatusRequestTimeout, "timeout", "the body did not arrive in time")
	case err != nil:
		return "", problem(http.StatusBadRequest, "body", "the body could not be read: "+err.Error())
	}
	return string(body), nil
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// doorProblem says an error of the media side in HTTP.
func doorProblem(err error) *Problem {
	var own *Problem
	var offline *sources.NotLive
	var codec *relay.NoCodec
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &offline):
		p := problem(http.StatusConflict, "not_live", offline.Error())
		if c := offline.Status.Cause; c != nil {
			p.Code, p.Detail = string(c.Code), c.Detail
		}
		p.RetryAfter = max(time.Second, offline.RetryAfter)
		return p
	case errors.As(err, &codec):
		p := problem(http.StatusNotAcceptable, "no_common_codec", codec.Error())
		p.Reason, p.SourceCodecs, p.BrowserCodecs = string(codec.Reason), codec.Source, codec.Browser
		return p
	case errors.Is(err, sources.ErrUnknown), errors.Is(err, media.ErrClosed): // closed: just removed
		return problem(http.StatusNotFound, "unknown_source", "there is no source of this id")
	case errors.Is(err, sources.ErrNotPush):
		return problem(http.StatusConflict, "not_push", "this source is pulled from a camera: clear its url to publish to it")
	case errors.Is(err, media.ErrFed):
		return problem(http.StatusConflict, "already_fed", "another sender is publishing to this source: stop that one first")
	case errors.Is(err, webrtc.ErrNoCodec):
		return problem(http.StatusNotAcceptable, "no_common_codec", "offer H.264, VP8, VP9 or AV1, and Opus, G.722 or G.711")
	case errors.Is(err, webrtc.ErrOffer), errors.Is(err, webrtc.ErrFragment):
		return problem(http.StatusBadRequest, "bad_sdp", err.Error())
	case errors.Is(err, webrtc.ErrStale):
		return problem(http.StatusPreconditionFailed, "stale", err.Error())
	case errors.Is(err, webrtc.ErrBusy):
		p := problem(http.StatusServiceUnavailable, "busy", err.Error())
		p.RetryAfter = 2 * time.Second
		return p
	}
	return failure(err)
}
