package webrtc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	pion "github.com/pion/webrtc/v4"

	"avhub/media/egress"
	"avhub/media/packet"
)

// Outgoing is an m-line of a peer that receives: a pion.TrackLocal that leaves numbering
// and timing to egress. Streams come and go on it without a new negotiation.
type Outgoing struct {
	peer *Peer
	mid  string
	pair int // which of its kind
	kind pion.RTPCodecType

	mu     sync.Mutex
	ssrc   uint32
	codecs []pion.RTPCodecParameters
	to     pion.TrackLocalWriter
	last   *egress.Output // whose numbers go on
}

// Video tells whether it carries a picture.
func (o *Outgoing) Video() bool { return o.kind == pion.RTPCodecTypeVideo }

// Bind is called by pion when the m-line can be sent to.
func (o *Outgoing) Bind(ctx pion.TrackLocalContext) (pion.RTPCodecParameters, error) {
	codecs := ctx.CodecParameters()
	if len(codecs) == 0 {
		return pion.RTPCodecParameters{}, ErrNoCodec
	}
	o.mu.Lock()
	o.ssrc, o.codecs, o.to = uint32(ctx.SSRC()), codecs, ctx.WriteStream()
	o.mu.Unlock()
	o.peer.transport.take(o.ssrc, o.to)
	if o.peer.o.Bound != nil {
		o.peer.wg.Go(func() { o.peer.o.Bound(o.peer, o.mid, o) })
	}
	return codecs[0], nil
}

// Unbind is called by pion when the connection ends.
func (o *Outgoing) Unbind(pion.TrackLocalContext) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.peer.transport.drop(o.ssrc)
	o.to = nil
	return nil
}

// Output is how a track of a kind leaves on the m-line, once what it carried before was
// detached; nil where the browser does not
// take it, or the m-line is not there yet. profile is the stream's profile-level-id.
func (o *Outgoing) Output(track int, kind packet.Kind, profile string) *egress.Output {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.to == nil {
		return nil
	}
	best, score := -1, -1
	for i, c := range o.codecs {
		if own := (&Codec{Kind: kindOf(c.MimeType), Fmtp: c.SDPFmtpLine}); own.Kind == kind {
			if s := own.suits(profile); s > score {
				best, score = i, s
			}
		}
	}
	if best < 0 {
		return nil
	}
	c := o.codecs[best]
	if o.last == nil {
		o.last = &egress.Output{Track: track, SSRC: o.ssrc, PayloadType: uint8(c.PayloadType), ClockRate: int(c.ClockRate)}
	} else {
		o.last = o.last.Again(track, uint8(c.PayloadType), int(c.ClockRate))
	}
	o.last.REDPayloadType = 0
	if kind == packet.Opus {
		o.last.REDPayloadType = redOf(o.codecs, c.PayloadType)
	}
	return o.last
}

// redOf is the payload type of the redundant audio whose blocks are of another; 0: the
// browser does not take it.
func redOf(codecs []pion.RTPCodecParameters, of pion.PayloadType) uint8 {
	for _, c := range codecs {
		blocks := strings.Split(strings.TrimSpace(c.SDPFmtpLine), "/")
		if strings.EqualFold(c.MimeType, mimeRED) && len(slices.Compact(blocks)) == 1 && blocks[0] == strconv.Itoa(int(of)) {
			return uint8(c.PayloadType)
		}
	}
	return 0
}

// ID tells the m-lines of a peer apart.
func (o *Outgoing) ID() string { return o.mid }

// RID is empty: there is one encoding.
func (o *Outgoing) RID() string { return "" }

// StreamID makes the first sound and the first picture one MediaStream in the browser, the
// second and the second, and so on: it keeps the two in step.
func (o *Outgoing) StreamID() string { return fmt.Sprintf("pair-%d", o.pair) }

// Kind is pion's word for video or audio.
func (o *Outgoing) Kind() pion.RTPCodecType { return o.kind }
