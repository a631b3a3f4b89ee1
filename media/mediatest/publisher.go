package mediatest

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"avhub/media/packet"
)

// Publisher is a browser that publishes H.264 and Opus. It numbers its packets
// itself and repeats none, so that a test can lose and swap them; like a
// browser it makes a keyframe only when asked for one.
type Publisher struct {
	PC *pion.PeerConnection
	// Asked receives the time of each picture loss indication.
	Asked chan time.Time
	// Voice, if not nil, makes the next 20 ms of Opus, and tells how loud they are (RFC 6464);
	// empty: they are not sent. Without it the publisher says silence, and not how loud.
	Voice func() (opus []byte, level uint8)

	// Twice has each frame of sound carry the one before it (RFC 2198); with NewRedundant.
	Twice bool
	// LoseSound, if not nil, tells which packets of sound are lost.
	LoseSound func(n int) bool

	before       []byte // the last frame of sound
	video, audio *pion.TrackLocalStaticRTP
	seq, sounds  uint16
	time         uint32 // of the sound
	n            int
}

// NewPublisher makes a publisher; close its PC.
func NewPublisher() (*Publisher, error) { return NewPublisherBy(pion.Configuration{}) }

// NewPublisherBy makes one that takes the configuration's ways.
func NewPublisherBy(c pion.Configuration) (*Publisher, error) {
	return newPublisher(c, opus, audioLevels)
}

// NewWithoutLevels makes a publisher whose packets do not say how loud they are.
func NewWithoutLevels() (*Publisher, error) {
	return newPublisher(pion.Configuration{}, opus)
}

// NewRedundant makes a publisher that sends and takes redundant audio (RFC 2198).
func NewRedundant() (*Publisher, error) {
	p, err := newPublisher(pion.Configuration{}, red, audioLevels, func(m *pion.MediaEngine) error {
		return m.RegisterCodec(pion.RTPCodecParameters{RTPCodecCapability: red, PayloadType: 63}, pion.RTPCodecTypeAudio)
	})
	if p != nil {
		p.Twice = true
	}
	return p, err
}

// opus is sound, and red redundant audio whose blocks are of pion's payload type for it.
var (
	opus = pion.RTPCodecCapability{MimeType: pion.MimeTypeOpus}
	red  = pion.RTPCodecCapability{MimeType: "audio/red", ClockRate: 48000, Channels: 2, SDPFmtpLine: "111/111"}
)

func audioLevels(m *pion.MediaEngine) error {
	return m.RegisterHeaderExtension(pion.RTPHeaderExtensionCapability{URI: audioLevel}, pion.RTPCodecTypeAudio)
}

// NewWatcher makes a browser that sends nothing.
func NewWatcher() (*Publisher, error) { return newBrowser(pion.Configuration{}) }

func newPublisher(c pion.Configuration, sound pion.RTPCodecCapability, has ...func(*pion.MediaEngine) error) (*Publisher, error) {
	p, err := newBrowser(c, has...)
	if err != nil {
		return nil, err
	}
	if p.video, err = p.add(pion.RTPCodecCapability{MimeType: pion.MimeTypeH264}, "video"); err == nil {
		p.audio, err = p.add(sound, "audio")
	}
	return p, err
}

func newBrowser(c pion.Configuration, has ...func(*pion.MediaEngine) error) (*Publisher, error) {
	m := &pion.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	for _, register := range has {
		if err := register(m); err != nil {
			return nil, err
		}
	}
	settings := pion.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	api := pion.NewAPI(pion.WithMediaEngine(m), pion.WithSettingEngine(settings), pion.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(c)
	if err != nil {
		return nil, err
	}
	return &Publisher{PC: pc, Asked: make(chan time.Time, 1000), seq: 65_530}, nil
}

func (p *Publisher) add(codec pion.RTPCodecCapability, id string) (*pion.TrackLocalStaticRTP, error) {
	track, err := pion.NewTrackLocalStaticRTP(codec, id, "publisher")
	if err != nil {
		return nil, err
	}
	sender, err := p.PC.AddTrack(track)
	if err != nil {
		return nil, err
	}
	go p.listen(sender)
	return track, nil
}

func (p *Publisher) listen(sender *pion.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return // the connection was closed
		}
		for _, q := range packets {
			if _, ok := q.(*rtcp.PictureLossIndication); ok {
				p.Asked <- time.Now()
			}
		}
	}
}

// Offer is the publisher's offer with all its candidates.
func (p *Publisher) Offer(ctx context.Context) (string, error) {
	offer, err := p.PC.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	gathered := pion.GatheringCompletePromise(p.PC)
	if err := p.PC.SetLocalDescription(offer); err != nil {
		return "", err
	}
	select {
	case <-gathered:
		return p.PC.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Accept takes the hub's answer.
func (p *Publisher) Accept(answer string) error {
	return p.PC.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: answer})
}

// Picture makes the next picture's packets, about 3,000 bytes; its number
// stands where [Number] reads it. Send sends them.
func (p *Publisher) Picture(keyframe bool) ([]*rtp.Packet, error) {
	nalu := make([]byte, 3000)
	for i := range nalu {
		nalu[i] = byte(i%251) | 1
	}
	nalu[0] = 0x41
	binary.BigEndian.PutUint32(nalu[len(nalu)-5:], uint32(p.n))
	nalu[len(nalu)-1] = 0x80
	data := [][]byte{nalu}
	if keyframe {
		nalu[0] = 0x65
		data = [][]byte{SPS, PPS, nalu}
	}
	payloads, err := packet.Pack(packet.H264, data, 1100)
	if err != nil {
		return nil, err
	}
	var packets []*rtp.Packet
	for i := range payloads.Len() {
		packets = append(packets, &rtp.Packet{
			Header:  rtp.Header{Version: 2, SequenceNumber: p.seq, Timestamp: p.PictureTime(), Marker: i == payloads.Len()-1},
			Payload: payloads.At(i),
		})
		p.seq++
	}
	p.n++
	return packets, nil
}

// PictureTime is the RTP timestamp of the next picture.
func (p *Publisher) PictureTime() uint32 { return uint32(p.n) * 3600 }

// VideoSSRC is what the publisher's picture is sent under.
func (p *Publisher) VideoSSRC() uint32 {
	return uint32(p.PC.GetSenders()[0].GetParameters().Encodings[0].SSRC)
}

// Send sends packets of pictures in the order given.
func (p *Publisher) Send(packets ...*rtp.Packet) error {
	for _, q := range packets {
		if err := p.video.WriteRTP(q); err != nil {
			return err
		}
	}
	return nil
}

// audioLevel is how loud a packet is (RFC 6464).
const audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

// Sound sends 20 ms of sound.
func (p *Publisher) Sound() error {
	p.time += 960
	q := &rtp.Packet{Header: rtp.Header{Version: 2, Timestamp: p.time}, Payload: []byte{0xf8, 0xff, 0xfe}} // silence
	if p.Voice != nil {
		frame, level := p.Voice()
		if len(frame) == 0 {
			p.before = nil
			return nil
		}
		q.Payload = frame
		for _, x := range p.PC.GetSenders()[1].GetParameters().HeaderExtensions {
			if x.URI == audioLevel {
				if err := q.SetExtension(uint8(x.ID), []byte{level & 0x7f}); err != nil {
					return err
				}
			}
		}
	}
	if p.Twice {
		frame := q.Payload
		q.Payload = packet.AppendRED(nil, 111, p.before, 960, frame)
		p.before = frame
	}
	p.sounds++
	q.SequenceNumber = p.sounds
	if p.LoseSound != nil && p.LoseSound(int(p.sounds)) {
		return nil
	}
	return p.audio.WriteRTP(q)
}

// Run publishes in real time, on a schedule, until ctx ends: a keyframe when
// asked for.
func (p *Publisher) Run(ctx context.Context) error {
	for next := time.Now().Add(Interval); ; next = next.Add(Interval) {
		keyframe := false
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(next)):
		}
		select {
		case <-p.Asked:
			keyframe = true
		default:
		}
		packets, err := p.Picture(keyframe)
		if err != nil {
			return err
		}
		if err := p.Send(packets...); err != nil {
			return err
		}
		for range 2 {
			if err := p.Sound(); err != nil {
				return err
			}
		}
	}
}
