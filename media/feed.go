package media

import (
	"sync"
	"time"

	"avhub/media/packet"
)

// Packet is one RTP packet as it came in, in the order of its sequence numbers.
type Packet struct {
	Payload []byte // not kept after the call
	RTP     uint32
	Marker  bool
	Lost    int       // packets known missing right before it
	Anew    bool      // it begins another coding of the picture, which refers to nothing before it
	NTP     time.Time // the sender's clock for RTP, from RTCP; zero if unknown
	Arrived time.Time
}

// Feed is how a source writes into a stream, from connect to disconnect. Its
// methods may be called from any goroutine; packets of one track must come in
// order.
type Feed struct {
	stream *Stream
	gen    int

	mu     sync.Mutex
	wall   wallClock
	inputs []*input
	closed bool
}

// input is one track's way in.
type input struct {
	kind     packet.Kind
	aac      packet.AACConfig
	unpacker *packet.Unpacker
	clock    Clock
	last     time.Time // arrival of the last packet, or the start
	lastUnit time.Time
	broken   bool // packets were lost since the last keyframe
}

// newFeed is called with stream.mu held.
func newFeed(s *Stream, tracks []Track) *Feed {
	f := &Feed{stream: s, gen: s.gen}
	now := time.Now()
	for i, t := range tracks {
		in := &input{kind: t.Kind, aac: t.AAC, unpacker: packet.NewUnpacker(t.Kind, t.AAC), last: now, lastUnit: now}
		in.clock.Rate = t.ClockRate
		// The clock goes on after the last feed's last unit.
		in.clock.lastPTS = float64(s.tracks[i].lastPTS)
		f.inputs = append(f.inputs, in)
	}
	return f
}

// Packet takes the next packet of a track. An error says that the packet was
// malformed; the feed goes on.
func (f *Feed) Packet(track int, p Packet) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return ErrClosed
	}
	in := f.inputs[track]
	in.last = p.Arrived
	if p.Anew {
		in.unpacker = packet.NewUnpacker(in.kind, in.aac) // what is unfinished stays so
		in.broken = true                                  // until a keyframe
	}
	frames, err := in.unpacker.Push(p.RTP, p.Marker, p.Lost, p.Payload)
	if p.Lost > 0 {
		in.broken = true
	}
	f.countPacket(track, p, err)
	for i := range frames {
		if perr := f.publish(track, in, &frames[i], p); perr != nil && err == nil {
			err = perr
		}
	}
	return err
}

func (f *Feed) publish(track int, in *input, frame *packet.Frame, p Packet) error {
	at := p.Arrived.Sub(f.stream.epoch)
	pts := in.clock.Stamp(frame.RTP, at)
	late := at - in.clock.duration(float64(pts))
	ntp := p.NTP
	if !ntp.IsZero() {
		ntp = ntp.Add(in.clock.duration(float64(int32(frame.RTP - p.RTP))))
	}
	if frame.Keyframe && !frame.Damaged {
		in.broken = false
	}
	in.lastUnit = p.Arrived
	f.countUnit(track, in, late)
	return f.stream.publish(&Unit{
		Track: track, Data: frame.Data, Keyframe: frame.Keyframe, Damaged: frame.Damaged || in.broken,
		RTP: frame.RTP, PTS: pts, NTP: ntp, UTC: f.wall.utc(ntp, p.Arrived, late), Arrived: p.Arrived,
	}, f.gen)
}

func (f *Feed) countPacket(track int, p Packet, err error) {
	f.stream.mu.Lock()
	defer f.stream.mu.Unlock()
	if f.gen != f.stream.gen {
		return
	}
	st := &f.stream.tracks[track].stats
	st.Packets++
	st.Bytes += uint64(len(p.Payload))
	st.Lost += uint64(max(0, p.Lost))
	if err != nil {
		st.Malformed++
	}
}

func (f *Feed) countUnit(track int, in *input, late time.Duration) {
	f.stream.mu.Lock()
	defer f.stream.mu.Unlock()
	if f.gen != f.stream.gen {
		return
	}
	t := f.stream.tracks[track]
	t.lastPTS = int64(in.clock.lastPTS)
	t.jitter.add(late)
	t.stats.Corrections += in.clock.takeNew()
	t.stats.ClockDeviation = in.clock.Deviation()
}

// Quiet is how long no whole unit has come on a track.
func (f *Feed) Quiet(track int, now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return now.Sub(f.inputs[track].lastUnit)
}

// Close ends the feed. Readers of the stream stay and wait for the next one.
func (f *Feed) Close() {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return
	}
	for i, in := range f.inputs {
		for _, frame := range in.unpacker.Flush() {
			p := Packet{RTP: frame.RTP, Arrived: in.last}
			_ = f.publish(i, in, &frame, p) // what cannot be packed is counted there
		}
	}
	f.closed = true
	f.mu.Unlock()

	s := f.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feed == f {
		s.feed = nil
		s.announce()
	}
}

// Write publishes a unit that did not come as RTP: pts is on the stream's
// timeline in ticks of the track's clock, utc the capture time.
func (f *Feed) Write(track int, data [][]byte, keyframe bool, pts int64, utc time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return ErrClosed
	}
	now := time.Now()
	f.inputs[track].last, f.inputs[track].lastUnit = now, now
	return f.stream.publish(&Unit{
		Track: track, Data: data, Keyframe: keyframe, PTS: pts, UTC: utc, Arrived: now,
	}, f.gen)
}
