package rtsp

import (
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"avhub/media"
	"avhub/media/packet"
)

// Payload types that are not fixed by RFC 3551.
const (
	videoPayloadType = 96
	audioPayloadType = 97
)

// formatOf is how a track stands in the description for players, or nil.
func formatOf(t media.Track) format.Format {
	switch t.Kind {
	case packet.H264:
		return &format.H264{PayloadTyp: videoPayloadType, PacketizationMode: 1, SPS: t.Params.SPS, PPS: t.Params.PPS}
	case packet.H265:
		return &format.H265{PayloadTyp: videoPayloadType, VPS: t.Params.VPS, SPS: t.Params.SPS, PPS: t.Params.PPS}
	case packet.VP8:
		return &format.VP8{PayloadTyp: videoPayloadType}
	case packet.VP9:
		return &format.VP9{PayloadTyp: videoPayloadType}
	case packet.AV1:
		return &format.AV1{PayloadTyp: videoPayloadType}
	case packet.Opus:
		return &format.Opus{PayloadTyp: audioPayloadType, ChannelCount: max(1, t.Channels)}
	case packet.AAC:
		return aacFormat(t)
	case packet.G722:
		return &format.G722{}
	case packet.PCMA, packet.PCMU:
		return g711Format(t)
	}
	return nil
}

func aacFormat(t media.Track) format.Format {
	var config mpeg4audio.AudioSpecificConfig
	if config.Unmarshal(t.Config) != nil {
		return nil
	}
	return &format.MPEG4Audio{PayloadTyp: audioPayloadType, Config: &config, SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3}
}

func g711Format(t media.Track) format.Format {
	f := &format.G711{MULaw: t.Kind == packet.PCMU, SampleRate: t.SampleRate, ChannelCount: max(1, t.Channels)}
	switch {
	case f.SampleRate != 8000 || f.ChannelCount != 1:
		f.PayloadTyp = audioPayloadType
	case !f.MULaw:
		f.PayloadTyp = 8
	}
	return f
}

// describe makes the description of a stream's own tracks; medias is by track,
// nil where a track cannot be carried.
func describe(s *media.Stream) (desc *description.Session, medias []*description.Media) {
	desc = &description.Session{Title: s.Name()}
	for _, t := range s.Tracks() {
		f := formatOf(t)
		if t.Derived || f == nil {
			medias = append(medias, nil)
			continue
		}
		m := &description.Media{Type: description.MediaTypeAudio, Formats: []format.Format{f}}
		if t.Kind.Video() {
			m.Type = description.MediaTypeVideo
		}
		medias = append(medias, m)
		desc.Medias = append(desc.Medias, m)
	}
	return desc, medias
}
