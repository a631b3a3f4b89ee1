package fmp4

import (
	"encoding/binary"
	"time"
)

// Sample is one frame.
type Sample struct {
	Data     [][]byte // for H.264 and H.265 the NAL units; else one stretch of bytes
	Duration uint32   // in ticks
	Shift    int32    // presentation less decoding time, in ticks
	Sync     bool     // decodable without what came before
}

// size is the sample's length in the file.
func (s *Sample) size(lengths bool) int {
	n := 0
	for _, d := range s.Data {
		n += len(d)
		if lengths {
			n += 4
		}
	}
	return n
}

// PartTrack is a part's samples of one track.
type PartTrack struct {
	ID      int
	Base    int64 // decoding time of the first sample, in ticks
	NALUs   bool  // H.264, H.265: each of Data gets its length before it
	Samples []Sample
}

// Part is one moof and mdat, with the wall clock before them.
type Part struct {
	Sequence uint32    // from 1
	UTC      time.Time // of the first track's first sample, by the hub's clock
	Tracks   []PartTrack
}

const (
	trunDataOffset = 0x001
	trunDuration   = 0x100
	trunSize       = 0x200
	trunFlags      = 0x400
	trunShift      = 0x800

	sampleSync    = 0x02000000 // depends on no other
	sampleNotSync = 0x01010000
)

// Append writes the part behind buf.
func (p *Part) Append(buf []byte) []byte {
	b := boxes(buf)
	if len(p.Tracks) > 0 {
		b.prft(p.Tracks[0].ID, p.UTC, p.Tracks[0].Base)
	}
	moof := b.begin("moof")
	mfhd := b.full("mfhd", 0, 0)
	b.u32(p.Sequence)
	b.end(mfhd)
	offsets := make([]int, 0, 4) // where each track's data offset stands
	for i := range p.Tracks {
		offsets = append(offsets, b.traf(&p.Tracks[i]))
	}
	b.end(moof)
	mdat := b.begin("mdat")
	for i := range p.Tracks {
		binary.BigEndian.PutUint32(b[offsets[i]:], uint32(len(b)-moof))
		for j := range p.Tracks[i].Samples {
			for _, d := range p.Tracks[i].Samples[j].Data {
				if p.Tracks[i].NALUs {
					b.u32(uint32(len(d)))
				}
				b = append(b, d...)
			}
		}
	}
	b.end(mdat)
	return b
}

// ntpEpoch is 1900-01-01 in Unix time.
const ntpEpoch = -2208988800

// prft is the producer reference time: the wall clock for a decoding time.
func (b *boxes) prft(track int, utc time.Time, at int64) {
	box := b.full("prft", 1, 24) // 24: the time is that of the capture
	b.u32(uint32(track))
	seconds := uint64(utc.Unix() - ntpEpoch)
	fraction := uint64(utc.Nanosecond()) << 32 / uint64(time.Second)
	b.u64(seconds<<32 | fraction)
	b.u64(uint64(at))
	b.end(box)
}

// traf returns where the data offset stands, to be filled in.
func (b *boxes) traf(t *PartTrack) int {
	traf := b.begin("traf")
	tfhd := b.full("tfhd", 0, 0x020000) // default base is moof
	b.u32(uint32(t.ID))
	b.end(tfhd)
	tfdt := b.full("tfdt", 1, 0)
	b.u64(uint64(t.Base))
	b.end(tfdt)
	flags := uint32(trunDataOffset | trunDuration | trunSize | trunFlags)
	for i := range t.Samples {
		if t.Samples[i].Shift != 0 {
			flags |= trunShift
		}
	}
	trun := b.full("trun", 1, flags)
	b.u32(uint32(len(t.Samples)))
	offset := len(*b)
	b.u32(0)
	for i := range t.Samples {
		s := &t.Samples[i]
		b.u32(s.Duration)
		b.u32(uint32(s.size(t.NALUs)))
		if s.Sync {
			b.u32(sampleSync)
		} else {
			b.u32(sampleNotSync)
		}
		if flags&trunShift != 0 {
			b.u32(uint32(s.Shift))
		}
	}
	b.end(trun)
	b.end(traf)
	return offset
}
