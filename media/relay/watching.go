package relay

import (
	"context"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/sources"
	"avhub/media/webrtc"
)

// watching is what one viewer holds: a line, perhaps a transcoder, a fan-out.
// It gives all back when the session ends.
type watching struct {
	relay  *Relay
	line   held
	wish   Wish
	ladder *ladder // nil: there is one stream for this viewer
	stream *media.Stream
	fanout *egress.Fanout
	undo   []func() // in reverse order
	view   *View
	once   sync.Once // release
}

// open carries a plan out.
func (w *watching) open(ctx context.Context, source string, plan Plan, offer *webrtc.Offer) (*View, error) {
	r := w.relay
	w.stream = w.line.stream
	if err := w.convert(ctx, &plan, offer); err != nil {
		return nil, err
	}
	w.view = &View{Source: source, Served: served(plan), Since: time.Now()}
	if w.wish.Quality == Auto && plan.Quality == sources.Main && plan.Video != nil && !plan.Transcode {
		w.ladder = &ladder{watching: w, kind: plan.Video.Codec.Kind}
	}
	w.fanout = r.fanout(w.stream)
	stream, fanout := w.stream, w.fanout
	w.undo = append(w.undo, func() { r.leave(stream, fanout) })

	session, err := r.o.WebRTC.View(offer, webrtc.ViewOptions{
		Video: plan.Video, Audio: plan.Audio, Delay: w.wish.Delay,
		Attach:   w.attach,
		Detach:   w.detach,
		Feedback: func(v *egress.Viewer, said egress.Feedback) { fanout.Feedback(v, said) },
	})
	if err != nil {
		return nil, err
	}
	w.view.Session = session
	r.register(w.view)
	if session.Reason() != nil { // it ended before it was registered
		r.unregister(session.ID())
	}
	return w.view, nil
}

// convert starts what makes picture and sound fit, and fills in the plan's tracks.
func (w *watching) convert(ctx context.Context, plan *Plan, offer *webrtc.Offer) error {
	t := w.relay.o.Transcoder
	if plan.Transcode {
		stream, release, err := t.H264(ctx, w.stream)
		if err != nil {
			return err
		}
		w.undo = append(w.undo, release)
		w.stream = stream
		for i, track := range stream.Tracks() {
			codec := offer.Find(track.Kind, "42e0")
			switch {
			case codec == nil:
			case track.Kind.Video():
				plan.Video = &webrtc.Chosen{Track: i, Codec: *codec}
			default:
				plan.Audio = &webrtc.Chosen{Track: i, Codec: *codec}
			}
		}
		return nil
	}
	if !plan.ToOpus {
		return nil
	}
	track, release, err := t.Opus(ctx, w.stream)
	if err != nil {
		w.relay.o.Log.Warn("sound cannot be converted; the viewer gets the picture alone", "source", w.stream.Name(), "err", err)
		if plan.Video == nil {
			return err
		}
		return nil
	}
	w.undo = append(w.undo, release)
	plan.Audio = &webrtc.Chosen{Track: track, Codec: plan.OpusCodec}
	return nil
}

func served(p Plan) Served {
	if p.Transcode {
		return ServedTranscoded
	}
	return Served(p.Quality)
}

func (w *watching) attach(s *webrtc.Session, v *egress.Viewer) {
	w.view.mu.Lock()
	w.view.viewer = v
	w.view.mu.Unlock()
	if w.ladder != nil {
		w.ladder.serve(s, v)
	}
	if err := w.fanout.Attach(s.Context(), v); err != nil {
		s.End(err)
	}
}

// detach is called once, when the session ends.
func (w *watching) detach(s *webrtc.Session, v *egress.Viewer) {
	w.fanout.Detach(v)
	if w.ladder != nil {
		w.ladder.close()
	}
	w.relay.unregister(s.ID())
	w.release()
}

// release gives back what the viewer held, once.
func (w *watching) release() {
	w.once.Do(func() {
		for i := len(w.undo) - 1; i >= 0; i-- {
			w.undo[i]()
		}
		w.line.release()
	})
}

func (r *Relay) register(v *View) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.viewers[v.Session.ID()] = v
}

func (r *Relay) unregister(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.viewers, id)
}
