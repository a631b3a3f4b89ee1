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
				r.FedBy(x.Context(), line.Stream(), x.WantKeyframe)
			}
			return feed, err
		},
	})
}

// publisher is asked for keyframes.
type publisher struct{ want func() }

// FedBy remembers whom to ask for a keyframe of a stream, until ctx ends, so that
// viewers' wishes find their way.
func (r *Relay) FedBy(ctx context.Context, s *media.Stream, want func()) {
	x := &publisher{want}
	r.mu.Lock()
	r.publishers[s] = x
	r.mu.Unlock()
	context.AfterFunc(ctx, func() {
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
		x.want()
	}
}
