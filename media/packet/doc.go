// Package packet packs access units into RTP payloads and unpacks them again.
//
// Unpacking is made for cameras as they are: several slices a picture, marker
// bits missing or set on every packet, parameter sets in packets of their own,
// start codes or ADTS headers inside RTP, fragments without beginning or end.
// Packing is by the book: RFC 6184, RFC 7798, RFC 3640, RFC 7587, RFC 3551.
//
//	u := packet.NewUnpacker(packet.H264, packet.AACConfig{})
//	frames, err := u.Push(timestamp, marker, lost, payload)
//
// An error speaks of one malformed packet; the next good one goes on. Memory
// is bounded by [MaxFrame] and [MaxNALUs], whatever a packet says of itself.
package packet
