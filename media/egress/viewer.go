package egress

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"golang.org/x/time/rate"

	"avhub/media"
)

// Port is one viewer's way out for one track: it seals a packet and sends it.
// WriteRTP must not keep header or payload, and must not block for long.
type Port interface {
	WriteRTP(header *rtp.Header, payload []byte) (int, error)
}

// Output says how a track of the stream leaves for a viewer.
type Output struct {
	Track       int // of the stream
	SSRC        uint32
	PayloadType uint8
	ClockRate   int
	Port        Port
}

// Viewer is one viewer of a stream.
type Viewer struct {
	Video, Audio *Output // either may be nil
	// RTCP sends sender reports; it may be nil.
	RTCP func([]rtcp.Packet) error
	// Ended is called once, from the fan-out's goroutine, when the stream can
	// serve the viewer no more (media.ErrChanged, media.ErrClosed).
	Ended func(error)

	mu      sync.Mutex    // held while a packet is written: joining, live and retransmission exclude each other
	first   uint64        // the first unit that it was sent
	next    uint64        // the first unit that it was not sent yet
	waiting bool          // for a keyframe
	burst   []*media.Unit // what the catch-up sent, kept a while for retransmission
	burstAt time.Time
	header  rtp.Header   // of the packet being written
	lastSR  [2]time.Time // video, audio
	sentSR  [8]sentReport
	srIndex uint8
	resend  *rate.Limiter
	gone    atomic.Bool
	counters
}

// Limits of retransmission for one viewer: what an honest viewer asks for at
// 20 % loss of an 8 Mbit/s stream, and no more.
const (
	resendRate  = 500 // packets/s
	resendBurst = 500
)

// counters are what a viewer was sent and asked for.
type counters struct {
	packets, bytes, resent, failed atomic.Uint64
	nacks, plis                    atomic.Uint64
	rtt                            atomic.Int64
	lost                           atomic.Uint32
}

// Stats are a viewer's figures.
type Stats struct {
	Packets, Bytes uint64
	Resent         uint64 // packets sent again
	Failed         uint64 // packets that the transport refused
	NACKs, PLIs    uint64 // packets asked for again; keyframes asked for
	Lost           uint32 // cumulative, as the viewer reports it
	RTT            time.Duration
}

// Stats may be called at any time.
func (v *Viewer) Stats() Stats {
	return Stats{
		Packets: v.packets.Load(), Bytes: v.bytes.Load(), Resent: v.resent.Load(), Failed: v.failed.Load(),
		NACKs: v.nacks.Load(), PLIs: v.plis.Load(), Lost: v.lost.Load(), RTT: time.Duration(v.rtt.Load()),
	}
}

// output is the way out for a track of the stream, or nil.
func (v *Viewer) output(track int) *Output {
	switch {
	case v.Video != nil && v.Video.Track == track:
		return v.Video
	case v.Audio != nil && v.Audio.Track == track:
		return v.Audio
	}
	return nil
}

// live sends one unit that the shard has taken from the stream.
func (v *Viewer) live(u *media.Unit) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if u.Index < v.next {
		return
	}
	v.next = u.Index + 1
	if v.gone.Load() {
		return
	}
	if v.burst != nil && u.Arrived.Sub(v.burstAt) > burstKept {
		v.forgetBurst()
	}
	out := v.output(u.Track)
	if out == nil {
		return
	}
	if out == v.Video && v.waiting {
		if !u.Keyframe {
			return
		}
		v.waiting = false
	}
	v.send(out, u, u.Stamp)
	v.report(out, u)
}

// send writes all packets of a unit. v.mu is held.
func (v *Viewer) send(out *Output, u *media.Unit, stamp uint32) {
	n := u.Packets.Len()
	for i := range n {
		v.write(out, u, i, stamp)
	}
	v.packets.Add(uint64(n))
	v.bytes.Add(uint64(len(u.Packets.Buf)))
}

func (v *Viewer) write(out *Output, u *media.Unit, i int, stamp uint32) {
	v.header = rtp.Header{
		Version: 2, PayloadType: out.PayloadType, SSRC: out.SSRC,
		SequenceNumber: u.Seq + uint16(i), Timestamp: stamp,
		Marker: i == u.Packets.Len()-1 && out == v.Video,
	}
	if _, err := out.Port.WriteRTP(&v.header, u.Packets.At(i)); err != nil {
		v.failed.Add(1)
	}
}

// missing is how many units right before index the viewer was not sent yet.
func (v *Viewer) missing(index uint64) uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.next >= index {
		return 0
	}
	return index - v.next
}

// markGone ends all writing to the viewer; it returns when none is under way.
func (v *Viewer) markGone() {
	v.gone.Store(true)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.burst = nil
}
