package recorder

import (
	"bytes"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/pcm"
	"avhub/recorder/flac"
	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// track is one of the source's tracks on its way into files.
type track struct {
	in      media.Track
	account *account
	codec   fmp4.Codec // empty: no file can hold it
	rate    int        // ticks a second
	sound   *pcm.Decoder
	samples []int16 // room for decoded sound
	written uint64  // samples in FLAC so far
	times   *decodeTimes

	params        packet.ParamSets
	width, height int

	begun   bool
	next    uint64          // ordinal that is expected
	nominal int64           // a frame's usual duration, in ticks
	at      manifest.Micros // of the last unit
	spacing manifest.Micros // between the last two
	last    int64           // decoding time of the last frame that was finished, in ticks
	end     int64           // of that frame
	pending *frame          // whose duration the next one will tell
	frames  []*frame

	keyed   bool             // a keyframe was kept, and all that came after it: what comes next can be decoded
	waiting *manifest.Micros // since when a keyframe is waited for; nil: not yet

	// A time in which the track gave nothing that could be kept, while others did.
	missing *manifest.TrackGap
}

// account counts a track's frames over the whole recording. in = kept + gapped +
// those in hand.
type account struct {
	id               int
	kind             string
	in, kept, gapped uint64
}

// frame is a unit as a file holds it.
type frame struct {
	unit     *media.Unit
	data     [][]byte
	dts, pts int64
	duration int64 // 0: not known
}

func newTrack(in media.Track, a *account) *track {
	t := &track{in: in, account: a, rate: in.ClockRate, params: in.Params, times: newDecodeTimes(in.Kind), last: -1}
	switch in.Kind {
	case packet.H264:
		t.codec = fmp4.H264
	case packet.H265:
		t.codec = fmp4.H265
	case packet.VP8:
		t.codec = fmp4.VP8
	case packet.AAC:
		t.codec = fmp4.AAC
		t.nominal = 1024
		if in.AAC.FrameSamples > 0 {
			t.nominal = int64(in.AAC.FrameSamples)
		}
	case packet.Opus:
		t.codec = fmp4.Opus
	default:
		if decoder, ok := pcm.NewDecoder(in.Kind); ok {
			t.codec, t.sound, t.rate = fmp4.FLAC, decoder, decoder.Rate()
		}
	}
	return t
}

func (t *track) video() bool { return t.in.Kind.Video() }

// missed is how many units the reader has missed right before this one.
func (t *track) missed(u *media.Unit) uint64 {
	var n uint64
	if t.begun && u.Ordinal > t.next {
		n = u.Ordinal - t.next
	}
	t.begun, t.next = true, u.Ordinal+1
	return n
}

// rhythm sees how far apart pictures come: a camera may send one every few seconds,
// and that is no gap. Two like spacings make a rhythm.
func (t *track) rhythm(pos manifest.Micros, missed uint64) {
	spacing := pos - t.at
	if t.video() && missed == 0 && spacing > manifest.MicrosOf(holeAfter) && spacing < 10_000_000 && (spacing-t.spacing).Duration().Abs() < spacing.Duration()/4 {
		t.nominal = microsToTicks(spacing, t.rate)
	}
	t.at, t.spacing = pos, spacing
}

// learn takes what the unit says of its track, and tells whether a file that was
// begun before does not describe it any more.
func (t *track) learn(u *media.Unit) (changed bool) {
	switch t.in.Kind {
	case packet.H264, packet.H265:
		found := packet.FindParamSets(t.in.Kind, u.Data)
		if !found.Complete(t.in.Kind) {
			return false
		}
		changed = !bytes.Equal(found.SPS, t.params.SPS) || !bytes.Equal(found.PPS, t.params.PPS) || !bytes.Equal(found.VPS, t.params.VPS)
		if changed || t.width == 0 {
			t.params = found
			if info, err := packet.ParseSPS(t.in.Kind, found.SPS); err == nil {
				t.width, t.height = info.Width, info.Height
			}
		}
	case packet.VP8:
		if w, h, ok := vp8Size(vp8Frame(u.Data)); ok {
			changed = w != t.width || h != t.height
			t.width, t.height = w, h
		}
	}
	return changed
}

// describable tells whether a file can say what the track is.
func (t *track) describable() bool {
	switch t.codec {
	case "":
		return false
	case fmp4.H264, fmp4.H265:
		return t.params.Complete(t.in.Kind)
	case fmp4.VP8:
		return t.width > 0
	case fmp4.AAC:
		return len(t.in.Config) > 0
	}
	return true
}

// describe is the track as a file's header has it.
func (t *track) describe(start int64) fmp4.Track {
	d := fmp4.Track{
		ID: t.account.id, Codec: t.codec, Timescale: t.rate, Start: start,
		VPS: t.params.VPS, SPS: t.params.SPS, PPS: t.params.PPS, Config: t.in.Config,
		Width: t.width, Height: t.height, SampleRate: t.in.SampleRate, Channels: max(t.in.Channels, 1),
	}
	switch {
	case t.sound != nil:
		d.SampleRate = t.rate
	case t.codec == fmp4.Opus:
		d.SampleRate = 48000
	case t.video():
		d.Channels = 0
		if t.width == 0 {
			if info, err := packet.ParseSPS(t.in.Kind, t.params.SPS); err == nil {
				d.Width, d.Height = info.Width, info.Height
			}
		}
	}
	return d
}

// stated is the track as the manifest has it.
func (t *track) stated() manifest.Track {
	d := t.describe(0)
	s := manifest.Track{
		ID: d.ID, Kind: t.account.kind, Codec: string(t.codec), MIME: d.MIME(), Timescale: t.rate,
		Width: d.Width, Height: d.Height, SampleRate: d.SampleRate, Channels: d.Channels,
	}
	if t.sound != nil {
		s.Source = t.in.Kind.String()
	}
	return s
}

// frame makes the unit what a file holds. line must be known.
func (t *track) frame(u *media.Unit, line *timeline) *frame {
	f := &frame{unit: u, data: u.Data}
	pts := line.ticks(u, t.in.ClockRate)
	if t.rate != t.in.ClockRate { // G.722's RTP clock runs at half its rate (RFC 3551 section 4.5.2)
		pts = pts * int64(t.rate) / int64(t.in.ClockRate)
	}
	switch {
	case hasNALUs(t.in.Kind):
		f.data = notEmpty(u.Data)
	case t.in.Kind == packet.VP8:
		f.data = [][]byte{vp8Frame(u.Data)}
	case t.in.Kind == packet.Opus:
		f.duration = opusDuration(u.Data[0])
	case t.in.Kind == packet.AAC:
		f.duration = t.nominal
	case t.sound != nil:
		t.samples = t.sound.Append(t.samples[:0], u.Data[0])
		channels := max(t.in.Channels, 1)
		f.duration = int64(len(t.samples) / channels)
		f.data = [][]byte{t.pack(channels)}
	}
	f.pts, f.dts = max(pts, 0), t.times.next(f.data, max(pts, 0))
	return f
}

// pack makes FLAC of the decoded samples, one frame as a rule.
func (t *track) pack(channels int) []byte {
	var out []byte
	rest := t.samples[:len(t.samples)/channels*channels]
	for len(rest) > 0 {
		n := min(len(rest), flac.MaxBlock*channels)
		out = flac.AppendFrame(out, t.written, t.rate, channels, rest[:n])
		t.written += uint64(n / channels)
		rest = rest[n:]
	}
	return out
}

// align lets a frame of sound follow the one before it without a hole, as long as the
// clock, which is being corrected, is not far from what the codec says. No frame of any
// kind is decoded before the one that came before it, or before the file's zero.
func (t *track) align(f *frame, zero int64) {
	last, end := t.last, t.end
	if p := t.pending; p != nil {
		last, end = p.dts, p.dts+p.duration
	}
	if off := f.dts - end; end > 0 && f.duration > 0 && max(off, -off) <= int64(t.rate)/200 {
		f.dts = end
	}
	f.dts = max(f.dts, last+1, zero)
	if !t.video() {
		f.pts = f.dts
	}
}

// settle tells the pending frame its duration, now that the next one is known, and
// puts it into the part.
func (t *track) settle(next *frame) {
	p := t.pending
	if p == nil {
		return
	}
	d := next.dts - p.dts
	if t.video() {
		t.nominal = d
	}
	t.finish(max(d, 1))
}

// finish puts the pending frame into the part; 0 takes the usual duration.
func (t *track) finish(duration int64) {
	p := t.pending
	if p == nil {
		return
	}
	if duration == 0 {
		duration = p.duration
	}
	if duration == 0 {
		duration = t.usual()
	}
	p.duration = duration
	t.last, t.end = p.dts, p.dts+duration
	t.frames = append(t.frames, p)
	t.pending = nil
}

// usual is how long a frame lasts as a rule: a 25th of a second before anything is
// known.
func (t *track) usual() int64 {
	if t.nominal > 0 {
		return min(t.nominal, 10*int64(t.rate))
	}
	return int64(t.rate) / 25
}

// head is where the track's frames end on the recording's timeline, the pending one
// included.
func (t *track) head() manifest.Micros {
	end := t.end
	if p := t.pending; p != nil {
		d := p.duration
		if d == 0 {
			d = t.usual()
		}
		end = p.dts + d
	}
	return ticksToMicros(end, t.rate)
}
