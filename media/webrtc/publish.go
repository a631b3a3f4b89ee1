package webrtc

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media"
	"avhub/media/packet"
)

// keyframeInterval is how often a publisher is asked for a keyframe when none
// has come: browsers send one only when asked, and a recording needs them.
const keyframeInterval = 4 * time.Second

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
	Open func([]media.Track) (*media.Feed, error)
}

// Publish answers a publisher's offer.
func (s *Server) Publish(offer *Offer, o PublishOptions) (*Session, error) {
	p := &publishing{options: o}
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
	pc, err := s.peer(codecs, registry, m)
	if err != nil {
		s.settle()
		return nil, err
	}
	x := s.newSession(pc)
	p.session = x
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
	options PublishOptions
	tracks  []media.Track

	mu     sync.Mutex
	feed   *media.Feed
	opened chan struct{}
}

// choose picks one codec of a kind from the offer.
func (p *publishing) choose(offer *Offer) []pion.RTPCodecParameters {
	p.opened = make(chan struct{})
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
	feed, err := p.options.Open(p.tracks)
	if err != nil {
		p.session.end(err)
		return
	}
	p.mu.Lock()
	p.feed = feed
	p.mu.Unlock()
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
	if p.tracks[index].Kind.Video() {
		x.wg.Go(func() { p.askForKeyframes(uint32(remote.SSRC())) })
	}
	clock := &senderClock{rate: p.tracks[index].ClockRate}
	x.wg.Go(func() { clock.read(receiver) })
	p.read(remote, index, clock)
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

// askForKeyframes keeps the group of pictures short.
func (p *publishing) askForKeyframes(ssrc uint32) {
	tick := time.NewTicker(keyframeInterval)
	defer tick.Stop()
	for {
		p.session.requestKeyframe(ssrc)
		select {
		case <-tick.C:
		case <-p.session.ctx.Done():
			return
		}
	}
}

func (x *Session) requestKeyframe(ssrc uint32) {
	// Fails only when the session has ended.
	_ = x.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}})
}
