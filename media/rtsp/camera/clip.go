package camera

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/pmp4"

	"avhub/media/packet"
)

// Clip is a clip in memory.
type Clip struct {
	Video, Audio *Track // either may be nil
	Length       time.Duration
}

// Track is a clip's picture or sound.
type Track struct {
	Kind    packet.Kind
	Rate    int // RTP clock, in Hz
	Format  format.Format
	Samples []Sample
	params  [][]byte // video: parameter sets that go before each keyframe
}

// Sample is one picture or audio frame.
type Sample struct {
	At       time.Duration // when it is sent, in decoding order
	PTS      time.Duration
	Keyframe bool
	Data     [][]byte // NAL units, or the audio frame
}

const maxClip = 512 << 20 // bytes of a clip's file

// Open reads an MP4 clip; G.711 A-law sound may lie beside it in a file of the
// same name ending in .alaw (8 kHz, mono, no header).
func Open(path string) (*Clip, error) {
	return open(os.DirFS(filepath.Dir(path)), filepath.Base(path))
}

func open(fsys fs.FS, name string) (*Clip, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("clip: %w", err)
	}
	if len(data) > maxClip {
		return nil, fmt.Errorf("clip %s: over %d bytes", name, maxClip)
	}
	clip, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("clip %s: %w", name, err)
	}
	alaw, err := fs.ReadFile(fsys, strings.TrimSuffix(name, filepath.Ext(name))+".alaw")
	switch {
	case err == nil && clip.Audio == nil:
		clip.Audio = alawTrack(alaw)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("clip: %w", err)
	}
	return clip, clip.measure()
}

func parse(data []byte) (*Clip, error) {
	var p pmp4.Presentation
	if err := p.Unmarshal(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("not an MP4 with codecs that can be played: %w", err)
	}
	clip := &Clip{}
	for _, t := range p.Tracks {
		track, err := readTrack(t)
		if err != nil {
			return nil, err
		}
		switch {
		case track == nil:
		case track.Kind.Video() && clip.Video == nil:
			clip.Video = track
		case !track.Kind.Video() && clip.Audio == nil:
			clip.Audio = track
		}
	}
	if clip.Video == nil && clip.Audio == nil {
		return nil, errors.New("neither H.264 or H.265 pictures nor AAC or Opus sound in it")
	}
	return clip, nil
}

func readTrack(t *pmp4.Track) (*Track, error) {
	track := &Track{Rate: int(t.TimeScale)}
	switch c := t.Codec.(type) {
	case *mp4.CodecH264:
		track.Kind, track.Rate, track.params = packet.H264, 90000, [][]byte{c.SPS, c.PPS}
		track.Format = &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: c.SPS, PPS: c.PPS}
	case *mp4.CodecH265:
		track.Kind, track.Rate, track.params = packet.H265, 90000, [][]byte{c.VPS, c.SPS, c.PPS}
		track.Format = &format.H265{PayloadTyp: 96, VPS: c.VPS, SPS: c.SPS, PPS: c.PPS}
	case *mp4.CodecMPEG4Audio:
		config := c.Config
		track.Kind, track.Rate = packet.AAC, config.SampleRate
		track.Format = &format.MPEG4Audio{PayloadTyp: 97, Config: &config, SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3}
	case *mp4.CodecOpus:
		track.Kind, track.Rate = packet.Opus, 48000
		track.Format = &format.Opus{PayloadTyp: 97, ChannelCount: c.ChannelCount}
	default:
		return nil, nil
	}
	return track, track.read(t)
}

// read copies the samples. Those before time 0 (an encoder's priming, cut off
// by the edit list) are left out.
func (t *Track) read(from *pmp4.Track) error {
	at := int64(from.TimeOffset)
	scale := func(ticks int64) time.Duration {
		return time.Duration(ticks) * time.Second / time.Duration(from.TimeScale)
	}
	for _, s := range from.Samples {
		payload, err := s.GetPayload()
		if err != nil {
			return err
		}
		sample := Sample{At: scale(at), PTS: scale(at + int64(s.PTSOffset)), Keyframe: !s.IsNonSyncSample, Data: [][]byte{payload}}
		at += int64(s.Duration)
		if t.Kind.Video() {
			var nalus h264.AVCC // the same form for H.265
			if err := nalus.Unmarshal(payload); err != nil {
				return err
			}
			sample.Data = withoutParams(t.Kind, nalus)
		}
		if sample.At >= 0 {
			t.Samples = append(t.Samples, sample)
		}
	}
	return nil
}

func withoutParams(k packet.Kind, nalus [][]byte) [][]byte {
	return slices.DeleteFunc(nalus, func(n []byte) bool { return packet.IsParamSet(k, n) })
}

// alawTrack cuts G.711 into frames of 20 ms.
func alawTrack(data []byte) *Track {
	const frame = 160
	t := &Track{Kind: packet.PCMA, Rate: 8000, Format: &format.G711{PayloadTyp: 8, SampleRate: 8000, ChannelCount: 1}}
	for i := 0; i+frame <= len(data); i += frame {
		at := time.Duration(i) * time.Second / 8000
		t.Samples = append(t.Samples, Sample{At: at, PTS: at, Keyframe: true, Data: [][]byte{data[i : i+frame]}})
	}
	return t
}

// measure finds the clip's length: the picture's, rounded to 10 ms, and cuts
// the sound to it so that the loop has no seam.
func (c *Clip) measure() error {
	t := c.Video
	if t == nil {
		t = c.Audio
	}
	n := len(t.Samples)
	if n < 2 {
		return errors.New("it has fewer than two samples")
	}
	last := t.Samples[n-1].At
	c.Length = (last + last/time.Duration(n-1)).Round(10 * time.Millisecond)
	if c.Audio != nil {
		c.Audio.Samples = slices.DeleteFunc(c.Audio.Samples, func(s Sample) bool { return s.At >= c.Length })
	}
	return nil
}
