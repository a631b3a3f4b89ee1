package fmp4

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Bounds of what is read from a file.
const (
	maxMoof    = 16 << 20
	maxSamples = 1 << 20 // of one part
	maxTracks  = 16
)

// What may be wrong with a file.
var (
	ErrTorn      = errors.New("fmp4: the part is not finished")
	ErrMalformed = errors.New("fmp4: malformed")
)

// Fragment is a part as it stands in a file.
type Fragment struct {
	Offset, Size int64
	Media        int64     // where the bytes of its frames begin in the file
	UTC          time.Time // prft's; zero without
	Sequence     uint32
	Tracks       []FragmentTrack
}

// FragmentTrack is a track's samples in a fragment.
type FragmentTrack struct {
	ID      int
	Base    int64 // decoding time of the first
	Samples []FragmentSample
}

// FragmentSample is one frame and where it stands.
type FragmentSample struct {
	Offset   int64 // in the file
	Size     int64
	Duration uint32
	Shift    int32
	Sync     bool
}

// ReadFragment reads the part that begins at a place of a file that has size
// bytes. It returns io.EOF at the end, ErrTorn if the file ends within the part,
// and ErrMalformed if there is something else.
func ReadFragment(r io.ReaderAt, at, size int64) (*Fragment, error) {
	f := &Fragment{Offset: at}
	moof := int64(-1)
	for {
		box, err := boxAt(r, at, size)
		if err == io.EOF && at > f.Offset {
			return nil, ErrTorn
		}
		if err != nil {
			return nil, err
		}
		switch {
		case box.name == "prft" && moof < 0:
			body, err := box.read(r, 64)
			if err != nil {
				return nil, err
			}
			f.UTC = parsePRFT(body)
		case box.name == "moof" && moof < 0:
			moof = at
			body, err := box.read(r, maxMoof)
			if err != nil {
				return nil, err
			}
			if err := f.parseMoof(body, moof); err != nil {
				return nil, err
			}
		case box.name == "mdat" && moof >= 0:
			f.Size, f.Media = box.end-f.Offset, box.body
			return f, f.check(box)
		default:
			return nil, fmt.Errorf("%w: box %q does not belong here", ErrMalformed, box.name)
		}
		at = box.end
	}
}

// check holds the samples' places against the mdat.
func (f *Fragment) check(mdat place) error {
	for _, t := range f.Tracks {
		for _, s := range t.Samples {
			if s.Offset < mdat.body || s.Offset+s.Size > mdat.end {
				return fmt.Errorf("%w: a frame lies outside its part", ErrMalformed)
			}
		}
	}
	return nil
}

// place is where a box stands.
type place struct {
	name             string
	start, body, end int64
}

func boxAt(r io.ReaderAt, at, size int64) (place, error) {
	if at >= size {
		return place{}, io.EOF
	}
	var head [16]byte
	n := min(size-at, 16)
	if n < 8 {
		return place{}, ErrTorn
	}
	if _, err := r.ReadAt(head[:n], at); err != nil && err != io.EOF {
		return place{}, err
	}
	p := place{name: string(head[4:8]), start: at, body: at + 8}
	length := int64(binary.BigEndian.Uint32(head[:]))
	switch {
	case length == 1 && n == 16:
		length, p.body = int64(binary.BigEndian.Uint64(head[8:])), at+16
	case length == 1:
		return place{}, ErrTorn
	}
	if length < p.body-at {
		return place{}, fmt.Errorf("%w: box of %d bytes", ErrMalformed, length)
	}
	if length > size-at {
		return place{}, ErrTorn
	}
	p.end = at + length
	return p, nil
}

// read returns the box's body. Its bytes are known to be in the file.
func (p place) read(r io.ReaderAt, most int64) ([]byte, error) {
	if p.end-p.body > most {
		return nil, fmt.Errorf("%w: box %q of %d bytes", ErrMalformed, p.name, p.end-p.body)
	}
	body := make([]byte, p.end-p.body)
	if _, err := r.ReadAt(body, p.body); err != nil && err != io.EOF {
		return nil, err
	}
	return body, nil
}

func parsePRFT(b []byte) time.Time {
	if len(b) < 16 {
		return time.Time{}
	}
	ntp := binary.BigEndian.Uint64(b[8:])
	seconds, fraction := int64(ntp>>32), ntp&0xffffffff
	if seconds < 1<<31 { // NTP's seconds begin again in 2036 (RFC 4330 section 3)
		seconds += 1 << 32
	}
	return time.Unix(seconds+ntpEpoch, int64((fraction*uint64(time.Second)+1<<31)>>32)).UTC()
}

func (f *Fragment) parseMoof(b []byte, moof int64) error {
	return each(b, func(name string, body []byte) error {
		switch name {
		case "mfhd":
			if len(body) >= 8 {
				f.Sequence = binary.BigEndian.Uint32(body[4:])
			}
		case "traf":
			if len(f.Tracks) >= maxTracks {
				return fmt.Errorf("%w: more than %d tracks", ErrMalformed, maxTracks)
			}
			t, err := parseTraf(body, moof)
			if err != nil {
				return err
			}
			f.Tracks = append(f.Tracks, t)
		}
		return nil
	})
}

func parseTraf(b []byte, moof int64) (t FragmentTrack, err error) {
	err = each(b, func(name string, body []byte) error {
		switch name {
		case "tfhd":
			if len(body) < 8 || binary.BigEndian.Uint32(body)&0xffffff != 0x020000 {
				return fmt.Errorf("%w: tfhd", ErrMalformed)
			}
			t.ID = int(binary.BigEndian.Uint32(body[4:]))
		case "tfdt":
			if len(body) < 12 || body[0] != 1 {
				return fmt.Errorf("%w: tfdt", ErrMalformed)
			}
			t.Base = int64(binary.BigEndian.Uint64(body[4:]))
		case "trun":
			return t.parseTrun(body, moof)
		}
		return nil
	})
	return t, err
}

func (t *FragmentTrack) parseTrun(b []byte, moof int64) error {
	if len(b) < 12 {
		return fmt.Errorf("%w: trun", ErrMalformed)
	}
	flags := binary.BigEndian.Uint32(b) & 0xffffff
	if flags&^trunShift != trunDataOffset|trunDuration|trunSize|trunFlags {
		return fmt.Errorf("%w: trun with flags %#x", ErrMalformed, flags)
	}
	count, length := int(binary.BigEndian.Uint32(b[4:])), 12
	if flags&trunShift != 0 {
		length = 16
	}
	offset := moof + int64(int32(binary.BigEndian.Uint32(b[8:])))
	b = b[12:]
	if count > maxSamples || count*length != len(b) {
		return fmt.Errorf("%w: trun of %d samples", ErrMalformed, count)
	}
	for ; len(b) > 0; b = b[length:] {
		s := FragmentSample{
			Offset: offset, Duration: binary.BigEndian.Uint32(b), Size: int64(binary.BigEndian.Uint32(b[4:])),
			Sync: binary.BigEndian.Uint32(b[8:])&0x10000 == 0,
		}
		if length == 16 {
			s.Shift = int32(binary.BigEndian.Uint32(b[12:]))
		}
		offset += s.Size
		t.Samples = append(t.Samples, s)
	}
	return nil
}

// each calls f for every box in b.
func each(b []byte, f func(name string, body []byte) error) error {
	for len(b) > 0 {
		if len(b) < 8 {
			return fmt.Errorf("%w: %d bytes left over", ErrMalformed, len(b))
		}
		n := binary.BigEndian.Uint32(b)
		if n < 8 || uint64(n) > uint64(len(b)) {
			return fmt.Errorf("%w: box of %d bytes", ErrMalformed, n)
		}
		if err := f(string(b[4:8]), b[8:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// find returns the whole box at the end of a path of names, the first of each.
func find(b []byte, path ...string) ([]byte, bool) {
	for len(b) >= 8 {
		n := int64(binary.BigEndian.Uint32(b))
		if n < 8 || n > int64(len(b)) {
			return nil, false
		}
		if string(b[4:8]) == path[0] {
			if len(path) == 1 {
				return b[:n], true
			}
			return find(b[8:n], path[1:]...)
		}
		b = b[n:]
	}
	return nil, false
}
