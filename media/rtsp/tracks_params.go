package rtsp

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"avhub/media"
	"avhub/media/packet"
)

// h264Params reads sprop-parameter-sets (RFC 6184 section 8.1), sorted by what
// the sets are: cameras swap them, and some send one or none.
func (f sdpFormat) h264Params() packet.ParamSets {
	var p packet.ParamSets
	for _, s := range strings.Split(f.fmtp["sprop-parameter-sets"], ",") {
		nalu := decodeParam(s)
		if len(nalu) < 2 {
			continue
		}
		switch nalu[0] & 0x1f {
		case 7:
			if _, err := packet.ParseSPS(packet.H264, nalu); err == nil && p.SPS == nil {
				p.SPS = nalu
			}
		case 8:
			if p.PPS == nil {
				p.PPS = nalu
			}
		}
	}
	return p
}

// h265Params reads sprop-vps, sprop-sps and sprop-pps (RFC 7798 section 7.1).
func (f sdpFormat) h265Params() packet.ParamSets {
	first := func(key string) []byte {
		s, _, _ := strings.Cut(f.fmtp[key], ",")
		if nalu := decodeParam(s); len(nalu) > 2 {
			return nalu
		}
		return nil
	}
	p := packet.ParamSets{VPS: first("sprop-vps"), SPS: first("sprop-sps"), PPS: first("sprop-pps")}
	if _, err := packet.ParseSPS(packet.H265, p.SPS); err != nil {
		p.SPS = nil
	}
	return p
}

// decodeParam decodes a base64 parameter set, padded or not, and takes off an
// Annex B start code that some cameras leave in.
func decodeParam(s string) []byte {
	s = strings.TrimRight(strings.Join(strings.Fields(s), ""), "=")
	nalu, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	nalu = bytes.TrimPrefix(nalu, []byte{0, 0, 0, 1})
	return bytes.TrimPrefix(nalu, []byte{0, 0, 1})
}

// aac reads an RFC 3640 description. What is missing is filled in with what
// cameras mean: AAC-hbr, low complexity, the rate and channels of the rtpmap.
func (f sdpFormat) aac() (media.Track, error) {
	layout := packet.AACConfig{SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3}
	if strings.EqualFold(f.fmtp["mode"], "AAC-lbr") {
		layout = packet.AACConfig{SizeLength: 6, IndexLength: 2, IndexDeltaLength: 2}
	}
	for key, to := range map[string]*int{
		"sizelength": &layout.SizeLength, "indexlength": &layout.IndexLength, "indexdeltalength": &layout.IndexDeltaLength,
	} {
		if v, ok := f.fmtp[key]; ok {
			if n := atoi(v); n <= 32 && (n > 0 || key != "sizelength") {
				*to = n
			}
		}
	}
	asc := f.audioConfig()
	if asc == nil {
		asc = &mpeg4audio.AudioSpecificConfig{
			Type: mpeg4audio.ObjectTypeAACLC, SampleRate: f.clock, ChannelCount: max(1, f.channels),
		}
	}
	return f.aacTrack(asc, layout)
}

func (f sdpFormat) audioConfig() *mpeg4audio.AudioSpecificConfig {
	enc, err := hex.DecodeString(f.fmtp["config"])
	if err != nil || len(enc) == 0 {
		return nil
	}
	var asc mpeg4audio.AudioSpecificConfig
	if asc.Unmarshal(enc) != nil || asc.SampleRate == 0 || asc.ChannelCount == 0 {
		return nil
	}
	return &asc
}

func (f sdpFormat) aacTrack(asc *mpeg4audio.AudioSpecificConfig, layout packet.AACConfig) (media.Track, error) {
	config, err := asc.Marshal()
	if err != nil {
		return media.Track{}, fmt.Errorf("AAC with an unusual configuration is not carried: set the camera to AAC-LC")
	}
	clock := asc.SampleRate
	samples := 1024
	if asc.FrameLengthFlag {
		samples = 960
	}
	// With SBR the clock may be twice the core's rate: the rtpmap decides.
	if f.clock == asc.ExtensionSampleRate && f.clock == 2*asc.SampleRate {
		clock, samples = f.clock, 2*samples
	}
	layout.FrameSamples = samples
	rate := max(asc.SampleRate, asc.ExtensionSampleRate)
	return media.Track{
		Kind: packet.AAC, ClockRate: clock, SampleRate: rate, Channels: asc.ChannelCount,
		Config: config, AAC: layout,
	}, nil
}
