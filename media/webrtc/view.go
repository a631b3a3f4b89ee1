package webrtc

import (
	"strings"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/egress"
	"avhub/media/packet"
)

// Chosen is a track of the stream and the offered codec that carries it.
type Chosen struct {
	Track int
	Codec Codec
}

// ViewOptions say what a viewer gets.
type ViewOptions struct {
	Video, Audio *Chosen // either may be nil
	// Attach is called once media can flow, in a goroutine of the session;
	// Detach when the session ends, if Attach was called. Feedback passes on
	// what the browser reports.
	Attach   func(*Session, *egress.Viewer)
	Detach   func(*Session, *egress.Viewer)
	Feedback func(*egress.Viewer, []rtcp.Packet)
}

// View answers a viewer's offer.
func (s *Server) View(offer *Offer, o ViewOptions) (*Session, error) {
	if err := s.reserve(); err != nil {
		return nil, err
	}
	var codecs []pion.RTPCodecParameters
	for _, c := range []*Chosen{o.Video, o.Audio} {
		if c != nil {
			codecs = append(codecs, c.Codec.parameters())
		}
	}
	pc, err := s.peer(codecs, &interceptor.Registry{}, &pion.MediaEngine{})
	if err != nil {
		s.settle()
		return nil, err
	}
	x := s.newSession(pc)
	v := &viewing{session: x, options: o}
	if err := v.open(offer); err != nil {
		x.end(err)
		<-x.done
		return nil, err
	}
	return x, nil
}

// viewing is a session that receives.
type viewing struct {
	session *Session
	options ViewOptions
	viewer  egress.Viewer
	ways    []*way
}

func (v *viewing) open(offer *Offer) error {
	x := v.session
	for _, c := range []*Chosen{v.options.Video, v.options.Audio} {
		if c == nil {
			continue
		}
		w := &way{chosen: c, id: x.id}
		sender, err := x.pc.AddTrack(w)
		if err != nil {
			return err
		}
		v.ways = append(v.ways, w)
		x.wg.Go(func() { v.readRTCP(sender) })
	}
	x.mu.Lock()
	x.onConnect = func() { x.wg.Go(v.attach) }
	x.onClose = v.detach
	x.mu.Unlock()
	return x.negotiate(offer.SDP)
}

// attach hands the viewer to whoever sends.
func (v *viewing) attach() {
	for _, w := range v.ways {
		out := w.output()
		switch {
		case out == nil: // the browser took the m-line back
		case w.chosen == v.options.Video:
			v.viewer.Video = out
		default:
			v.viewer.Audio = out
		}
	}
	v.viewer.RTCP = v.session.pc.WriteRTCP
	v.viewer.Ended = v.session.end
	v.options.Attach(v.session, &v.viewer)
}

func (v *viewing) detach() { v.options.Detach(v.session, &v.viewer) }

// readRTCP passes on the browser's reports until the sender is closed.
func (v *viewing) readRTCP(sender *pion.RTPSender) {
	buf := make([]byte, 1500)
	for {
		n, _, err := sender.Read(buf)
		if err != nil {
			return
		}
		if packets, err := rtcp.Unmarshal(buf[:n]); err == nil {
			v.options.Feedback(&v.viewer, packets)
		}
	}
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
