package rtsp

import (
	"fmt"
	"strconv"
	"strings"

	"avhub/media"
	"avhub/media/packet"
)

// offer is what a camera's session description offers, as far as the hub can
// carry it: one picture, one sound.
type offer struct {
	control string // session-level control attribute as written
	tracks  []offered
	other   []uint8  // payload types named in it that are not taken
	notes   []string // what was left out or mended, for the log and the probe
	refused string   // codecs of a loudspeaker that the hub does not speak
}

// offered is one media of the description that the hub takes.
type offered struct {
	track       media.Track
	payloadType uint8
	control     string // as written
	latm        bool   // AAC packed as RFC 6416, not RFC 3640
	talk        bool   // for sound towards the camera
	noParams    bool   // video without parameter sets in the description
}

func (o *offer) note(format string, args ...any) {
	o.notes = append(o.notes, fmt.Sprintf(format, args...))
}

func (o *offer) mediaTracks() []media.Track {
	tracks := make([]media.Track, len(o.tracks))
	for i, t := range o.tracks {
		tracks[i] = t.track
	}
	return tracks
}

// has tells whether a picture (or a sound) was taken already.
func (o *offer) has(video bool) bool {
	for _, t := range o.tracks {
		if t.track.Kind.Video() == video {
			return true
		}
	}
	return false
}

// parseOffer reads a session description the way cameras write them: it takes
// what it understands of any line and never fails.
func parseOffer(body []byte) *offer {
	session := parseSDP(body)
	o := &offer{control: session.control}
	for i := range session.medias {
		m := &session.medias[i]
		video := m.kind == "video"
		switch {
		case !video && m.kind != "audio":
			o.leave(m, "%s is not carried", m.kind)
		case session.backChannel(m):
			o.leave(m, "%s back channel is not used", m.kind)
		case o.has(video):
			o.leave(m, "a second %s is not carried", m.kind)
		default:
			o.take(m)
		}
	}
	return o
}

// leave notes a media that is not taken.
func (o *offer) leave(m *sdpMedia, format string, args ...any) {
	o.note(format, args...)
	for _, f := range m.formats() {
		o.other = append(o.other, f.payloadType)
	}
}

// take adds the first format of the media that the hub can carry.
func (o *offer) take(m *sdpMedia) {
	taken := false
	for _, f := range m.formats() {
		if taken {
			o.other = append(o.other, f.payloadType)
			continue
		}
		t, err := m.track(f)
		if err != nil {
			o.note("%s: %v", m.kind, err)
			o.other = append(o.other, f.payloadType)
			continue
		}
		t.control = m.control
		o.tracks = append(o.tracks, t)
		taken = true
	}
}

// sdpFormat is one payload type of a media with what the description says of it.
type sdpFormat struct {
	payloadType uint8
	codec       string // upper case, "" when not said
	clock       int    // 0 when not said
	channels    int    // 0 when not said
	fmtp        map[string]string
}

func (m *sdpMedia) track(f sdpFormat) (offered, error) {
	t := offered{payloadType: f.payloadType}
	var err error
	switch f.codecName(m.kind) {
	case "H264":
		t.track = media.Track{Kind: packet.H264, ClockRate: 90000, Params: f.h264Params()}
		t.noParams = !t.track.Params.Complete(packet.H264)
	case "H265":
		t.track = media.Track{Kind: packet.H265, ClockRate: 90000, Params: f.h265Params()}
		t.noParams = !t.track.Params.Complete(packet.H265)
	case "AAC":
		t.track, err = f.aac()
	case "LATM":
		t.track, err = f.latm()
		t.latm = true
	case "OPUS":
		channels := 1
		if f.fmtp["sprop-stereo"] == "1" {
			channels = 2
		}
		t.track = media.Track{Kind: packet.Opus, ClockRate: 48000, SampleRate: 48000, Channels: channels}
	case "PCMA":
		t.track = f.g711(packet.PCMA)
	case "PCMU":
		t.track = f.g711(packet.PCMU)
	case "G722":
		// RFC 3551 section 4.5.2: the clock is 8000 although 16000 samples a
		// second are sent. Cameras that announce 16000 are mended by the clock.
		t.track = media.Track{Kind: packet.G722, ClockRate: 8000, SampleRate: 16000, Channels: 1}
	default:
		err = fmt.Errorf("payload type %d (%s) is not carried", f.payloadType, f.codecOr("unnamed"))
	}
	return t, err
}

// g711 keeps an announced rate: some cameras do send wide-band G.711.
func (f sdpFormat) g711(kind packet.Kind) media.Track {
	rate := f.clock
	if rate < 8000 || rate > 48000 || f.payloadType == 0 || f.payloadType == 8 {
		rate = 8000
	}
	return media.Track{Kind: kind, ClockRate: rate, SampleRate: rate, Channels: min(max(1, f.channels), 2)}
}

func (f sdpFormat) codecOr(other string) string {
	if f.codec == "" {
		return other
	}
	return f.codec
}

// codecName is the codec in one spelling; where the description does not name
// it, it is told by the payload type or by the parameters.
func (f sdpFormat) codecName(kind string) string {
	switch strings.NewReplacer(".", "", "-", "", "_", "").Replace(f.codec) {
	case "H264", "AVC", "AVC1":
		return "H264"
	case "H265", "HEVC":
		return "H265"
	case "MPEG4GENERIC", "AAC", "AACHBR":
		return "AAC"
	case "MP4ALATM":
		return "LATM"
	case "OPUS":
		return "OPUS"
	case "PCMA", "ALAW", "G711A", "G711ALAW":
		return "PCMA"
	case "PCMU", "ULAW", "G711U", "G711ULAW", "MULAW":
		return "PCMU"
	case "G722":
		return "G722"
	case "":
		return f.guess(kind)
	}
	return ""
}

func (f sdpFormat) guess(kind string) string {
	has := func(key string) bool { _, ok := f.fmtp[key]; return ok }
	switch {
	case kind == "audio" && f.payloadType == 0:
		return "PCMU"
	case kind == "audio" && f.payloadType == 8:
		return "PCMA"
	case kind == "audio" && f.payloadType == 9:
		return "G722"
	case kind == "audio" && has("config") && (has("sizelength") || has("mode")):
		return "AAC"
	case kind == "video" && (has("sprop-vps") || has("sprop-sps")):
		return "H265"
	case kind == "video" && f.payloadType >= 96:
		return "H264" // by far the likeliest; its parameter sets tell soon enough
	}
	return ""
}

func atoi(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
