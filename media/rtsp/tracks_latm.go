package rtsp

import (
	"encoding/hex"
	"errors"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"avhub/media"
	"avhub/media/packet"
)

var errLATM = errors.New("AAC in this LATM form is not carried: set the camera to AAC (MPEG4-GENERIC) or G.711")

// latm reads an RFC 6416 description with the configuration out of band and one
// program of one layer, which is what cameras send.
func (f sdpFormat) latm() (media.Track, error) {
	enc, err := hex.DecodeString(f.fmtp["config"])
	if err != nil || len(enc) == 0 || f.fmtp["cpresent"] == "1" {
		return media.Track{}, errLATM
	}
	var mux mpeg4audio.StreamMuxConfig
	if mux.Unmarshal(enc) != nil || mux.NumSubFrames != 0 || len(mux.Programs) != 1 || len(mux.Programs[0].Layers) != 1 {
		return media.Track{}, errLATM
	}
	layer := mux.Programs[0].Layers[0]
	if layer.AudioSpecificConfig == nil || layer.FrameLengthType != 0 || layer.AudioSpecificConfig.SampleRate == 0 {
		return media.Track{}, errLATM
	}
	return f.aacTrack(layer.AudioSpecificConfig, packet.AACConfig{SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3})
}

// latmReader turns the audioMuxElements of RFC 6416 into payloads of RFC 3640,
// so that one way leads into the hub.
type latmReader struct {
	element []byte
	broken  bool // a part of the running element was lost
}

const maxLATM = 1 << 13 // an AU of RFC 3640 with 13 bits of size

// push takes a packet's payload and returns the payload to go on with, or nil.
func (l *latmReader) push(payload []byte, marker bool, lost int) []byte {
	if lost > 0 && len(l.element) > 0 {
		l.broken = true
	}
	if len(l.element)+len(payload) <= 2*maxLATM {
		l.element = append(l.element, payload...)
	} else {
		l.broken = true
	}
	if !marker {
		return nil
	}
	element, broken := l.element, l.broken
	l.element, l.broken = l.element[:0], false
	if broken {
		return nil
	}
	// PayloadLengthInfo, ISO/IEC 14496-3 table 1.44: bytes of 255, then less.
	size, i := 0, 0
	for i < len(element) {
		size += int(element[i])
		i++
		if element[i-1] != 255 {
			break
		}
	}
	if size == 0 || size >= maxLATM || i+size > len(element) {
		return nil
	}
	out := make([]byte, 0, 4+size)
	out = append(out, 0, 16, byte(size>>5), byte(size<<3))
	return append(out, element[i:i+size]...)
}
