package transcode

import "encoding/binary"

// flvSound wraps an AAC frame as FLV, where its size stands before it: a
// decoder that reads ADTS waits for the next frame to know the end of this one.
// The first frame brings the file's header and the AudioSpecificConfig (Adobe
// Flash Video File Format 10.1, annex E).
func flvSound(config, frame []byte, ms int64, first bool) []byte {
	const aac, sequenceHeader, raw = 0xaf, 0, 1
	out := make([]byte, 0, len(frame)+64)
	if first {
		out = append(out, 'F', 'L', 'V', 1, 4, 0, 0, 0, 9, 0, 0, 0, 0)
		out = flvTag(out, ms, aac, sequenceHeader, config)
	}
	return flvTag(out, ms, aac, raw, frame)
}

func flvTag(out []byte, ms int64, format, kind byte, body []byte) []byte {
	const sound, header = 8, 11
	size := len(body) + 2
	out = append(out, sound, byte(size>>16), byte(size>>8), byte(size),
		byte(ms>>16), byte(ms>>8), byte(ms), byte(ms>>24), 0, 0, 0, format, kind)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, uint32(size+header))
}
