package transcode

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// oggReader takes the packets out of an Ogg stream of one logical bitstream
// (RFC 3533). What it reads comes from our own ffmpeg; it is bounded all the
// same.
type oggReader struct {
	r    *bufio.Reader
	lens []byte // segment table of the page, as far as not read
	part []byte
}

const maxOggPacket = 1 << 16

var errOgg = errors.New("its output is no Ogg stream")

func newOggReader(r io.Reader) *oggReader { return &oggReader{r: bufio.NewReaderSize(r, 64<<10)} }

// next returns the next packet; it is the caller's.
func (o *oggReader) next() ([]byte, error) {
	for {
		for len(o.lens) > 0 {
			n := int(o.lens[0])
			o.lens = o.lens[1:]
			start := len(o.part)
			if start+n > maxOggPacket {
				return nil, errOgg
			}
			o.part = append(o.part, make([]byte, n)...)
			if _, err := io.ReadFull(o.r, o.part[start:]); err != nil {
				return nil, err
			}
			if n < 255 {
				packet := o.part
				o.part = nil
				return packet, nil
			}
		}
		if err := o.page(); err != nil {
			return nil, err
		}
	}
}

// page reads a page's header and segment table (RFC 3533 section 6).
func (o *oggReader) page() error {
	var header [27]byte
	if _, err := io.ReadFull(o.r, header[:]); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(header[:]) != 0x4f676753 || header[4] != 0 {
		return errOgg
	}
	o.lens = make([]byte, header[26])
	_, err := io.ReadFull(o.r, o.lens)
	return err
}
