package recorder

import (
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"

	"avhub/media/packet"
)

// decodeTimes gives decoding times to units that come in decoding order with
// presentation times only. They differ where a stream has B-frames.
type decodeTimes struct {
	kind    packet.Kind
	extract func(nalus [][]byte, pts int64) (int64, error)
	started bool
	last    int64
}

func newDecodeTimes(kind packet.Kind) *decodeTimes {
	d := &decodeTimes{kind: kind}
	d.reset()
	return d
}

func (d *decodeTimes) reset() {
	switch d.kind {
	case packet.H264:
		e := &h264.DTSExtractor{}
		e.Initialize()
		d.extract = e.Extract
	case packet.H265:
		e := &h265.DTSExtractor{}
		e.Initialize()
		d.extract = e.Extract
	}
}

// next returns the decoding time of the next unit: as the codec says it where that
// makes sense, never before or at that of the last one.
func (d *decodeTimes) next(nalus [][]byte, pts int64) int64 {
	dts := pts
	if d.extract != nil {
		if t, err := d.try(nalus, pts); err == nil {
			dts = t
		} else {
			d.reset()
		}
	}
	if d.started && dts <= d.last {
		dts = d.last + 1
	}
	d.started, d.last = true, dts
	return dts
}

// try contains what a malformed picture may do to a parser.
func (d *decodeTimes) try(nalus [][]byte, pts int64) (dts int64, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("decoding time: %v", r)
		}
	}()
	return d.extract(nalus, pts)
}
