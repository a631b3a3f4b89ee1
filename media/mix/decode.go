package mix

import (
	"fmt"

	"github.com/pion/opus"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/pcm"
)

// decoder makes 48 kHz of one track's frames.
type decoder struct {
	opus     *opus.Decoder
	g        *pcm.Decoder
	up       *interpolator
	channels int

	ints   []int16
	floats []float32 // at the track's own rate
	out    []float32
}

// silentPacket is the length up to which an Opus packet says that its sender is silent:
// no sound fits into it (RFC 6716 section 3.1, and DTX as libopus has it).
const silentPacket = 2

// newDecoder makes a decoder for a track, or says why it cannot be mixed.
func newDecoder(t media.Track) (*decoder, error) {
	if t.Kind == packet.Opus {
		o, err := opus.NewDecoderWithOutput(Rate, 1)
		if err != nil {
			return nil, err
		}
		return &decoder{opus: &o, out: make([]float32, MaxPush)}, nil
	}
	g, ok := pcm.NewDecoder(t.Kind)
	if !ok {
		return nil, fmt.Errorf("%s sound cannot be mixed as it is: set the device to G.711, G.722 or Opus, or install ffmpeg", t.Kind)
	}
	rate := t.SampleRate
	if t.Kind == packet.G722 || rate == 0 {
		rate = g.Rate()
	}
	switch ratio := Rate / rate; {
	case Rate%rate == 0 && (ratio == 1 || ratio == 2 || ratio == 3 || ratio == 6):
		return &decoder{g: g, up: newInterpolator(ratio), channels: max(1, t.Channels)}, nil
	}
	return nil, fmt.Errorf("%s sound at %d Hz cannot be mixed: set the device to 8000 Hz", t.Kind, rate)
}

// decode returns the frame's samples, which hold until the next call; nil says that the
// sender is silent.
func (d *decoder) decode(frame []byte) ([]float32, error) {
	if d.opus != nil {
		if len(frame) <= silentPacket {
			return nil, nil
		}
		n, err := d.opus.DecodeToFloat32(frame, d.out)
		if err != nil {
			return nil, fmt.Errorf("opus: %w", err)
		}
		return d.out[:n], nil
	}
	if len(frame) == 0 {
		return nil, nil
	}
	d.ints = d.g.Append(d.ints[:0], frame)
	d.floats = d.floats[:0]
	for i := 0; i+d.channels <= len(d.ints); i += d.channels {
		sum := 0
		for _, s := range d.ints[i : i+d.channels] {
			sum += int(s)
		}
		d.floats = append(d.floats, float32(sum)/float32(32768*d.channels))
	}
	d.out = d.up.append(d.out[:0], d.floats)
	return d.out, nil
}
