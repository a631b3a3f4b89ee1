package webrtc

import (
	"errors"
	"strings"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/egress/udpout"
	"avhub/media/packet"
)

// overPeer opens a session over a peer connection.
func (v *viewing) overPeer(s *Server, offer *Offer) error {
	var codecs []pion.RTPCodecParameters
	for _, c := range []*Chosen{v.options.Video, v.options.Audio} {
		if c != nil {
			codecs = append(codecs, c.Codec.parameters())
		}
	}
	pc, _, err := s.peer(codecs, &interceptor.Registry{}, &pion.MediaEngine{})
	if err != nil {
		return err
	}
	p := &peerTransport{pc: pc}
	var ways []*way
	var senders []*pion.RTPSender
	id := token()
	for _, c := range []*Chosen{v.options.Video, v.options.Audio} {
		if c == nil {
			continue
		}
		w := &way{chosen: c, id: id, transport: p}
		sender, err := pc.AddTrack(w)
		if err != nil {
			return errors.Join(err, pc.Close())
		}
		ways, senders = append(ways, w), append(senders, sender)
	}
	x := s.newSession(peerLink{pc})
	v.session, v.outputs, v.viewer.Transport = x, v.peerOutputs(ways), p
	pc.OnConnectionStateChange(x.stateChanged)
	for _, sender := range senders {
		x.wg.Go(func() { v.readRTCP(sender) })
	}
	return nil
}

// peerOutputs are the tracks that the browser has taken.
func (v *viewing) peerOutputs(ways []*way) func() (video, audio *egress.Output) {
	return func() (video, audio *egress.Output) {
		for _, w := range ways {
			out := w.output()
			switch {
			case out == nil: // the browser took the m-line back
			case w.chosen == v.options.Video:
				video = out
			default:
				audio = out
			}
		}
		return video, audio
	}
}

// readRTCP passes on the browser's reports until the sender is closed.
func (v *viewing) readRTCP(sender *pion.RTPSender) {
	defer media.Contain(v.session.server.log, "viewer's reports", v.session.end)
	buf := make([]byte, 1500)
	for {
		n, _, err := sender.Read(buf)
		if err != nil {
			return
		}
		if said, err := egress.ReadFeedback(buf[:n]); err == nil {
			v.options.Feedback(&v.viewer, said)
		}
	}
}

// peerTransport sends over a peer connection, packet by packet: what gathers
// them is its socket (egress.Gatherer).
type peerTransport struct {
	pc *pion.PeerConnection

	mu      sync.Mutex
	writers map[uint32]pion.TrackLocalWriter // by SSRC
}

// headers are used again: writing a packet through an interface would allocate one.
var headers = sync.Pool{New: func() any { return new(rtp.Header) }}

// take makes a way out known.
func (p *peerTransport) take(ssrc uint32, to pion.TrackLocalWriter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.writers == nil {
		p.writers = map[uint32]pion.TrackLocalWriter{}
	}
	p.writers[ssrc] = to
}

func (p *peerTransport) drop(ssrc uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.writers, ssrc)
}

// Send writes packets (egress.Transport).
func (p *peerTransport) Send(_ *udpout.Batch, r *egress.Run) (refused int) {
	to := p.writer(r.SSRC)
	if to == nil {
		return r.Count()
	}
	header := headers.Get().(*rtp.Header)
	defer headers.Put(header)
	for i := r.From; i < r.To; i++ {
		*header = rtp.Header{
			Version: 2, PayloadType: r.PayloadType, SSRC: r.SSRC,
			SequenceNumber: r.Seq + uint16(i-r.From), Timestamp: r.Stamp, Marker: r.Marked(i),
		}
		if _, err := to.WriteRTP(header, r.Payloads.At(i)); err != nil {
			refused++
		}
	}
	return refused
}

func (p *peerTransport) writer(ssrc uint32) pion.TrackLocalWriter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writers[ssrc]
}

// Report writes RTCP (egress.Transport).
func (p *peerTransport) Report(_ *udpout.Batch, compound []byte) error {
	raw := rtcp.RawPacket(compound)
	return p.pc.WriteRTCP([]rtcp.Packet{&raw})
}

// parameters is the codec as pion wants it, with the browser's payload type
// and fmtp, so that the answer takes up exactly what was offered.
func (c *Codec) parameters() pion.RTPCodecParameters {
	p := pion.RTPCodecParameters{
		PayloadType: pion.PayloadType(c.PayloadType),
		RTPCodecCapability: pion.RTPCodecCapability{
			MimeType: mimeType(c.Kind), ClockRate: c.ClockRate, Channels: c.Channels, SDPFmtpLine: c.Fmtp,
		},
	}
	if c.Kind.Video() {
		p.RTCPFeedback = []pion.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}}
	}
	return p
}

func mimeType(k packet.Kind) string {
	switch k {
	case packet.Opus:
		return "audio/opus"
	case packet.H264, packet.H265, packet.VP8, packet.VP9, packet.AV1:
		return "video/" + k.String()
	default:
		return "audio/" + k.String()
	}
}

func isVideo(mime string) bool { return strings.HasPrefix(mime, "video/") }
