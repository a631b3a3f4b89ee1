package relay

import (
	"context"

	"avhub/media"
	"avhub/media/sources"
	"avhub/media/webrtc"
)

// Publish answers a browser that wants to be a source.
func (r *Relay) Publish(source string, offer *webrtc.Offer) (*webrtc.Session, error) {
	line, err := r.o.Sources.Line(source, sources.Main)
	if err != nil {
		return nil, err
	}
	if err := line.MayPublish(); err != nil {
		return nil, err
	}
	return r.o.WebRTC.Publish(offer, webrtc.PublishOptions{
		Open: func(x *webrtc.Session, tracks []media.Track) (*media.Feed, error) {
			feed, err := line.Publish(tracks)
			if err == nil {
				r.fedBy(line.Stream(), x)
			}
			return feed, err
		},
	})
}

// fedBy remembers who publishes a stream for as long as the session lasts, so
// that viewers' wishes for a keyframe find their way.
func (r *Relay) fedBy(s *media.Stream, x *webrtc.Session) {
	r.mu.Lock()
	r.publishers[s] = x
	r.mu.Unlock()
	context.AfterFunc(x.Context(), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.publishers[s] == x { // and not who came after
			delete(r.publishers, s)
		}
	})
}

// wantKeyframe passes a wish on to the stream's publisher. Cameras and
// encoders by RTSP cannot be asked.
func (r *Relay) wantKeyframe(s *media.Stream) {
	r.mu.Lock()
	x := r.publishers[s]
	r.mu.Unlock()
	if x != nil {
		x.WantKeyframe()
	}
}
