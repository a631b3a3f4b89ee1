package recordtest

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"avhub/media/packet"
	"avhub/media/pcm"
	"avhub/media/rtsp/camera"
	"avhub/recorder/flac"
	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// track plays one track of a clip in a loop.
type track struct {
	described fmp4.Track
	stated    manifest.Track
	clip      *camera.Track
	length    time.Duration // of the clip
	sound     *pcm.Decoder
	written   uint64 // samples in FLAC

	i    int           // the next sample
	loop time.Duration // where the clip began the last time
}

// tracksOf opens a room's clip.
func tracksOf(o *Options) ([]*track, error) {
	clip := o.Clip
	if clip == nil {
		channel, err := camera.DemoChannel(o.Room)
		if err != nil {
			return nil, err
		}
		clip = channel.Main
		if o.Small {
			clip = channel.Sub
		}
	}
	var all []*track
	if clip.Video != nil && !o.NoPicture {
		all = append(all, videoTrack(clip.Video))
	}
	if clip.Audio != nil && !o.NoSound {
		t, err := audioTrack(clip.Audio)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("nothing of the clip %s is left", o.Room)
	}
	for _, t := range all {
		t.length = clip.Length
		d := &t.described
		t.stated = manifest.Track{
			ID: d.ID, Kind: "audio", Codec: string(d.Codec), Source: t.stated.Source, MIME: d.MIME(), Timescale: d.Timescale,
			Width: d.Width, Height: d.Height, SampleRate: d.SampleRate, Channels: d.Channels,
		}
		if d.Codec.Video() {
			t.stated.Kind = "video"
		}
	}
	// The first track's first frame is the recording's beginning.
	for begin, i := all[0].at(), 0; i < len(all); i++ {
		for all[i].loop = -begin; all[i].at() < 0; {
			all[i].skip()
		}
	}
	return all, nil
}

func videoTrack(c *camera.Track) *track {
	d := fmp4.Track{ID: 1, Timescale: c.Rate}
	switch f := c.Format.(type) {
	case *format.H264:
		d.Codec, d.SPS, d.PPS = fmp4.H264, f.SPS, f.PPS
	case *format.H265:
		d.Codec, d.VPS, d.SPS, d.PPS = fmp4.H265, f.VPS, f.SPS, f.PPS
	}
	if info, err := packet.ParseSPS(c.Kind, d.SPS); err == nil {
		d.Width, d.Height = info.Width, info.Height
	}
	return &track{described: d, clip: decodable(c)}
}

// decodable sends frames early enough: none is shown before it is decoded.
func decodable(c *camera.Track) *camera.Track {
	var late time.Duration
	for _, s := range c.Samples {
		late = max(late, s.At-s.PTS)
	}
	moved := *c
	moved.Samples = slices.Clone(c.Samples)
	for i := range moved.Samples {
		moved.Samples[i].At -= late
	}
	return &moved
}

func audioTrack(c *camera.Track) (*track, error) {
	d := fmp4.Track{ID: 2, Timescale: c.Rate, SampleRate: c.Rate, Channels: 1}
	t := &track{clip: c}
	switch f := c.Format.(type) {
	case *format.MPEG4Audio:
		config, err := f.Config.Marshal()
		if err != nil {
			return nil, err
		}
		d.Codec, d.Config, d.SampleRate, d.Channels = fmp4.AAC, config, f.Config.SampleRate, f.Config.ChannelCount
	case *format.Opus:
		d.Codec, d.Channels = fmp4.Opus, f.ChannelCount
	default:
		t.sound, _ = pcm.NewDecoder(c.Kind)
		if t.sound == nil {
			return nil, fmt.Errorf("%s sound has no place in a recording", c.Kind)
		}
		d.Codec, t.stated.Source = fmp4.FLAC, c.Kind.String()
	}
	t.described = d
	return t, nil
}

// frame is one of a track on the recording's timeline.
type frame struct {
	dts      int64 // ticks
	shift    int32
	keyframe bool
	data     [][]byte
}

// at is when the next frame comes.
func (t *track) at() time.Duration { return t.loop + t.clip.Samples[t.i].At }

func (t *track) keyframe() bool { return t.clip.Samples[t.i].Keyframe }

// skip leaves the next frame out.
func (t *track) skip() {
	if t.i++; t.i == len(t.clip.Samples) {
		t.i, t.loop = 0, t.loop+t.length
	}
}

// take is the next frame.
func (t *track) take() frame {
	s := t.clip.Samples[t.i]
	f := frame{dts: t.ticks(t.at()), keyframe: s.Keyframe, data: s.Data}
	f.shift = int32(t.ticks(t.loop+s.PTS) - f.dts)
	if t.sound != nil {
		samples := t.sound.Append(nil, s.Data[0])
		f.data = [][]byte{flac.AppendFrame(nil, t.written, t.described.SampleRate, 1, samples)}
		t.written += uint64(len(samples))
	}
	t.skip()
	return f
}

func (t *track) ticks(d time.Duration) int64 {
	return int64(math.Round(d.Seconds() * float64(t.described.Timescale)))
}

func (t *track) micros(ticks int64) manifest.Micros {
	return manifest.Micros(math.Round(float64(ticks) * 1e6 / float64(t.described.Timescale)))
}
