package camera

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format"

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
	if c.Length <= 0 {
		return errors.New("it has no length")
	}
	if c.Audio != nil {
		c.Audio.Samples = slices.DeleteFunc(c.Audio.Samples, func(s Sample) bool { return s.At >= c.Length })
	}
	return nil
}
