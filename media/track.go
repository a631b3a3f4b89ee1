package media

import (
	"bytes"

	"avhub/media/packet"
)

// Track describes one elementary stream of a source.
type Track struct {
	Kind      packet.Kind
	ClockRate int // of RTP timestamps, in Hz
	// Audio.
	SampleRate int    // in Hz; 0 for video
	Channels   int    // 0 for video
	Config     []byte // AAC: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1)
	AAC        packet.AACConfig
	// Video: parameter sets that the session description carried, if any.
	Params packet.ParamSets
	// Derived tracks are made by the hub (AAC as Opus); recordings and RTSP
	// players do not take them.
	Derived bool
}

// ForBrowsers tells whether WebRTC has a place for a sound as it is: Opus, and
// G.711 and G.722 with a clock of 8 kHz and one channel (RFC 7874 section 3,
// RFC 3551 section 6). Cameras send others too: under the same name they would
// be played at the wrong pitch.
func (t Track) ForBrowsers() bool {
	switch t.Kind {
	case packet.Opus:
		return true
	case packet.PCMA, packet.PCMU, packet.G722:
		return t.ClockRate == 8000 && t.Channels <= 1
	}
	return false
}

// compatible tells whether readers of a track described by a can go on with
// one described by b: same codec, same clock. Parameter sets may differ, they
// travel in band.
func compatible(a, b Track) bool {
	return a.Kind == b.Kind && a.ClockRate == b.ClockRate &&
		a.SampleRate == b.SampleRate && a.Channels == b.Channels &&
		a.Derived == b.Derived && bytes.Equal(a.Config, b.Config)
}

func allCompatible(a, b []Track) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !compatible(a[i], b[i]) {
			return false
		}
	}
	return true
}
