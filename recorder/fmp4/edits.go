package fmp4

import (
	"encoding/binary"
	"fmt"
)

// WithEdits is a header with other edit lists: each track is shown from start on,
// in ticks by the track's id; one that is 0 or not in start has none.
func WithEdits(header []byte, start map[int]int64) ([]byte, error) {
	var b boxes
	err := each(header, func(name string, body []byte) error {
		at := b.begin(name)
		if name != "moov" {
			b = append(b, body...)
			b.end(at)
			return nil
		}
		err := each(body, func(name string, body []byte) error { return b.retrak(name, body, start) })
		b.end(at)
		return err
	})
	return b, err
}

// retrak copies a box of moov, a track's with its new edits.
func (b *boxes) retrak(name string, body []byte, start map[int]int64) error {
	at := b.begin(name)
	defer b.end(at)
	if name != "trak" {
		*b = append(*b, body...)
		return nil
	}
	return each(body, func(name string, body []byte) error {
		if name == "edts" {
			return nil
		}
		at := b.begin(name)
		*b = append(*b, body...)
		b.end(at)
		if name != "tkhd" {
			return nil
		}
		if len(body) < 16 || body[0] != 0 {
			return fmt.Errorf("%w: tkhd", ErrMalformed)
		}
		if s := start[int(binary.BigEndian.Uint32(body[12:]))]; s != 0 {
			b.edits(s)
		}
		return nil
	})
}

// Rebase writes other decoding times into a part, in place: shift is added to each
// track's, in ticks by the track's id. The part's bytes must begin at its prft or
// moof, and may end before its media. After an error they are good for nothing.
func Rebase(part []byte, shift map[int]int64, sequence uint32) error {
	return each(part, func(name string, body []byte) error {
		if name == "prft" && len(body) >= 24 {
			return move(body[16:24], shift[int(binary.BigEndian.Uint32(body[4:]))])
		}
		if name != "moof" {
			return nil
		}
		return each(body, func(name string, body []byte) error {
			switch {
			case name == "mfhd" && len(body) >= 8:
				binary.BigEndian.PutUint32(body[4:], sequence)
			case name == "traf":
				return rebaseTraf(body, shift)
			}
			return nil
		})
	})
}

func rebaseTraf(traf []byte, shift map[int]int64) error {
	id := 0
	return each(traf, func(name string, body []byte) error {
		switch {
		case name == "tfhd" && len(body) >= 8:
			id = int(binary.BigEndian.Uint32(body[4:]))
		case name == "tfdt" && len(body) >= 12 && body[0] == 1:
			return move(body[4:12], shift[id])
		case name == "tfdt":
			return fmt.Errorf("%w: tfdt", ErrMalformed)
		}
		return nil
	})
}

// move adds to a time.
func move(at []byte, shift int64) error {
	t := int64(binary.BigEndian.Uint64(at))
	if t < 0 || t+shift < 0 {
		return fmt.Errorf("%w: a time before the beginning", ErrMalformed)
	}
	binary.BigEndian.PutUint64(at, uint64(t+shift))
	return nil
}
