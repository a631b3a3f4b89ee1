package transcode

import (
	"bufio"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"

	"avhub/media"
	"avhub/media/packet"
)

// decodingLead is how long before it is shown a picture is said to be decoded,
// in ticks of 90 kHz: half a second, more than any camera reorders.
const decodingLead = 45000

// transport writes pictures of either codec into an MPEG transport stream,
// which carries their times.
type transport struct {
	kind  packet.Kind
	buf   *bufio.Writer
	w     *mpegts.Writer
	track *mpegts.Track
	dts   int64
}

type processWriter struct{ *process }

func (p processWriter) Write(b []byte) (int, error) { return len(b), p.write(b) }

func newTransport(k packet.Kind, p *process) (*transport, error) {
	t := &transport{kind: k, buf: bufio.NewWriterSize(processWriter{p}, 64<<10), track: &mpegts.Track{Codec: &mpegts.CodecH265{}}}
	if k == packet.H264 {
		t.track.Codec = &mpegts.CodecH264{}
	}
	t.w = &mpegts.Writer{W: t.buf, Tracks: []*mpegts.Track{t.track}}
	return t, t.w.Initialize()
}

// write writes one unit. Decoders go by the pictures' own order; the decoding
// time only has to rise.
func (t *transport) write(u *media.Unit) error {
	t.dts = max(t.dts+1, u.PTS-decodingLead)
	var err error
	if t.kind == packet.H264 {
		err = t.w.WriteH264(t.track, u.PTS, t.dts, u.Data)
	} else {
		err = t.w.WriteH265(t.track, u.PTS, t.dts, u.Data)
	}
	if err != nil {
		return err
	}
	return t.buf.Flush()
}
