package camera

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"avhub/media/packet"
)

// payloadSize leaves room for headers on an Ethernet path.
const payloadSize = 1400

// player plays one clip on one path.
type player struct {
	name    string
	clip    *Clip
	black   *Track
	speaker *Loudspeaker
	ctx     context.Context
	cancel  context.CancelFunc

	mu       sync.Mutex
	now      Fault
	since    time.Time // of the fault
	full     *gortsplib.ServerStream
	bare     *gortsplib.ServerStream // described without parameter sets
	sessions map[*gortsplib.ServerSession]bool

	video, audio outgoing
}

// outgoing is a track's RTP state.
type outgoing struct {
	track *Track
	medi  [2]*description.Media // of the full and the bare stream
	ssrc  uint32
	seq   uint16
	shift float64 // seconds that faults have moved the clock by
	// Pictures were left out: those up to the next keyframe refer to them.
	broken bool
}

func newPlayer(name string, clip *Clip) *player {
	p := &player{name: name, clip: clip, now: Fault{Kind: None}, sessions: map[*gortsplib.ServerSession]bool{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.video = outgoing{track: clip.Video, ssrc: rand.Uint32(), seq: uint16(rand.Uint32())}
	p.audio = outgoing{track: clip.Audio, ssrc: rand.Uint32(), seq: uint16(rand.Uint32())}
	return p
}

// open makes the RTSP streams.
func (p *player) open(server *gortsplib.Server) error {
	if p.clip.Video != nil {
		black, err := black(p.clip.Video)
		if err != nil {
			return err
		}
		p.black = black
	}
	var err error
	if p.full, err = p.stream(server, 0); err != nil {
		return err
	}
	p.bare, err = p.stream(server, 1)
	return err
}

func (p *player) stream(server *gortsplib.Server, which int) (*gortsplib.ServerStream, error) {
	desc := &description.Session{Title: p.name}
	for _, o := range []*outgoing{&p.video, &p.audio} {
		if o.track == nil {
			continue
		}
		kind, f := description.MediaTypeAudio, o.track.Format
		if o.track.Kind.Video() {
			kind = description.MediaTypeVideo
		}
		if which == 1 {
			f = withoutSets(f)
		}
		o.medi[which] = &description.Media{Type: kind, Formats: []format.Format{f}}
		desc.Medias = append(desc.Medias, o.medi[which])
	}
	if p.speaker != nil {
		desc.Medias = append(desc.Medias, speakerMedia())
	}
	st := &gortsplib.ServerStream{Server: server, Desc: desc}
	return st, st.Initialize()
}

func withoutSets(f format.Format) format.Format {
	switch f := f.(type) {
	case *format.H264:
		return &format.H264{PayloadTyp: f.PayloadTyp, PacketizationMode: 1}
	case *format.H265:
		return &format.H265{PayloadTyp: f.PayloadTyp}
	}
	return f
}

// current is the stream that a new session gets.
func (p *player) current() *gortsplib.ServerStream {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.Kind == NoParams {
		return p.bare
	}
	return p.full
}

func (p *player) joined(s *gortsplib.ServerSession) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions[s] = true
}

func (p *player) left(s *gortsplib.ServerSession) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, s)
}

func (p *player) fault() Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *player) set(f Fault) {
	p.mu.Lock()
	now := time.Now()
	shift := p.now.drift(now.Sub(p.since)) // a clock that is right again does not jump back
	p.now, p.since = f, now
	if f.Kind == Jump {
		shift += f.Arg
	}
	p.video.shift += shift
	p.audio.shift += shift
	var out []*gortsplib.ServerSession
	if f.Kind == Gone {
		for s := range p.sessions {
			out = append(out, s)
		}
	}
	p.mu.Unlock()
	for _, s := range out {
		s.Close()
	}
}

func (p *player) stop() {
	p.cancel()
	for _, st := range []*gortsplib.ServerStream{p.full, p.bare} {
		if st != nil {
			st.Close()
		}
	}
}

// run sends every sample at its time until stop.
func (p *player) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	video, audio := newCursor(p.clip.Video, p.clip.Length), newCursor(p.clip.Audio, p.clip.Length)
	for {
		c, o := video, &p.video
		if c == nil || (audio != nil && audio.due().Before(c.due())) {
			c, o = audio, &p.audio
		}
		timer.Reset(time.Until(c.due()))
		select {
		case <-timer.C:
		case <-p.ctx.Done():
			return
		}
		p.send(o, c.sample(), c.base())
		c.next()
	}
}

// send writes one sample as RTP. base is the wall-clock time of the clip's zero.
func (p *player) send(o *outgoing, s Sample, base time.Time) {
	p.mu.Lock()
	fault, since := p.now, p.since
	shift := o.shift
	p.mu.Unlock()
	video := o.track.Kind.Video()
	if fault.Kind == Freeze && video || fault.Kind == Mute && !video || fault.Kind == Gone {
		o.broken = video
		return
	}
	dark := fault.Kind == Black && video
	if o.broken = video && (dark || o.broken && !s.Keyframe); o.broken && !dark {
		return
	}
	data := s.Data
	if dark {
		data = append(append([][]byte{}, p.black.params...), p.black.Samples[0].Data...)
	} else if s.Keyframe && video {
		data = append(append([][]byte{}, o.track.params...), data...)
	}
	payloads, err := packet.Pack(o.track.Kind, data, payloadSize)
	if err != nil {
		return // a sample that does not fit RTP: nothing a player could do
	}
	ntp := base.Add(s.PTS)
	stamp := timestamp(ntp, o.track.Rate, shift, fault, since)
	for i := range payloads.Len() {
		o.seq++
		if fault.Kind == Drop && rand.Float64()*100 < fault.Arg {
			continue
		}
		marker := i == payloads.Len()-1 && (video || o.track.Kind == packet.AAC)
		p.write(o, &rtp.Packet{
			Header: rtp.Header{
				Version: 2, Marker: marker, PayloadType: o.track.Format.PayloadType(),
				SequenceNumber: o.seq, Timestamp: stamp, SSRC: o.ssrc,
			},
			Payload: payloads.At(i),
		}, ntp)
	}
}

func (p *player) write(o *outgoing, pkt *rtp.Packet, ntp time.Time) {
	// Errors are those of single sessions, which end by themselves.
	_ = p.full.WritePacketRTPWithNTP(o.medi[0], pkt, ntp)
	_ = p.bare.WritePacketRTPWithNTP(o.medi[1], pkt, ntp)
}

// timestamp is the RTP timestamp for a time, as the camera's clock with its
// faults gives it. It goes on over the loop, since it counts from 1970.
func timestamp(at time.Time, rate int, shift float64, f Fault, since time.Time) uint32 {
	ticks := at.Unix()*int64(rate) + int64(at.Nanosecond())*int64(rate)/int64(time.Second)
	off := shift + f.drift(at.Sub(since))
	return uint32(ticks + int64(off*float64(rate)))
}

// cursor walks a track in a loop on the wall clock.
type cursor struct {
	samples []Sample
	length  time.Duration
	zero    time.Time // of the running loop
	i       int
}

func newCursor(t *Track, length time.Duration) *cursor {
	if t == nil || len(t.Samples) == 0 {
		return nil
	}
	now := time.Now()
	c := &cursor{samples: t.Samples, length: length, zero: now.Add(-time.Duration(now.UnixNano() % int64(length)))}
	for c.due().Before(now) {
		c.next()
	}
	return c
}

func (c *cursor) due() time.Time  { return c.zero.Add(c.samples[c.i].At) }
func (c *cursor) base() time.Time { return c.zero }
func (c *cursor) sample() Sample  { return c.samples[c.i] }

func (c *cursor) next() {
	c.i++
	if c.i == len(c.samples) {
		c.i, c.zero = 0, c.zero.Add(c.length)
	}
}
