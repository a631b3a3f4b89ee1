package camera

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"avhub/media/packet"
)

// errNotMP4 says what a clip must be.
var errNotMP4 = errors.New("not an MP4 file that can be played: make one with ffmpeg -i CLIP -c:v libx264 -bf 0 -c:a aac OUT.mp4")

// maxSamples bounds the samples of one track: a day of sound.
const maxSamples = 5_000_000

// boxes are the boxes of one track that are looked at, by their last name.
type boxes map[string]mp4.IBox

// parse reads a clip's first picture and first sound.
func parse(data []byte) (*Clip, error) {
	r := bytes.NewReader(data)
	traks, err := mp4.ExtractBox(r, nil, mp4.BoxPath{mp4.BoxTypeMoov(), mp4.BoxTypeTrak()})
	if err != nil || len(traks) == 0 {
		return nil, errors.Join(errNotMP4, err)
	}
	clip := &Clip{}
	for _, trak := range traks {
		b, err := trackBoxes(r, trak)
		if err != nil {
			return nil, errors.Join(errNotMP4, err)
		}
		t := b.track()
		if t == nil || (t.Kind.Video() && clip.Video != nil) || (!t.Kind.Video() && clip.Audio != nil) {
			continue
		}
		if t.Samples, err = b.samples(data, t.Kind); err != nil {
			return nil, err
		}
		if t.Kind.Video() {
			clip.Video = t
		} else {
			clip.Audio = t
		}
	}
	if clip.Video == nil && clip.Audio == nil {
		return nil, fmt.Errorf("neither H.264 or H.265 pictures nor AAC or Opus sound in it: %w", errNotMP4)
	}
	return clip, nil
}

func trackBoxes(r *bytes.Reader, trak *mp4.BoxInfo) (boxes, error) {
	mdia := mp4.BoxPath{mp4.BoxTypeMdia()}
	stbl := append(mdia, mp4.BoxTypeMinf(), mp4.BoxTypeStbl())
	under := func(path mp4.BoxPath, names ...mp4.BoxType) mp4.BoxPath {
		return append(append(mp4.BoxPath{}, path...), names...)
	}
	entry := under(stbl, mp4.BoxTypeStsd())
	found, err := mp4.ExtractBoxesWithPayload(r, trak, []mp4.BoxPath{
		under(mdia, mp4.BoxTypeMdhd()), {mp4.BoxTypeEdts(), mp4.BoxTypeElst()},
		under(stbl, mp4.BoxTypeStts()), under(stbl, mp4.BoxTypeCtts()), under(stbl, mp4.BoxTypeStsc()),
		under(stbl, mp4.BoxTypeStsz()), under(stbl, mp4.BoxTypeStco()), under(stbl, mp4.BoxTypeCo64()), under(stbl, mp4.BoxTypeStss()),
		under(entry, mp4.BoxTypeAvc1(), mp4.BoxTypeAvcC()), under(entry, mp4.BoxTypeHvc1(), mp4.BoxTypeHvcC()),
		under(entry, mp4.BoxTypeHev1(), mp4.BoxTypeHvcC()), under(entry, mp4.BoxTypeMp4a(), mp4.BoxTypeEsds()),
		under(entry, mp4.BoxTypeOpus(), mp4.BoxTypeDOps()),
	})
	b := boxes{}
	for _, f := range found {
		b[f.Info.Type.String()] = f.Payload
	}
	return b, err
}

// track is the codec of a track, or nil if it is not one that can be played.
func (b boxes) track() *Track {
	if c, ok := b["avcC"].(*mp4.AVCDecoderConfiguration); ok && len(c.SequenceParameterSets) > 0 && len(c.PictureParameterSets) > 0 {
		sps, pps := c.SequenceParameterSets[0].NALUnit, c.PictureParameterSets[0].NALUnit
		return &Track{
			Kind: packet.H264, Rate: 90000, params: [][]byte{sps, pps},
			Format: &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: sps, PPS: pps},
		}
	}
	if c, ok := b["hvcC"].(*mp4.HvcC); ok {
		return hevcTrack(c)
	}
	if c, ok := b["esds"].(*mp4.Esds); ok {
		return aacTrack(c)
	}
	if c, ok := b["dOps"].(*mp4.DOps); ok {
		return &Track{Kind: packet.Opus, Rate: 48000, Format: &format.Opus{PayloadTyp: 97, ChannelCount: int(c.OutputChannelCount)}}
	}
	return nil
}

func hevcTrack(c *mp4.HvcC) *Track {
	var p packet.ParamSets
	for _, array := range c.NaluArrays {
		for _, n := range array.Nalus {
			q := packet.FindParamSets(packet.H265, [][]byte{n.NALUnit})
			if q.VPS != nil {
				p.VPS = q.VPS
			}
			if q.SPS != nil {
				p.SPS = q.SPS
			}
			if q.PPS != nil {
				p.PPS = q.PPS
			}
		}
	}
	if !p.Complete(packet.H265) {
		return nil
	}
	return &Track{
		Kind: packet.H265, Rate: 90000, params: [][]byte{p.VPS, p.SPS, p.PPS},
		Format: &format.H265{PayloadTyp: 96, VPS: p.VPS, SPS: p.SPS, PPS: p.PPS},
	}
}

func aacTrack(c *mp4.Esds) *Track {
	for _, d := range c.Descriptors {
		var config mpeg4audio.AudioSpecificConfig
		if d.Tag != mp4.DecSpecificInfoTag || config.Unmarshal(d.Data) != nil {
			continue
		}
		return &Track{
			Kind: packet.AAC, Rate: config.SampleRate,
			Format: &format.MPEG4Audio{PayloadTyp: 97, Config: &config, SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3},
		}
	}
	return nil
}

// samples reads the sample table. Samples before time 0 (an encoder's priming,
// which the edit list cuts off) are left out.
func (b boxes) samples(data []byte, kind packet.Kind) ([]Sample, error) {
	sizes, places, err := b.layout(len(data))
	if err != nil {
		return nil, err
	}
	mdhd, ok := b["mdhd"].(*mp4.Mdhd)
	if !ok || mdhd.Timescale == 0 {
		return nil, errNotMP4
	}
	at := func(ticks int64) time.Duration {
		return time.Duration(float64(ticks) / float64(mdhd.Timescale) * float64(time.Second))
	}
	keys := b.keyframes()
	steps, offsets := b.steps(len(sizes)), b.offsets(len(sizes))
	ticks := -b.editStart()
	var all []Sample
	for i, size := range sizes {
		payload := data[places[i] : places[i]+int64(size)]
		s := Sample{At: at(ticks), PTS: at(ticks + offsets[i]), Keyframe: keys == nil || keys[uint32(i+1)], Data: [][]byte{payload}}
		ticks += steps[i]
		if kind.Video() {
			var nalus h264.AVCC // H.265 has the same form
			if err := nalus.Unmarshal(payload); err != nil {
				return nil, fmt.Errorf("sample %d: %w", i+1, err)
			}
			s.Data = withoutParams(kind, nalus)
		}
		if s.PTS >= 0 {
			all = append(all, s)
		}
	}
	// With B-frames the first picture is decoded before time 0.
	if len(all) > 0 && all[0].At < 0 {
		early := all[0].At
		for i := range all {
			all[i].At -= early
		}
	}
	return all, nil
}

// layout is each sample's size and place in the file.
func (b boxes) layout(total int) (sizes []uint32, places []int64, err error) {
	stsz, ok1 := b["stsz"].(*mp4.Stsz)
	stsc, ok2 := b["stsc"].(*mp4.Stsc)
	if !ok1 || !ok2 || stsz.SampleCount > maxSamples {
		return nil, nil, errNotMP4
	}
	for i := range stsz.SampleCount {
		size := stsz.SampleSize
		if size == 0 {
			size = stsz.EntrySize[i]
		}
		sizes = append(sizes, size)
	}
	n := 0
	for chunk, start := range b.chunks() {
		for range perChunk(stsc, uint32(chunk+1)) {
			if n == len(sizes) {
				break
			}
			end := start + int64(sizes[n])
			if start < 0 || end > int64(total) {
				return nil, nil, fmt.Errorf("sample %d lies outside the file: %w", n+1, errNotMP4)
			}
			places = append(places, start)
			start = end
			n++
		}
	}
	if n != len(sizes) {
		return nil, nil, fmt.Errorf("%d of %d samples have a place: %w", n, len(sizes), errNotMP4)
	}
	return sizes, places, nil
}

func (b boxes) chunks() []int64 {
	var all []int64
	if c, ok := b["stco"].(*mp4.Stco); ok {
		for _, o := range c.ChunkOffset {
			all = append(all, int64(o))
		}
	}
	if c, ok := b["co64"].(*mp4.Co64); ok {
		for _, o := range c.ChunkOffset {
			all = append(all, int64(o))
		}
	}
	return all
}

func perChunk(stsc *mp4.Stsc, chunk uint32) uint32 {
	var n uint32
	for _, e := range stsc.Entries {
		if e.FirstChunk > chunk {
			break
		}
		n = e.SamplesPerChunk
	}
	return min(n, maxSamples)
}

func (b boxes) keyframes() map[uint32]bool {
	stss, ok := b["stss"].(*mp4.Stss)
	if !ok {
		return nil
	}
	keys := map[uint32]bool{}
	for _, n := range stss.SampleNumber {
		keys[n] = true
	}
	return keys
}

// steps is each sample's duration.
func (b boxes) steps(n int) []int64 {
	steps := make([]int64, 0, n)
	if stts, ok := b["stts"].(*mp4.Stts); ok {
		for _, e := range stts.Entries {
			for range min(int(e.SampleCount), n-len(steps)) {
				steps = append(steps, int64(e.SampleDelta))
			}
		}
	}
	return append(steps, make([]int64, n-len(steps))...)
}

// offsets is how much later than decoded each sample is shown.
func (b boxes) offsets(n int) []int64 {
	offsets := make([]int64, 0, n)
	if ctts, ok := b["ctts"].(*mp4.Ctts); ok {
		for i, e := range ctts.Entries {
			for range min(int(e.SampleCount), n-len(offsets)) {
				offsets = append(offsets, ctts.GetSampleOffset(i))
			}
		}
	}
	return append(offsets, make([]int64, n-len(offsets))...)
}

// editStart is where in the media the edit list begins.
func (b boxes) editStart() int64 {
	elst, ok := b["elst"].(*mp4.Elst)
	if !ok || len(elst.Entries) == 0 {
		return 0
	}
	return max(0, elst.GetMediaTime(0))
}
