package transcode

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// flvReader takes H.264 pictures out of an FLV stream: a picture's size stands
// before it, so that none has to wait for the next.
type flvReader struct {
	r       *bufio.Reader
	started bool
	params  [][]byte
}

// picture is one access unit.
type picture struct {
	data     [][]byte
	keyframe bool
	pts      int64 // ms
}

const maxTag = 4 << 20

var errFLV = errors.New("its output is no FLV stream with H.264")

func newFLVReader(r io.Reader) *flvReader { return &flvReader{r: bufio.NewReaderSize(r, 256<<10)} }

func (f *flvReader) next() (picture, error) {
	if !f.started {
		var header [13]byte // and the first back pointer
		if _, err := io.ReadFull(f.r, header[:]); err != nil {
			return picture{}, err
		}
		if string(header[:3]) != "FLV" {
			return picture{}, errFLV
		}
		f.started = true
	}
	for {
		var tag [11]byte
		if _, err := io.ReadFull(f.r, tag[:]); err != nil {
			return picture{}, err
		}
		size := int(tag[1])<<16 | int(tag[2])<<8 | int(tag[3])
		if size > maxTag {
			return picture{}, errFLV
		}
		body := make([]byte, size+4)
		if _, err := io.ReadFull(f.r, body); err != nil {
			return picture{}, err
		}
		body = body[:size]
		if tag[0] != 9 || len(body) < 5 || body[0]&0xf != 7 {
			continue
		}
		dts := int64(tag[7])<<24 | int64(tag[4])<<16 | int64(tag[5])<<8 | int64(tag[6])
		if body[1] == 0 {
			var err error
			if f.params, err = avcParams(body[5:]); err != nil {
				return picture{}, err
			}
			continue
		}
		if p, err := f.picture(body, dts); err != nil || len(p.data) > 0 {
			return p, err
		}
	}
}

func (f *flvReader) picture(body []byte, dts int64) (picture, error) {
	offset := int64(int32(uint32(body[2])<<24|uint32(body[3])<<16|uint32(body[4])<<8) >> 8)
	p := picture{keyframe: body[0]>>4 == 1, pts: dts + offset}
	if p.keyframe {
		p.data = append(p.data, f.params...)
	}
	for rest := body[5:]; len(rest) >= 4; {
		n := binary.BigEndian.Uint32(rest)
		rest = rest[4:]
		if uint64(n) > uint64(len(rest)) {
			return picture{}, fmt.Errorf("%w: NAL unit past the end", errFLV)
		}
		if n > 0 {
			p.data = append(p.data, rest[:n:n])
		}
		rest = rest[n:]
	}
	return p, nil
}

// avcParams reads SPS and PPS from an AVCDecoderConfigurationRecord (ISO/IEC
// 14496-15 section 5.3.3).
func avcParams(b []byte) ([][]byte, error) {
	if len(b) < 7 {
		return nil, errFLV
	}
	var params [][]byte
	read := func(count int, rest []byte) ([]byte, error) {
		for range count {
			if len(rest) < 2 {
				return nil, errFLV
			}
			n := int(binary.BigEndian.Uint16(rest))
			if n > len(rest)-2 {
				return nil, errFLV
			}
			params = append(params, rest[2:2+n:2+n])
			rest = rest[2+n:]
		}
		return rest, nil
	}
	rest, err := read(int(b[5]&0x1f), b[6:])
	if err != nil || len(rest) < 1 {
		return nil, errFLV
	}
	if _, err := read(int(rest[0]), rest[1:]); err != nil {
		return nil, err
	}
	return params, nil
}
