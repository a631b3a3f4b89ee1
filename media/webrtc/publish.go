package webrtc

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/interceptor"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/packet"
)

// preferredVideo and preferredAudio are what a publisher is answered, best
// first: H.264 goes to every viewer and player as it is.
var (
	preferredVideo = []packet.Kind{packet.H264, packet.VP8, packet.VP9, packet.AV1}
	preferredAudio = []packet.Kind{packet.Opus, packet.G722, packet.PCMA, packet.PCMU}
)

// ErrNoCodec says that a publisher offers nothing that the hub takes.
var ErrNoCodec = errors.New("no codec in common")

// PublishOptions say where a publisher's tracks go.
type PublishOptions struct {
	// Open opens the feed, once media can flow.
	Open func(*Session, []media.Track) (*media.Feed, error)
}

// Publish answers a publisher's offer.
func (s *Server) Publish(offer *Offer, o PublishOptions) (*Session, error) {
	p := &publishing{options: o, opened: make(chan struct{}), taken: map[int]bool{}}
	if v, a := offer.Sent.Video, offer.Sent.Audio; v > 1 || a > 1 {
		return nil, fmt.Errorf("%w: it sends %d pictures and %d sounds: publish one of each, others to sources of their own", ErrOffer, v, a)
	}
	codecs := p.choose(offer)
	if len(codecs) == 0 {
		return nil, ErrNoCodec
	}
	if err := s.reserve(); err != nil {
		return nil, err
	}
	m, registry := &pion.MediaEngine{}, &interceptor.Registry{}
	if err := pion.RegisterDefaultInterceptors(m, registry); err != nil {
		s.settle()
		return nil, err
	}
	pc, _, err := s.peer(codecs, registry, m)
	if err != nil {
		s.settle()
		return nil, err
	}
	x := s.newSession(peerLink{pc})
	p.session, p.pc = x, pc
	pc.OnConnectionStateChange(x.stateChanged)
	pc.OnTrack(p.onTrack)
	x.mu.Lock()
	x.onConnect = p.open
	x.onClose = p.close
	x.mu.Unlock()
	if err := x.negotiate(offer.SDP); err != nil {
		x.end(err)
		<-x.done
		return nil, err
	}
	return x, nil
}

// publishing is a session that sends.
type publishing struct {
	session *Session
	pc      *pion.PeerConnection
	options PublishOptions
	tracks  []media.Track

	mu     sync.Mutex // held while something of the session begins
	feed   *media.Feed
	opened chan struct{}
	taken  map[int]bool // tracks that are being read
}

// choose picks one codec of a kind from the offer.
func (p *publishing) choose(offer *Offer) []pion.RTPCodecParameters {
	var codecs []pion.RTPCodecParameters
	for _, list := range [][]packet.Kind{preferredVideo, preferredAudio} {
		for _, kind := range list {
			c := offer.Find(kind, "42e0")
			if c == nil {
				continue
			}
			params := c.parameters()
			for _, fb := range c.Feedback {
				if fb == "transport-cc" {
					params.RTCPFeedback = append(params.RTCPFeedback, pion.RTCPFeedback{Type: fb})
				}
			}
			codecs = append(codecs, params)
			p.tracks = append(p.tracks, trackOf(c))
			break
		}
	}
	return codecs
}

func trackOf(c *Codec) media.Track {
	t := media.Track{Kind: c.Kind, ClockRate: int(c.ClockRate)}
	if !c.Kind.Video() {
		t.SampleRate, t.Channels = int(c.ClockRate), max(1, int(c.Channels))
		if c.Kind == packet.G722 {
			t.SampleRate = 16000 // RFC 3551 section 4.5.2: the clock says 8000
		}
	}
	return t
}

// open is called once media can flow.
func (p *publishing) open() {
	feed, err := p.options.Open(p.session, p.tracks)
	if err != nil {
		p.session.end(err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session.ctx.Err() != nil { // it ended meanwhile: close may have been here already
		feed.Close()
		return
	}
	p.feed = feed
	close(p.opened)
}

func (p *publishing) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feed != nil {
		p.feed.Close()
	}
}

// onTrack copies a track's packets into the feed.
func (p *publishing) onTrack(remote *pion.TrackRemote, receiver *pion.RTPReceiver) {
	x := p.session
	index := p.trackIndex(remote)
	if index < 0 {
		x.end(fmt.Errorf("%w: %s was not agreed on", ErrNoCodec, remote.Codec().MimeType))
		return
	}
	select {
	case <-p.opened:
	case <-x.ctx.Done():
		return
	}
	if clock := p.begin(index, remote, receiver); clock != nil {
		defer media.Contain(x.server.log, "publisher", x.end)
		p.read(remote, index, clock)
	}
}

// begin starts what goes on beside the reading of a track. It returns nil if
// the session has ended, or if such a track is being read already: a second
// layer of simulcast would mix its packets into the first one's.
func (p *publishing) begin(index int, remote *pion.TrackRemote, receiver *pion.RTPReceiver) *senderClock {
	x := p.session
	p.mu.Lock()
	defer p.mu.Unlock()
	if x.ctx.Err() != nil || p.taken[index] {
		return nil
	}
	p.taken[index] = true
	if p.tracks[index].Kind.Video() {
		x.wg.Go(func() {
			askForKeyframes(x.ctx, x.wishes, func() { p.requestKeyframe(uint32(remote.SSRC())) })
		})
	}
	clock := &senderClock{rate: p.tracks[index].ClockRate}
	x.wg.Go(func() { clock.read(receiver) })
	return clock
}

// trackIndex finds the track by its kind: one codec of each was agreed on, and
// its name comes in the sender's spelling (OPUS, opus).
func (p *publishing) trackIndex(remote *pion.TrackRemote) int {
	video := remote.Kind() == pion.RTPCodecTypeVideo
	for i, t := range p.tracks {
		if t.Kind.Video() == video {
			return i
		}
	}
	return -1
}

func (p *publishing) read(remote *pion.TrackRemote, index int, clock *senderClock) {
	var order reorder
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		if len(packet.Payload) == 0 {
			continue // padding that probes the path
		}
		for _, q := range order.push(packet, time.Now()) {
			if q.Lost > 0 && p.tracks[index].Kind.Video() {
				p.session.WantKeyframe() // viewers get all packets there are: they cannot see the gap
			}
			err := p.feed.Packet(index, media.Packet{
				Payload: q.Payload, RTP: q.Timestamp, Marker: q.Marker, Lost: q.Lost,
				NTP: clock.at(q.Timestamp), Arrived: q.Arrived,
			})
			if errors.Is(err, media.ErrClosed) {
				p.session.end(err)
				return
			}
		}
	}
}
