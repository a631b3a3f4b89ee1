package fmp4

import (
	"errors"
	"fmt"
	"time"
)

// Reference is one entry of an index: a part.
type Reference struct {
	Size     uint32 // bytes, below 2^31
	Duration uint32 // ticks
	Sync     bool   // it begins with a picture that needs no other
}

// MaxReferences is how many an index can hold.
const MaxReferences = 1<<16 - 1

// Index is the index of a track.
type Index struct {
	Track, Timescale int
	First            int64 // when what it refers to is shown first, in ticks
	References       []Reference
}

// AppendIndexes writes segment index boxes (sidx, ISO/IEC 14496-12 8.16.3), which
// let players go to any place of a file without reading what lies before. What
// they refer to follows right behind the last one. Each track needs one: ffmpeg
// takes the times of a track that has none for those of another.
func AppendIndexes(buf []byte, all []Index) ([]byte, error) {
	const fixed, each = 40, 12
	b := boxes(buf)
	behind := 0
	for _, x := range all {
		behind += fixed + each*len(x.References)
	}
	for _, x := range all {
		if len(x.References) > MaxReferences || x.First < 0 {
			return nil, errors.New("fmp4: an index cannot hold that")
		}
		behind -= fixed + each*len(x.References)
		at := b.full("sidx", 1, 0)
		b.u32(uint32(x.Track))
		b.u32(uint32(x.Timescale))
		b.u64(uint64(x.First))
		b.u64(uint64(behind)) // from the end of this box on
		b.u16(0)
		b.u16(uint16(len(x.References)))
		for _, r := range x.References {
			b.u32(r.Size & 0x7fffffff)
			b.u32(r.Duration)
			if r.Sync {
				b.u32(1<<31 | 1<<28) // begins with a stream access point of type 1
			} else {
				b.u32(0)
			}
		}
		b.end(at)
	}
	return b, nil
}

// WithDuration is a header that says how long the file plays (mehd).
func WithDuration(header []byte, d time.Duration) ([]byte, error) {
	var b boxes
	found := false
	err := each(header, func(name string, body []byte) error {
		at := b.begin(name)
		defer b.end(at)
		if name != "moov" {
			b = append(b, body...)
			return nil
		}
		return each(body, func(name string, body []byte) error {
			at := b.begin(name)
			defer b.end(at)
			if name == "mvex" {
				found = true
				mehd := b.full("mehd", 1, 0)
				b.u64(uint64(max(0, int64(d/(time.Second/movieTimescale)))))
				b.end(mehd)
			}
			b = append(b, body...)
			return nil
		})
	})
	if err == nil && !found {
		err = fmt.Errorf("%w: no mvex", ErrMalformed)
	}
	return b, err
}
