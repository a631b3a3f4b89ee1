package egress

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/time/rate"

	"avhub/media"
	"avhub/media/egress/prefetch"
	"avhub/media/egress/udpout"
)

// Viewer is one viewer of a stream. Its exported fields are set before it is
// attached.
type Viewer struct {
	Video, Audio *Output // either may be nil
	Transport    Transport
	// Ended is called once, from the fan-out's goroutine, when the stream can
	// serve the viewer no more (media.ErrChanged, media.ErrClosed).
	Ended func(error)
	// Lower and Higher are called, in a goroutine of their own, when the way to
	// the viewer does not carry the stream, and when it may again: move the
	// picture with Fanout.Lower and Raise. nil: there is no other stream. An error
	// of Lower says that there is none now.
	Lower  func() error
	Higher func()

	mu     sync.Mutex // held while packets are written: joining, live and retransmission exclude each other
	base   *Fanout    // it was attached to; the sound stays there
	track  int        // of the picture in base
	resend *rate.Limiter
	adapt  adapt
	healed time.Time // the last answer to a wish for a keyframe
	gone   atomic.Bool
	paused bool // its picture, guarded by mu
	counters
}

// counters are what a viewer was sent and asked for.
type counters struct {
	packets, bytes, resent, failed atomic.Uint64
	nacks, plis, ignored           atomic.Uint64
	left                           atomic.Uint64
	rtt                            atomic.Int64
	lost                           atomic.Uint32
	level                          atomic.Int32
	estimate                       atomic.Uint64
}

// Stats are a viewer's figures.
type Stats struct {
	Packets, Bytes uint64
	Resent         uint64 // packets sent again
	Failed         uint64 // packets that the transport refused
	NACKs, PLIs    uint64 // packets asked for again; keyframes asked for
	Ignored        uint64 // of these, beyond what one viewer is given
	LeftOut        uint64 // pictures that the way had no room for
	Lost           uint32 // cumulative, as the viewer reports it
	RTT            time.Duration
	Level          Level
	Estimate       uint64 // bit/s that the viewer says its way carries; 0: it has not said
}

// Stats may be called at any time.
func (v *Viewer) Stats() Stats {
	return Stats{
		Packets: v.packets.Load(), Bytes: v.bytes.Load(), Resent: v.resent.Load(), Failed: v.failed.Load(),
		NACKs: v.nacks.Load(), PLIs: v.plis.Load(), Ignored: v.ignored.Load(), LeftOut: v.left.Load(),
		Lost: v.lost.Load(), RTT: time.Duration(v.rtt.Load()),
		Level: Level(v.level.Load()), Estimate: v.estimate.Load(),
	}
}

// outputs are those that there are.
func (v *Viewer) outputs() [2]*Output { return [2]*Output{v.Video, v.Audio} }

// hot is what sending to the viewer needs of memory.
func (v *Viewer) hot() *prefetch.Set {
	s := &prefetch.Set{}
	prefetch.Add(s, v)
	for _, o := range v.outputs() {
		if o != nil {
			prefetch.AddPart(s, o, unsafe.Offsetof(o.again))
		}
	}
	if t, ok := v.Transport.(interface{ Hot(*prefetch.Set) }); ok {
		t.Hot(s)
	}
	return s
}

// live begins to send a unit that f has taken from its stream, its first
// payloads up to to; v.part sends the others. If units right before it were not
// dealt with it sends nothing and returns how many.
func (v *Viewer) live(f *Fanout, b *udpout.Batch, u *media.Unit, to int) (missed uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone.Load() {
		return 0
	}
	for _, o := range v.outputs() {
		if o != nil && o.home == f && !o.busy && o.next < u.Index {
			missed = max(missed, u.Index-o.next)
		}
	}
	if missed == 0 {
		v.sendUnit(f, b, u, to)
	}
	return missed
}

// after is live for a unit that follows those that were missed, or is one of them.
func (v *Viewer) after(f *Fanout, b *udpout.Batch, u *media.Unit, to int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.gone.Load() {
		v.sendUnit(f, b, u, to)
	}
}

// sendUnit sends the first payloads of a unit to the outputs that take it. v.mu is held.
func (v *Viewer) sendUnit(f *Fanout, b *udpout.Batch, u *media.Unit, to int) {
	for _, o := range v.outputs() {
		if o == nil {
			continue
		}
		if o.coming != nil && o.coming.fanout == f {
			o.takeOver(u)
		}
		if o.home != f || o.busy || u.Index < o.next {
			continue
		}
		o.next = u.Index + 1
		if o.Track == u.Track && v.wants(o, u) {
			o.open(u, o == v.Video)
			v.sendPart(o, b, 0, to)
			v.report(o, b, u)
		}
	}
}

// wants tells whether a unit is sent, or left out for this viewer. v.mu is held.
func (v *Viewer) wants(o *Output, u *media.Unit) bool {
	if o != v.Video {
		return true
	}
	if v.paused {
		o.waiting = true
		return false
	}
	if o.waiting && !u.Keyframe {
		return false
	}
	o.waiting = false
	if u.Disposable {
		v.adapt.thin = true
		if v.adapt.level == LevelThinned {
			v.left.Add(1)
			return false
		}
	}
	return true
}

// part sends payloads from to to of the unit that live has begun.
func (v *Viewer) part(b *udpout.Batch, u *media.Unit, from, to int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone.Load() {
		return
	}
	for _, o := range v.outputs() {
		if o != nil && o.current == u && !o.busy {
			v.sendPart(o, b, from, to)
		}
	}
}

// sendPart is called with v.mu held.
func (v *Viewer) sendPart(o *Output, b *udpout.Batch, from, to int) {
	sent, size, refused := o.part(v.Transport, b, from, to)
	v.packets.Add(uint64(sent))
	v.bytes.Add(uint64(size))
	if refused > 0 {
		v.failed.Add(uint64(refused))
	}
	if to >= o.run.Payloads.Len() {
		o.current = nil
	}
}

// markGone ends all writing to the viewer; it returns when none is under way.
func (v *Viewer) markGone() {
	v.gone.Store(true)
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, o := range v.outputs() {
		if o != nil {
			o.numbers.spans, o.current, o.run = nil, nil, Run{}
			clear(o.numbers.room[:])
		}
	}
}
