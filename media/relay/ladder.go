package relay

import (
	"errors"
	"sync"

	"avhub/media/egress"
	"avhub/media/packet"
	"avhub/media/sources"
	"avhub/media/webrtc"
)

// ladder moves one viewer's picture between a source's main and sub stream, as
// its way carries it. When to move is egress's to say. It holds the sub stream
// for as long as it is needed.
type ladder struct {
	watching *watching
	kind     packet.Kind // of the picture, agreed on with the viewer
	session  *webrtc.Session
	viewer   *egress.Viewer

	mu     sync.Mutex // held while a move is under way
	sub    held
	fanout *egress.Fanout // of the sub stream; nil while it is not held
	closed bool
}

var errNoOther = errors.New("no other stream of the source that this viewer can take")

// serve makes a viewer that is about to be attached movable.
func (l *ladder) serve(s *webrtc.Session, v *egress.Viewer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session, l.viewer = s, v
	v.Lower, v.Higher = l.lower, l.higher
}

// lower moves the picture to the sub stream.
func (l *ladder) lower() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errNoOther
	}
	if l.fanout == nil {
		if err := l.take(); err != nil {
			return err
		}
	} else if l.viewer.Keep() {
		return nil
	}
	track, ok := l.track()
	if !ok {
		l.drop()
		return errNoOther
	}
	if err := l.fanout.Lower(l.session.Context(), l.viewer, track); err != nil {
		return err
	}
	l.watching.view.lowered.Store(true)
	return nil
}

// take wakes the sub stream.
func (l *ladder) take() error {
	r := l.watching.relay
	h, err := r.hold(l.session.Context(), l.watching.view.Source, sources.Sub)
	if err != nil {
		return err
	}
	l.sub, l.fanout = h, r.fanout(h.stream)
	return nil
}

// track is the sub stream's picture, if it is of the kind that was agreed on and
// browsers play it.
func (l *ladder) track() (int, bool) {
	for i, t := range l.sub.stream.Stats() {
		if t.Kind == l.kind && !t.Derived && !t.Video.Reorder {
			return i, true
		}
	}
	return 0, false
}

// higher moves the picture back to the main stream at its next keyframe.
func (l *ladder) higher() {
	l.viewer.Raise(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.watching.view.lowered.Store(false)
		if !l.viewer.Keep() { // it has not been lowered again meanwhile
			l.drop()
		}
	})
}

// drop lets go of the sub stream. l.mu is held.
func (l *ladder) drop() {
	if l.fanout == nil {
		return
	}
	l.fanout.Leave(l.viewer)
	l.watching.relay.leave(l.sub.stream, l.fanout)
	l.sub.release()
	l.fanout = nil
}

// close is called when the viewer has been detached.
func (l *ladder) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.drop()
}
