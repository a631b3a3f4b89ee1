// Package pcm decodes the simple sound codecs of telephony to 16-bit linear samples:
// G.711 A-law and µ-law (ITU-T G.711) and G.722 at 64 kbit/s (ITU-T G.722). It codes
// G.711, too.
//
//	d, ok := pcm.NewDecoder(packet.PCMA)
//	samples = d.Append(samples[:0], payload)
//
// A Decoder is for one stream and one goroutine; it allocates nothing once dst has
// room.
package pcm

import "avhub/media/packet"

// Decoder decodes one stream.
type Decoder struct {
	kind packet.Kind
	g722 *g722
}

// NewDecoder makes a decoder; false: the codec is none of these.
func NewDecoder(kind packet.Kind) (*Decoder, bool) {
	switch kind {
	case packet.PCMA, packet.PCMU:
		return &Decoder{kind: kind}, true
	case packet.G722:
		return &Decoder{kind: kind, g722: newG722()}, true
	}
	return nil, false
}

// Rate is the number of samples a second: 8000, or 16000 for G.722.
func (d *Decoder) Rate() int {
	if d.g722 != nil {
		return 16000
	}
	return 8000
}

// Append decodes an RTP payload and puts its samples behind dst: one for each octet,
// or two for G.722.
func (d *Decoder) Append(dst []int16, payload []byte) []int16 {
	switch d.kind {
	case packet.PCMA:
		for _, b := range payload {
			dst = append(dst, alaw[b])
		}
	case packet.PCMU:
		for _, b := range payload {
			dst = append(dst, mulaw[b])
		}
	default:
		for _, b := range payload {
			low, high := d.g722.decode(b)
			dst = append(dst, low, high)
		}
	}
	return dst
}
