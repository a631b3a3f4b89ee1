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
	in.Track = trackOf(&Codec{Kind: kind, ClockRate: codec.ClockRate, Channels: codec.Channels})
	in.clock.rate = in.Track.ClockRate
	for _, x := range receiver.GetParameters().HeaderExtensions {
		if x.URI == extAudioLevel {
			in.level = uint8(x.ID)
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
		for _, q := range order.push(p, time.Now()) {
			ok := take(media.Packet{
				Payload: q.Payload, RTP: q.Timestamp, Marker: q.Marker, Lost: q.Lost, NTP: in.clock.at(q.Timestamp), Arrived: q.Arrived,
			}, in.levelOf(q.Packet))
			if !ok {
				return nil
			}
		}
	}
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
