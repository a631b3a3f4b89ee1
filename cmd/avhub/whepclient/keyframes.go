package whepclient

import "github.com/pion/rtp"

// keyframes finds whole keyframes of H.264 in packets that come in order
// (RFC 6184).
type keyframes struct {
	inside bool
	next   uint16
	stamp  uint32
}

// complete tells that the packet is the last of a keyframe of which all came.
func (k *keyframes) complete(p *rtp.Packet) bool {
	if k.inside && (p.SequenceNumber != k.next || p.Timestamp != k.stamp) {
		k.inside = false
	}
	if !k.inside && startsIDR(p.Payload) {
		k.inside, k.stamp = true, p.Timestamp
	}
	k.next = p.SequenceNumber + 1
	if !k.inside || !p.Marker {
		return false
	}
	k.inside = false
	return true
}

func startsIDR(payload []byte) bool {
	const idr, fuA = 5, 28
	if len(payload) < 2 {
		return false
	}
	if payload[0]&0x1f == fuA {
		return payload[1]&0x80 != 0 && payload[1]&0x1f == idr
	}
	return payload[0]&0x1f == idr
}
