package packet

import "errors"

// Limits on what comes in.
const (
	MaxFrame = 4 << 20 // bytes of one access unit
	MaxNALUs = 512     // NAL units of one access unit
)

// Frame is one access unit (video) or one audio frame.
type Frame struct {
	RTP uint32 // timestamp on the wire; the n-th AAC frame of a packet has it advanced
	// Data holds NAL units without start codes (H.264, H.265), RTP payloads as
	// they came (VP8, VP9, AV1), or the one audio frame.
	Data     [][]byte
	Keyframe bool // decodable without what came before; true for audio
	Damaged  bool // part of it was lost
}

// ErrMalformed is wrapped by all errors about a payload.
var ErrMalformed = errors.New("malformed RTP payload")

// AACConfig are the header sizes of RFC 3640, in bits, from the session
// description; the zero value means AAC-hbr (13, 3, 3).
type AACConfig struct {
	SizeLength, IndexLength, IndexDeltaLength int
	FrameSamples                              int // 1024 unless said otherwise
}

func (c AACConfig) orDefault() AACConfig {
	if c.SizeLength == 0 {
		c.SizeLength, c.IndexLength, c.IndexDeltaLength = 13, 3, 3
	}
	if c.FrameSamples == 0 {
		c.FrameSamples = 1024
	}
	return c
}
