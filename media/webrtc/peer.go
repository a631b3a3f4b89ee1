package webrtc

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/packet"
)

// PeerOptions say what becomes of what a peer sends and reports.
type PeerOptions struct {
	// Received is called when a track or a layer of one begins, in a goroutine of the
	// session; when it returns, nothing more is read of it.
	Received func(*Incoming)
	// Bound is called when an m-line that receives can be sent to, with its m-line's mid.
	Bound func(p *Peer, mid string, out *Outgoing)
	// Feedback passes on what the browser reports about an m-line.
	Feedback func(p *Peer, mid string, said egress.Feedback)
}

// Peer is a connection that sends and receives, and is negotiated anew as often as its
// page likes: a participant's. The page offers, the hub answers.
type Peer struct {
	*Session
	o         PeerOptions
	pc        *pion.PeerConnection
	api       *pion.API
	engine    *pion.MediaEngine
	transport *peerTransport

	mu    sync.Mutex // held while a description changes
	outs  map[string]*Outgoing
	known map[pion.PayloadType]bool // codecs that the engine knows
}

// maxPeerMedia bounds the m-lines of a peer: two for each of 40 people, and its own.
const maxPeerMedia = 96

// Join answers a participant's first offer.
func (s *Server) Join(offer *Offer, o PeerOptions) (*Peer, error) {
	codecs := peerCodecs(offer)
	if len(codecs) == 0 {
		return nil, ErrNoCodec
	}
	if err := s.reserve(); err != nil {
		return nil, err
	}
	p, err := s.newPeer(codecs, o)
	if err != nil {
		s.settle()
		return nil, err
	}
	if _, err := p.Negotiate(offer); err != nil {
		p.end(err)
		<-p.done
		return nil, err
	}
	return p, nil
}

func (s *Server) newPeer(codecs []pion.RTPCodecParameters, o PeerOptions) (*Peer, error) {
	m, registry := &pion.MediaEngine{}, &interceptor.Registry{}
	if err := receiving(m, registry); err != nil {
		return nil, err
	}
	pc, api, err := s.peer(codecs, registry, m)
	if err != nil {
		return nil, err
	}
	p := &Peer{o: o, pc: pc, api: api, engine: m, transport: &peerTransport{pc: pc}, outs: map[string]*Outgoing{}, known: map[pion.PayloadType]bool{}}
	for _, c := range codecs {
		p.known[c.PayloadType] = true
	}
	p.Session = s.newSession(peerLink{pc})
	pc.OnConnectionStateChange(p.stateChanged)
	pc.OnTrack(p.receive)
	return p, nil
}

// receiving registers what a receiver needs: it asks for what is missing, reports what
// came, and says when, so that the sender learns what its way carries. What the hub sends
// is answered for by egress.
func receiving(m *pion.MediaEngine, registry *interceptor.Registry) error {
	asks, err := nack.NewGeneratorInterceptor()
	if err != nil {
		return err
	}
	reports, err := report.NewReceiverInterceptor()
	if err != nil {
		return err
	}
	registry.Add(asks)
	registry.Add(reports)
	if err := pion.ConfigureTWCCSender(m, registry); err != nil {
		return err
	}
	if err := pion.ConfigureSimulcastExtensionHeaders(m); err != nil {
		return err
	}
	return m.RegisterHeaderExtension(pion.RTPHeaderExtensionCapability{URI: extAudioLevel}, pion.RTPCodecTypeAudio)
}

// mimeRED is redundant audio (RFC 2198).
const mimeRED = "audio/red"

// peerCodecs are those of the offer that a room carries, as they were offered.
func peerCodecs(offer *Offer) []pion.RTPCodecParameters {
	var all []pion.RTPCodecParameters
	seen := map[uint8]bool{}
	for _, c := range slices.Concat(offer.Video, offer.Audio) {
		takes := c.Kind == packet.VP8 || c.Kind == packet.Opus || c.Kind == packet.H264 && c.suits("42e0") >= 0
		if !takes || seen[c.PayloadType] {
			continue
		}
		seen[c.PayloadType] = true
		params := c.parameters()
		for _, fb := range c.Feedback {
			if fb == "transport-cc" || fb == "goog-remb" {
				params.RTCPFeedback = append(params.RTCPFeedback, pion.RTCPFeedback{Type: fb})
			}
		}
		all = append(all, params)
		if c.Kind == packet.Opus && c.RED.PayloadType != 0 {
			all = append(all, pion.RTPCodecParameters{
				PayloadType:        pion.PayloadType(c.RED.PayloadType),
				RTPCodecCapability: pion.RTPCodecCapability{MimeType: mimeRED, ClockRate: c.ClockRate, Channels: c.Channels, SDPFmtpLine: c.RED.Fmtp},
			})
		}
	}
	return all
}

// Negotiate takes an offer and answers it: every m-line that receives gets a way out of
// its own, which carries what is attached to it, or nothing.
func (p *Peer) Negotiate(offer *Offer) (answer string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.Session
	x.mu.Lock()
	defer x.mu.Unlock()
	if p.ctx.Err() != nil {
		return "", p.Reason()
	}
	// A page may begin with sound alone, and offer pictures later.
	if err := p.learn(peerCodecs(offer)); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	if err := p.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeOffer, SDP: offer.SDP}); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	for _, t := range p.pc.GetTransceivers() {
		if t.Direction() == pion.RTPTransceiverDirectionSendonly && t.Sender() == nil {
			if err := p.openWay(t); err != nil {
				return "", err
			}
		}
	}
	gathered := pion.GatheringCompletePromise(p.pc)
	desc, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	if err := p.pc.SetLocalDescription(desc); err != nil {
		return "", fmt.Errorf("webrtc: answer: %w", err)
	}
	<-gathered // the candidates are the mux's own: nothing is asked of the network
	x.offer, x.answer = offer.SDP, keepUnused(offer.SDP, p.pc.LocalDescription().SDP)
	x.etag = `"` + attribute(x.answer, "ice-ufrag") + `"`
	return x.answer, nil
}

// learn makes codecs known that were not offered before. p.mu is held.
func (p *Peer) learn(codecs []pion.RTPCodecParameters) error {
	codecs = slices.DeleteFunc(codecs, func(c pion.RTPCodecParameters) bool { return p.known[c.PayloadType] })
	for _, c := range codecs {
		p.known[c.PayloadType] = true
	}
	return register(p.engine, codecs)
}

// openWay gives an m-line that receives its way out. p.mu is held.
func (p *Peer) openWay(t *pion.RTPTransceiver) error {
	out := &Outgoing{peer: p, mid: t.Mid(), kind: t.Kind()}
	for _, o := range p.outs {
		if o.kind == out.kind {
			out.pair++
		}
	}
	sender, err := p.api.NewRTPSender(out, p.pc.SCTP().Transport())
	if err != nil {
		return err
	}
	if err := t.SetSender(sender, out); err != nil {
		return errors.Join(err, sender.Stop())
	}
	p.outs[out.mid] = out
	p.wg.Go(func() { p.readReports(out.mid, sender) })
	return nil
}

// readReports passes on the browser's reports until the sender is closed.
func (p *Peer) readReports(mid string, sender *pion.RTPSender) {
	defer media.Contain(p.server.log, "participant's reports", p.end)
	buf := make([]byte, 1500)
	for {
		n, _, err := sender.Read(buf)
		if err != nil {
			return
		}
		if said, err := egress.ReadFeedback(buf[:n]); err == nil && p.o.Feedback != nil {
			p.o.Feedback(p, mid, said)
		}
	}
}

// Transport is how viewers of the peer's m-lines send.
func (p *Peer) Transport() egress.Transport { return p.transport }
