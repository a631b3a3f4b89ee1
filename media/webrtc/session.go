package webrtc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	pion "github.com/pion/webrtc/v4"
)

// Session is one browser's connection, as viewer or as publisher.
type Session struct {
	id     string
	server *Server
	link   link
	opened time.Time

	ctx  context.Context // ends with the session
	stop context.CancelCauseFunc
	done chan struct{} // closed when everything of it has ended
	wg   sync.WaitGroup

	wishes chan struct{} // for a keyframe

	mu        sync.Mutex // held while the description changes
	offer     string
	answer    string
	etag      string
	resource  string
	owner     string
	connected bool
	settled   sync.Once
	onConnect func()
	onClose   func()
	onEnd     func()
	ended     bool
}

// newSession registers a session; reserve was called.
func (s *Server) newSession(l link) *Session {
	x := &Session{id: token(), server: s, link: l, opened: time.Now(), done: make(chan struct{}), wishes: make(chan struct{}, 1)}
	x.ctx, x.stop = context.WithCancelCause(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[x.id] = x
	s.wg.Go(x.run)
	return x
}

// run owns the session's end: it waits for the reason, then takes down what
// there is, in order.
func (x *Session) run() {
	limit := time.AfterFunc(connectLimit, func() {
		x.mu.Lock()
		connected := x.connected
		x.mu.Unlock()
		if !connected {
			x.end(fmt.Errorf("not connected within %s", connectLimit))
		}
	})
	<-x.ctx.Done()
	limit.Stop()
	x.settled.Do(x.server.settle)
	x.mu.Lock()
	onClose := x.onClose
	x.mu.Unlock()
	if onClose != nil {
		onClose()
	}
	x.server.log.Debug("webrtc: session ended", "session", x.id[:8], "why", x.Reason())
	x.link.close()
	x.wg.Wait()
	x.server.mu.Lock()
	delete(x.server.sessions, x.id)
	x.server.mu.Unlock()
	x.mu.Lock()
	x.ended = true
	onEnd := x.onEnd
	x.mu.Unlock()
	if onEnd != nil {
		onEnd()
	}
	close(x.done)
}

// stateChanged is told by a peer connection.
func (x *Session) stateChanged(state pion.PeerConnectionState) {
	switch state {
	case pion.PeerConnectionStateConnected:
		x.nowConnected()
	case pion.PeerConnectionStateFailed, pion.PeerConnectionStateClosed:
		x.end(fmt.Errorf("connection %s", state))
	default:
	}
}

// nowConnected is called whenever media can flow.
func (x *Session) nowConnected() {
	x.mu.Lock()
	first := !x.connected
	x.connected = true
	x.mu.Unlock()
	if first && x.ctx.Err() == nil {
		x.settled.Do(x.server.settle)
		if x.onConnect != nil {
			x.onConnect()
		}
	}
}

// negotiate answers the offer.
func (x *Session) negotiate(offer string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.describe(offer)
}

// describe sets offer and answer; x.mu is held.
func (x *Session) describe(offer string) error {
	answer, err := x.link.answer(offer)
	if err != nil {
		return err
	}
	x.offer, x.answer = offer, keepUnused(offer, answer)
	x.etag = `"` + attribute(x.answer, "ice-ufrag") + `"`
	return nil
}

// attribute is the value of the first a= line of that name in an SDP text.
func attribute(sdp, name string) string {
	for line := range strings.Lines(sdp) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "a="+name+":"); ok {
			return v
		}
	}
	return ""
}

// ID names the session in its resource's address; it cannot be guessed.
func (x *Session) ID() string { return x.id }

// Answer is the SDP answer to the newest offer.
func (x *Session) Answer() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.answer
}

// SetResource says at which address the session was answered, and to whom.
func (x *Session) SetResource(path, owner string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.resource, x.owner = path, owner
}

// Owner is who it was answered to.
func (x *Session) Owner() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.owner
}

// OnEnd has f called when everything of the session has ended, at once if it
// has already.
func (x *Session) OnEnd(f func()) {
	x.mu.Lock()
	ended := x.ended
	if !ended {
		x.onEnd = f
	}
	x.mu.Unlock()
	if ended {
		f()
	}
}

// Resource is the address that it was answered at; empty before.
func (x *Session) Resource() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.resource
}

// ETag names the ICE session (RFC 9725 section 4.3.1).
func (x *Session) ETag() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.etag
}

// Connected tells whether media can flow.
func (x *Session) Connected() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.connected
}

// Opened is when the offer was answered.
func (x *Session) Opened() time.Time { return x.opened }

// Done is closed when the session and all it started has ended.
func (x *Session) Done() <-chan struct{} { return x.done }

// Reason is why it ended, or nil while it lasts.
func (x *Session) Reason() error { return context.Cause(x.ctx) }

// Close ends the session; it does not wait (see Done).
func (x *Session) Close() { x.end(context.Canceled) }

// End ends the session for a reason; it does not wait.
func (x *Session) End(reason error) { x.end(reason) }

// Context ends with the session.
func (x *Session) Context() context.Context { return x.ctx }

func (x *Session) end(reason error) { x.stop(reason) }

// token is 128 bits that cannot be guessed.
func token() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}
