package relay

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
)

// Options are what a relay brings together.
type Options struct {
	Sources    *sources.Set
	WebRTC     *webrtc.Server
	Transcoder *transcode.Transcoder
	Transcode  bool // pictures too
	Log        *slog.Logger
}

// Relay serves sources to browsers and takes browsers as sources.
type Relay struct {
	o Options

	mu         sync.Mutex
	fanouts    map[*media.Stream]*shared
	viewers    map[string]*View             // by session id
	publishers map[*media.Stream]*publisher // whom viewers' wishes for a keyframe go to
}

// shared is a fan-out with the number of sessions that use it.
type shared struct {
	*egress.Fanout
	users int
}

// New makes a relay.
func New(o Options) *Relay {
	return &Relay{
		o: o, fanouts: map[*media.Stream]*shared{}, viewers: map[string]*View{},
		publishers: map[*media.Stream]*publisher{},
	}
}

// Served says what a viewer gets, as the header Avhub-Stream tells it.
type Served string

// What is served.
const (
	ServedMain       Served = "main"
	ServedSub        Served = "sub"
	ServedTranscoded Served = "transcoded"
)

// View is one viewer of a source.
type View struct {
	Session *webrtc.Session
	Source  string
	Served  Served
	Since   time.Time

	viewer  *egress.Viewer
	mu      sync.Mutex
	lowered atomic.Bool
}

// Now is what the viewer gets at the moment: less than it was served at first
// where its way does not carry that.
func (v *View) Now() Served {
	if v.lowered.Load() {
		return ServedSub
	}
	return v.Served
}

// Stats are the viewer's figures; zero before it is connected.
func (v *View) Stats() egress.Stats {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.viewer == nil {
		return egress.Stats{}
	}
	return v.viewer.Stats()
}

// Wish is what a viewer asks for.
type Wish struct {
	Quality sources.Quality
	Delay   *webrtc.Delay // see webrtc.ViewOptions
}

// Watch answers a browser that wants to see a source. Errors: those of
// sources.Set.Line and Line.Acquire (sources.ErrUnknown, *sources.NotLive),
// *NoCodec, webrtc.ErrOffer, webrtc.ErrBusy.
func (r *Relay) Watch(ctx context.Context, source string, wish Wish, offer *webrtc.Offer) (*View, error) {
	plan, line, err := r.choose(ctx, source, wish.Quality, offer)
	if err != nil {
		return nil, err
	}
	w := &watching{relay: r, line: line, wish: wish}
	view, err := w.open(ctx, source, plan, offer)
	if err != nil {
		w.release()
		return nil, err
	}
	return view, nil
}

// fanout takes the fan-out of a stream, or makes it.
func (r *Relay) fanout(s *media.Stream) *egress.Fanout {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.fanouts[s]
	if f == nil {
		f = &shared{Fanout: egress.NewFanout(s, func() { r.wantKeyframe(s) })}
		r.fanouts[s] = f
	}
	f.users++
	return f.Fanout
}

// Fanout takes the fan-out of a stream, for what is served beside watching; leave gives it
// back.
func (r *Relay) Fanout(s *media.Stream) (f *egress.Fanout, leave func()) {
	f = r.fanout(s)
	return f, sync.OnceFunc(func() { r.leave(s, f) })
}

// leave gives a fan-out back; the last one closes it.
func (r *Relay) leave(s *media.Stream, f *egress.Fanout) {
	r.mu.Lock()
	last := false
	if x := r.fanouts[s]; x != nil && x.Fanout == f {
		x.users--
		if last = x.users == 0; last {
			delete(r.fanouts, s)
		}
	}
	r.mu.Unlock()
	if last {
		f.Close()
	}
}

// Views are all viewers.
func (r *Relay) Views() []*View {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*View, 0, len(r.viewers))
	for _, v := range r.viewers {
		all = append(all, v)
	}
	return all
}

// Viewers counts the viewers of a source.
func (r *Relay) Viewers(source string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, v := range r.viewers {
		if v.Source == source {
			n++
		}
	}
	return n
}
