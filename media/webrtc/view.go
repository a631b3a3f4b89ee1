package webrtc

import (
	"time"

	"avhub/media/egress"
)

// Chosen is a track of the stream and the offered codec that carries it.
type Chosen struct {
	Track int
	Codec Codec
}

// ViewOptions say what a viewer gets.
type ViewOptions struct {
	Video, Audio *Chosen // either may be nil
	// Delay, if set, is how long the browser may hold pictures back before it
	// shows them, at least and at most, where it takes such a wish: 0 to 40.95 s.
	Delay *Delay
	// Attach is called once media can flow, in a goroutine of the session;
	// Detach when the session ends, whether Attach was called or not. Feedback
	// passes on what the browser reports.
	Attach   func(*Session, *egress.Viewer)
	Detach   func(*Session, *egress.Viewer)
	Feedback func(*egress.Viewer, egress.Feedback)
}

// Delay bounds how long a browser holds pictures back.
type Delay struct{ Min, Max time.Duration }

// View answers a viewer's offer: over the light transport, or over a peer
// connection if the offer asks for what only that can.
func (s *Server) View(offer *Offer, o ViewOptions) (*Session, error) {
	if err := s.reserve(); err != nil {
		return nil, err
	}
	v := &viewing{options: o}
	if s.peerViewers || !offer.light(o) {
		if err := v.overPeer(s, offer); err != nil {
			s.settle()
			return nil, err
		}
	} else {
		v.overLight(s)
	}
	x := v.session
	x.mu.Lock()
	x.onConnect = func() { x.wg.Go(v.attach) }
	x.onClose = func() { v.options.Detach(x, &v.viewer) }
	x.mu.Unlock()
	if err := x.negotiate(offer.SDP); err != nil {
		x.end(err)
		<-x.done
		return nil, err
	}
	return x, nil
}

// viewing is a session that receives.
type viewing struct {
	session *Session
	options ViewOptions
	viewer  egress.Viewer
	// outputs says how the tracks leave, once that is agreed; either may be nil.
	outputs func() (video, audio *egress.Output)
}

// attach hands the viewer to whoever sends.
func (v *viewing) attach() {
	v.viewer.Video, v.viewer.Audio = v.outputs()
	v.viewer.Ended = v.session.end
	v.options.Attach(v.session, &v.viewer)
}
