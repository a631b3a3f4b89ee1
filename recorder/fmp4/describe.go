package fmp4

import (
	"encoding/binary"
	"fmt"
)

// Description is what a header says of a track.
type Description struct {
	ID        int
	Timescale int // ticks a second
	Video     bool
	Samples   []byte // the sample description box (stsd): codec and parameter sets
}

// Describe reads the tracks of a header.
func Describe(header []byte) ([]Description, error) {
	moov, ok := find(header, "moov")
	if !ok {
		return nil, fmt.Errorf("%w: no moov", ErrMalformed)
	}
	var all []Description
	err := each(moov[8:], func(name string, body []byte) error {
		if name != "trak" {
			return nil
		}
		if len(all) == maxTracks {
			return fmt.Errorf("%w: more than %d tracks", ErrMalformed, maxTracks)
		}
		d, err := describeTrack(body)
		all = append(all, d)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: no tracks", ErrMalformed)
	}
	return all, err
}

func describeTrack(trak []byte) (d Description, err error) {
	tkhd, ok1 := find(trak, "tkhd")
	mdhd, ok2 := find(trak, "mdia", "mdhd")
	hdlr, ok3 := find(trak, "mdia", "hdlr")
	stsd, ok4 := find(trak, "mdia", "minf", "stbl", "stsd")
	if !ok1 || !ok2 || !ok3 || !ok4 || len(tkhd) < 24 || tkhd[8] != 0 || len(mdhd) < 24 || mdhd[8] != 0 || len(hdlr) < 20 {
		return d, fmt.Errorf("%w: trak", ErrMalformed)
	}
	d.ID = int(binary.BigEndian.Uint32(tkhd[20:]))
	d.Timescale = int(binary.BigEndian.Uint32(mdhd[20:]))
	d.Video = string(hdlr[16:20]) == "vide"
	d.Samples = stsd
	if d.ID == 0 || d.Timescale == 0 {
		return d, fmt.Errorf("%w: trak", ErrMalformed)
	}
	return d, nil
}
