package fmp4

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Joined says how parts become one.
type Joined struct {
	Sequence uint32        // from 1
	Shift    map[int]int64 // added to each track's decoding times, in ticks by the track's id
	// Size is the joined part's length in bytes: that of all parts together, and
	// what is to be skipped of it. The room that is saved is a free box.
	Size int64
}

// Join writes what stands before the media of one part that holds several: the
// media of all of them, in their order, follows. A part that cannot be read is
// given by its length alone (Tracks nil, Media and Size as they are): its bytes
// follow too, and nothing refers to them.
//
// Players find each moof on their own. One for each group of pictures, rather than
// one for each half second, is what their indexes are made for, and a player that
// was told of a moof within another's bytes (as by ffmpeg's sidx reading) reads it
// twice.
func Join(buf []byte, parts []*Fragment, j Joined) ([]byte, error) {
	media := int64(0)
	for _, p := range parts {
		media += p.Offset + p.Size - p.Media
	}
	mdat := int64(8)
	if media+8 >= 1<<32 {
		mdat = 16
	}
	b := boxes(buf)
	moof := b.begin("moof")
	mfhd := b.full("mfhd", 0, 0)
	b.u32(j.Sequence)
	b.end(mfhd)
	var offsets []place32
	for _, id := range trackIDs(parts) {
		found, err := b.joinTrack(id, parts, j.Shift[id])
		if err != nil {
			return nil, err
		}
		offsets = append(offsets, found...)
	}
	b.end(moof)
	size := int64(len(b) - moof)
	pad := j.Size - size - mdat - media
	if pad != 0 && pad < 8 || pad >= 1<<32 {
		return nil, fmt.Errorf("%w: parts with no room to be joined", ErrMalformed)
	}
	// Where the media begins, seen from the moof.
	first := size + pad + mdat
	if first+media >= 1<<31 {
		return nil, errors.New("fmp4: too much to join")
	}
	for _, o := range offsets {
		binary.BigEndian.PutUint32(b[o.at:], uint32(first+o.value))
	}
	if pad > 0 {
		free := b.begin("free")
		b.zeros(int(min(pad-8, maxPad)))
		if pad-8 > maxPad {
			return nil, errors.New("fmp4: too much to skip")
		}
		b.end(free)
	}
	if mdat == 8 {
		b.u32(uint32(media + 8))
		b.text("mdat")
	} else {
		b.u32(1)
		b.text("mdat")
		b.u64(uint64(media + 16))
	}
	return b, nil
}

// maxPad is the largest free box that is written.
const maxPad = 16 << 20

// place32 is a number that is written once it is known.
type place32 struct {
	at    int
	value int64
}

// trackIDs are those of the parts, in the order in which they come.
func trackIDs(parts []*Fragment) []int {
	var ids []int
	for _, p := range parts {
	tracks:
		for _, t := range p.Tracks {
			for _, id := range ids {
				if id == t.ID {
					continue tracks
				}
			}
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// joinTrack writes a track of the joined part: a run of samples for each part. It
// returns where the places of their bytes are to be written.
func (b *boxes) joinTrack(id int, parts []*Fragment, shift int64) ([]place32, error) {
	type run struct {
		t     *FragmentTrack
		place int64 // of its first byte in the media
	}
	var runs []run
	before := int64(0)
	for _, p := range parts {
		for i := range p.Tracks {
			if t := &p.Tracks[i]; t.ID == id && len(t.Samples) > 0 {
				runs = append(runs, run{t, before + t.Samples[0].Offset - p.Media})
			}
		}
		before += p.Offset + p.Size - p.Media
	}
	if len(runs) == 0 {
		return nil, nil
	}
	base := runs[0].t.Base + shift
	if runs[0].t.Base < 0 || base < 0 {
		return nil, fmt.Errorf("%w: a time before the beginning", ErrMalformed)
	}
	traf := b.begin("traf")
	tfhd := b.full("tfhd", 0, 0x020000) // default base is moof
	b.u32(uint32(id))
	b.end(tfhd)
	tfdt := b.full("tfdt", 1, 0)
	b.u64(uint64(base))
	b.end(tfdt)
	var places []place32
	for i, r := range runs {
		last := -1 // the last sample's duration: up to the next run
		if i+1 < len(runs) {
			end := r.t.Base
			for _, s := range r.t.Samples[:len(r.t.Samples)-1] {
				end += int64(s.Duration)
			}
			last = int(min(max(runs[i+1].t.Base-end, 0), 1<<31))
		}
		places = append(places, place32{b.trun(r.t.Samples, last), r.place})
	}
	b.end(traf)
	return places, nil
}

// trun writes a run of samples. The last one lasts so many ticks, or as long as it
// says for -1. It returns where the place of its bytes is to be written.
func (b *boxes) trun(samples []FragmentSample, last int) int {
	flags := uint32(trunDataOffset | trunDuration | trunSize | trunFlags)
	for i := range samples {
		if samples[i].Shift != 0 {
			flags |= trunShift
		}
	}
	trun := b.full("trun", 1, flags)
	b.u32(uint32(len(samples)))
	place := len(*b)
	b.u32(0)
	for i := range samples {
		s := &samples[i]
		if i == len(samples)-1 && last >= 0 {
			b.u32(uint32(last))
		} else {
			b.u32(s.Duration)
		}
		b.u32(uint32(s.Size))
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
	return place
}
