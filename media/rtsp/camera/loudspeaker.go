package camera

import (
	"sync"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"avhub/media/packet"
	"avhub/media/pcm"
)

// backChannel is what a talker requires (ONVIF Streaming Specification, 5.3).
const backChannel = "www.onvif.org/ver20/backchannel"

// LoudspeakerRate is the rate of what a loudspeaker hears, in Hz.
const LoudspeakerRate = 8000

// heardLimit is how much a loudspeaker remembers: a minute.
const heardLimit = 60 * LoudspeakerRate

// Loudspeaker is a camera's. It takes G.711 of either law. The zero value is ready.
type Loudspeaker struct {
	// Out takes what is said, 16-bit samples at 8 kHz, as it comes; nil: nobody. It is
	// called from one goroutine at a time.
	Out func(samples []int16)

	mu     sync.Mutex
	talker *gortsplib.ServerSession
	talks  int
	heard  []int16
}

// speakerMedia is a loudspeaker as a description offers it.
func speakerMedia() *description.Media {
	return &description.Media{
		Type: description.MediaTypeAudio, IsBackChannel: true,
		Formats: []format.Format{
			&format.G711{PayloadTyp: 0, MULaw: true, SampleRate: LoudspeakerRate, ChannelCount: 1},
			&format.G711{PayloadTyp: 8, SampleRate: LoudspeakerRate, ChannelCount: 1},
		},
	}
}

// attach lets a session that has set the back channel up talk; false: another does.
func (l *Loudspeaker) attach(s *gortsplib.ServerSession) bool {
	var media *description.Media
	for _, m := range s.SetuppedMedias() {
		if m.IsBackChannel {
			media = m
		}
	}
	if media == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.talker != nil && l.talker != s {
		return false
	}
	l.talker = s
	l.talks++
	for _, f := range media.Formats {
		kind := packet.PCMA
		if f.(*format.G711).MULaw {
			kind = packet.PCMU
		}
		decoder, _ := pcm.NewDecoder(kind)
		s.OnPacketRTP(media, f, func(p *rtp.Packet) { l.play(decoder.Append(nil, p.Payload)) })
	}
	return true
}

func (l *Loudspeaker) detach(s *gortsplib.ServerSession) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.talker == s {
		l.talker = nil
	}
}

func (l *Loudspeaker) play(samples []int16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, samples...)
	if over := len(l.heard) - heardLimit; over > 0 {
		l.heard = append([]int16(nil), l.heard[over:]...)
	}
	if l.Out != nil {
		l.Out(samples)
	}
}

// Heard returns what has been said since it was last asked, a minute at most, at 8 kHz.
func (l *Loudspeaker) Heard() []int16 {
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := l.heard
	l.heard = nil
	return heard
}

// InUse tells whether somebody talks now, and how many have begun so far.
func (l *Loudspeaker) InUse() (now bool, talks int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.talker != nil, l.talks
}
