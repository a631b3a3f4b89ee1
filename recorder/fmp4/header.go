package fmp4

import (
	"bytes"
	"errors"
	"fmt"

	mediafmp4 "github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"

	"avhub/recorder/flac"
)

// Header is what a file begins with: ftyp and moov.
func Header(tracks []Track) ([]byte, error) { return header(tracks, true) }

// Initialization is a header without edit lists, for players that are told the
// timeline by a playlist (HLS) or by a script (MSE).
func Initialization(tracks []Track) ([]byte, error) { return header(tracks, false) }

func header(tracks []Track, edits bool) ([]byte, error) {
	if len(tracks) == 0 {
		return nil, errors.New("fmp4: a file needs a track")
	}
	var b boxes
	ftyp := b.begin("ftyp")
	b.text("iso6")
	b.u32(0)
	b.text("iso6isommp42cmfc")
	b.end(ftyp)

	moov := b.begin("moov")
	b.mvhd(len(tracks))
	for i := range tracks {
		if err := b.trak(&tracks[i], edits); err != nil {
			return nil, err
		}
	}
	mvex := b.begin("mvex")
	for _, t := range tracks {
		trex := b.full("trex", 0, 0)
		b.u32(uint32(t.ID))
		b.u32(1) // sample description
		b.zeros(12)
		b.end(trex)
	}
	b.end(mvex)
	b.end(moov)
	return b, nil
}

const movieTimescale = 1000

var unity = [9]uint32{0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000}

func (b *boxes) matrix() {
	for _, v := range unity {
		b.u32(v)
	}
}

func (b *boxes) mvhd(tracks int) {
	at := b.full("mvhd", 0, 0)
	b.zeros(8) // made, changed
	b.u32(movieTimescale)
	b.u32(0)       // duration: that of the fragments
	b.u32(0x10000) // rate
	b.u16(0x100)   // volume
	b.zeros(2 + 8) // reserved
	b.matrix()
	b.zeros(24)
	b.u32(uint32(tracks) + 1)
	b.end(at)
}

func (b *boxes) trak(t *Track, edits bool) error {
	stsd, err := sampleDescription(t)
	if err != nil {
		return err
	}
	trak := b.begin("trak")
	tkhd := b.full("tkhd", 0, 3) // enabled, in movie
	b.zeros(8)
	b.u32(uint32(t.ID))
	b.zeros(4 + 4 + 8 + 2)
	if t.Codec.Video() {
		b.u16(0)
		b.u16(0)
	} else {
		b.u16(1)     // alternate group
		b.u16(0x100) // volume
	}
	b.zeros(2)
	b.matrix()
	b.u32(uint32(t.Width) << 16)
	b.u32(uint32(t.Height) << 16)
	b.end(tkhd)
	if edits && t.Start != 0 {
		b.edits(t.Start)
	}
	b.mdia(t, stsd)
	b.end(trak)
	return nil
}

// edits shows the track from start on. A duration of 0 stands for that of the
// fragments, whatever comes.
func (b *boxes) edits(start int64) {
	edts := b.begin("edts")
	elst := b.full("elst", 1, 0)
	b.u32(1)
	b.u64(0)
	b.u64(uint64(start))
	b.u16(1)
	b.u16(0)
	b.end(elst)
	b.end(edts)
}

func (b *boxes) mdia(t *Track, stsd []byte) {
	mdia := b.begin("mdia")
	mdhd := b.full("mdhd", 0, 0)
	b.zeros(8)
	b.u32(uint32(t.Timescale))
	b.u32(0)
	b.u16(0x55c4) // language und
	b.u16(0)
	b.end(mdhd)

	handler, name := "soun", "Sound"
	if t.Codec.Video() {
		handler, name = "vide", "Picture"
	}
	hdlr := b.full("hdlr", 0, 0)
	b.u32(0)
	b.text(handler)
	b.zeros(12)
	b.text(name + "\x00")
	b.end(hdlr)

	minf := b.begin("minf")
	if t.Codec.Video() {
		at := b.full("vmhd", 0, 1)
		b.zeros(8)
		b.end(at)
	} else {
		at := b.full("smhd", 0, 0)
		b.zeros(4)
		b.end(at)
	}
	dinf := b.begin("dinf")
	dref := b.full("dref", 0, 0)
	b.u32(1)
	b.end(b.full("url ", 0, 1)) // the media is in this file
	b.end(dref)
	b.end(dinf)

	stbl := b.begin("stbl")
	*b = append(*b, stsd...)
	for _, name := range []string{"stts", "stsc"} {
		at := b.full(name, 0, 0)
		b.u32(0)
		b.end(at)
	}
	stsz := b.full("stsz", 0, 0)
	b.zeros(8)
	b.end(stsz)
	stco := b.full("stco", 0, 0)
	b.u32(0)
	b.end(stco)
	b.end(stbl)
	b.end(minf)
	b.end(mdia)
}

// sampleDescription is the stsd box of a track: mediacommon's where it knows the
// codec.
func sampleDescription(t *Track) ([]byte, error) {
	codec, err := t.description()
	if err != nil {
		return nil, err
	}
	if codec == nil {
		return ownDescription(t), nil
	}
	var out seekablebuffer.Buffer
	init := mediafmp4.Init{Tracks: []*mediafmp4.InitTrack{{ID: 1, TimeScale: uint32(t.Timescale), Codec: codec}}}
	if err := init.Marshal(&out); err != nil {
		return nil, fmt.Errorf("fmp4: %s: %w", t.Codec, err)
	}
	stsd, ok := find(out.Bytes(), "moov", "trak", "mdia", "minf", "stbl", "stsd")
	if !ok {
		return nil, fmt.Errorf("fmp4: %s: no sample description", t.Codec)
	}
	return bytes.Clone(stsd), nil
}

// ownDescription describes VP8 (the VP codec ISO media file format binding) and
// FLAC (its encapsulation in ISO base media files, 3.3.1).
func ownDescription(t *Track) []byte {
	var b boxes
	stsd := b.full("stsd", 0, 0)
	b.u32(1)
	if t.Codec == VP8 {
		entry := b.begin("vp08")
		b.zeros(6)
		b.u16(1) // data reference
		b.zeros(16)
		b.u16(uint16(t.Width))
		b.u16(uint16(t.Height))
		b.u32(0x480000)
		b.u32(0x480000)
		b.u32(0)
		b.u16(1) // frame count
		b.zeros(32)
		b.u16(24)
		b.u16(0xffff)
		vpcc := b.full("vpcC", 1, 0)
		b.u8(0, 40, 8<<4|1<<1, 2, 2, 2) // profile 0, level 4, 8 bits, 4:2:0, unspecified colours
		b.u16(0)
		b.end(vpcc)
		b.end(entry)
	} else {
		entry := b.begin("fLaC")
		b.zeros(6)
		b.u16(1)
		b.zeros(8)
		b.u16(uint16(t.Channels))
		b.u16(16) // bits a sample
		b.zeros(4)
		b.u32(uint32(t.SampleRate) << 16)
		dfla := b.full("dfLa", 0, 0)
		b.u8(0x80, 0, 0, 34) // last metadata block: STREAMINFO
		b = append(b, flac.StreamInfo(t.SampleRate, t.Channels)...)
		b.end(dfla)
		b.end(entry)
	}
	b.end(stsd)
	return b
}
