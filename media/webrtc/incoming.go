package webrtc

import (
	"errors"
	"strings"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/packet"
)

// extAudioLevel is how loud a packet of sound is (RFC 6464).
const extAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

// Incoming is a track that a peer sends, or one layer of it.
type Incoming struct {
	Mid   string
	RID   string // of the layer; empty: there is one
	Track media.Track

	peer   *Peer
	remote *pion.TrackRemote
	clock  senderClock
	level  uint8 // id of the header extension; 0: none
	red    uint8 // payload type of redundant audio (RFC 2198); 0: none
	of     uint8 // and of its blocks
	blocks []packet.REDBlock
	apart  []*rtp.Packet // of the last packet
	wishes chan struct{}
}

// receive is called by pion when a track begins.
func (p *Peer) receive(remote *pion.TrackRemote, receiver *pion.RTPReceiver) {
	in := &Incoming{RID: remote.RID(), peer: p, remote: remote, wishes: make(chan struct{}, 1)}
	for _, t := range p.pc.GetTransceivers() {
		if t.Receiver() == receiver {
			in.Mid = t.Mid()
		}
	}
	codec := remote.Codec()
	kind := kindOf(codec.MimeType)
	if strings.EqualFold(codec.MimeType, mimeRED) {
		kind = packet.Opus
	}
	in.Track = trackOf(&Codec{Kind: kind, ClockRate: codec.ClockRate, Channels: codec.Channels})
	in.clock.rate = in.Track.ClockRate
	params := receiver.GetParameters()
	for _, x := range params.HeaderExtensions {
		if x.URI == extAudioLevel {
			in.level = uint8(x.ID)
		}
	}
	for _, c := range params.Codecs {
		if strings.EqualFold(c.MimeType, mimeRED) {
			in.red = uint8(c.PayloadType)
		}
		if strings.EqualFold(c.MimeType, pion.MimeTypeOpus) {
			in.of = uint8(c.PayloadType)
		}
	}
	p.mu.Lock()
	over := p.ctx.Err() != nil
	if !over {
		p.wg.Go(func() { in.readReports(receiver) })
		if kind.Video() {
			p.wg.Go(func() { askForKeyframes(p.ctx, in.wishes, in.requestKeyframe) })
		}
	}
	p.mu.Unlock()
	if over || p.o.Received == nil {
		return
	}
	defer media.Contain(p.server.log, "participant", p.end)
	p.o.Received(in)
}

// readReports takes the sender's clock from its reports.
func (in *Incoming) readReports(receiver *pion.RTPReceiver) {
	for {
		var packets []rtcp.Packet
		var err error
		if in.RID == "" {
			packets, _, err = receiver.ReadRTCP()
		} else {
			packets, _, err = receiver.ReadSimulcastRTCP(in.RID)
		}
		if err != nil {
			return
		}
		for _, p := range packets {
			if r, ok := p.(*rtcp.SenderReport); ok && r.SSRC == uint32(in.remote.SSRC()) {
				in.clock.report(r)
			}
		}
	}
}

// Levels tells whether its packets say how loud they are.
func (in *Incoming) Levels() bool { return in.level != 0 }

// Peer is whose it is.
func (in *Incoming) Peer() *Peer { return in.peer }

// WantKeyframe asks the sender for a keyframe. It never blocks.
func (in *Incoming) WantKeyframe() {
	select {
	case in.wishes <- struct{}{}:
	default: // one is waiting already
	}
}

func (in *Incoming) requestKeyframe() {
	_ = in.peer.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(in.remote.SSRC())}}) // fails only when the session has ended
}

// Silence is the level of a packet that carries none: RFC 6464's -127 dBov.
const Silence = 127

// Read hands out packets in their order until the track or the session ends, or take
// returns false. level is how far under the loudest sound a packet is, in dB.
func (in *Incoming) Read(take func(p media.Packet, level uint8) bool) error {
	var order reorder
	for {
		p, _, err := in.remote.ReadRTP()
		if err != nil {
			if in.peer.ctx.Err() != nil {
				return errors.Join(media.ErrClosed, err)
			}
			return err
		}
		if len(p.Payload) == 0 {
			continue // padding that probes the path
		}
		for _, frame := range in.frames(p) {
			for _, q := range order.push(frame, time.Now()) {
				ok := take(media.Packet{
					Payload: q.Payload, RTP: q.Timestamp, Marker: q.Marker, Lost: q.Lost, NTP: in.clock.at(q.Timestamp), Arrived: q.Arrived,
				}, in.levelOf(q.Packet))
				if !ok {
					return nil
				}
			}
		}
	}
}

// frames takes redundant audio apart: each frame as if it had come by itself. Those that a
// packet repeats are its predecessors, so that they have their numbers: what has come
// already is dropped with what came twice, and what was lost is there without waiting. They
// are good until the next call.
func (in *Incoming) frames(p *rtp.Packet) []*rtp.Packet {
	in.apart = in.apart[:0]
	if in.red == 0 || p.PayloadType != in.red {
		in.apart = append(in.apart, p)
		return in.apart
	}
	blocks, err := packet.ParseRED(in.blocks, p.Payload)
	if err != nil {
		return nil // as good as lost
	}
	in.blocks = blocks
	for i, b := range blocks {
		if repeats := i < len(blocks)-1; len(b.Data) == 0 || b.PayloadType != in.of || repeats && b.Offset == 0 {
			continue
		}
		q := *p
		q.SequenceNumber -= uint16(len(blocks) - 1 - i)
		q.Timestamp -= b.Offset
		q.Payload = b.Data
		in.apart = append(in.apart, &q)
	}
	return in.apart
}

func (in *Incoming) levelOf(p *rtp.Packet) uint8 {
	if in.level == 0 {
		return Silence
	}
	b := p.GetExtension(in.level)
	if len(b) == 0 {
		return Silence
	}
	return b[0] & 0x7f
}

// kindOf is what a mime type says.
func kindOf(mime string) packet.Kind {
	_, name, _ := strings.Cut(strings.ToLower(mime), "/")
	return kinds[name]
}
