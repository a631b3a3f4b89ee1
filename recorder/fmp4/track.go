package fmp4

import (
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"
)

// Codec is what a track of a file is coded in.
type Codec string

// The codecs that files hold.
const (
	H264 Codec = "H264"
	H265 Codec = "H265"
	VP8  Codec = "VP8"
	VP9  Codec = "VP9"
	AV1  Codec = "AV1"
	AAC  Codec = "AAC"
	Opus Codec = "Opus"
	FLAC Codec = "FLAC"
)

// Video tells pictures from sound.
func (c Codec) Video() bool {
	switch c {
	case H264, H265, VP8, VP9, AV1:
		return true
	}
	return false
}

// Track is one track of a file.
type Track struct {
	ID        int // from 1
	Codec     Codec
	Timescale int   // ticks a second
	Start     int64 // presentation time that is shown first, in ticks

	VPS, SPS, PPS []byte // H.264, H.265
	Sequence      []byte // AV1: sequence header OBU
	Config        []byte // AAC: AudioSpecificConfig
	Width, Height int
	SampleRate    int
	Channels      int
}

// description is the codec as mediacommon describes it; nil where this package
// does so itself.
func (t *Track) description() (mp4.Codec, error) {
	switch t.Codec {
	case H264:
		return &mp4.CodecH264{SPS: t.SPS, PPS: t.PPS}, nil
	case H265:
		return &mp4.CodecH265{VPS: t.VPS, SPS: t.SPS, PPS: t.PPS}, nil
	case VP9:
		return &mp4.CodecVP9{Width: t.Width, Height: t.Height, BitDepth: 8, ChromaSubsampling: 1}, nil
	case AV1:
		return &mp4.CodecAV1{SequenceHeader: t.Sequence}, nil
	case Opus:
		return &mp4.CodecOpus{ChannelCount: t.Channels}, nil
	case AAC:
		var config mpeg4audio.AudioSpecificConfig
		if err := config.Unmarshal(t.Config); err != nil {
			return nil, fmt.Errorf("fmp4: AAC configuration: %w", err)
		}
		return &mp4.CodecMPEG4Audio{Config: config}, nil
	case VP8, FLAC:
		return nil, nil
	}
	return nil, fmt.Errorf("fmp4: no file can hold %q", t.Codec)
}

// MIME names the track's codec as RFC 6381 and its registrations do.
func (t *Track) MIME() string {
	switch t.Codec {
	case H264:
		if len(t.SPS) < 4 {
			return "avc1"
		}
		return fmt.Sprintf("avc1.%02X%02X%02X", t.SPS[1], t.SPS[2], t.SPS[3])
	case H265:
		return mimeH265(t.SPS)
	case VP8:
		return "vp8"
	case VP9:
		return "vp09.00.40.08"
	case AV1:
		return "av01.0.08M.08"
	case AAC:
		var config mpeg4audio.AudioSpecificConfig
		if config.Unmarshal(t.Config) != nil {
			return "mp4a.40.2"
		}
		return fmt.Sprintf("mp4a.40.%d", config.Type)
	case Opus:
		return "opus"
	case FLAC:
		return "fLaC"
	}
	return ""
}
