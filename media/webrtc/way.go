package webrtc

import (
	"sync"

	pion "github.com/pion/webrtc/v4"

	"avhub/media/egress"
)

// way is one track's way out to one browser: a pion.TrackLocal that leaves
// numbering and timing to egress.
type way struct {
	chosen *Chosen
	id     string // groups sound and picture of one source

	transport *peerTransport

	mu    sync.Mutex
	bound *egress.Output
}

// Bind is called by pion when the track is negotiated.
func (w *way) Bind(ctx pion.TrackLocalContext) (pion.RTPCodecParameters, error) {
	params := w.chosen.Codec.parameters()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bound = &egress.Output{
		Track: w.chosen.Track, SSRC: uint32(ctx.SSRC()), PayloadType: w.chosen.Codec.PayloadType,
		ClockRate: int(w.chosen.Codec.ClockRate),
	}
	w.transport.take(w.bound.SSRC, ctx.WriteStream())
	return params, nil
}

// Unbind is called by pion when the track or the connection ends.
func (w *way) Unbind(pion.TrackLocalContext) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bound != nil {
		w.transport.drop(w.bound.SSRC)
	}
	w.bound = nil
	return nil
}

func (w *way) output() *egress.Output {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bound
}

// ID tells the tracks of a session apart.
func (w *way) ID() string {
	if w.chosen.Codec.Kind.Video() {
		return "video"
	}
	return "audio"
}

// RID is empty: there is one encoding.
func (w *way) RID() string { return "" }

// StreamID makes sound and picture one MediaStream in the browser, so that it
// keeps them in step.
func (w *way) StreamID() string { return w.id[:8] }

// Kind is pion's word for video or audio.
func (w *way) Kind() pion.RTPCodecType {
	if w.chosen.Codec.Kind.Video() {
		return pion.RTPCodecTypeVideo
	}
	return pion.RTPCodecTypeAudio
}
