package lean

import "github.com/pion/rtp"

// keyframe looks for the first whole H.264 keyframe.
type keyframe struct {
	inside bool
	stamp  uint32
	next   uint16
}

// complete takes packets as they come, and tells when all of a keyframe are there.
func (k *keyframe) complete(p *rtp.Packet) bool {
	if len(p.Payload) < 2 {
		return false
	}
	const idr, sps, stapA, fuA = 5, 7, 24, 28
	kind := p.Payload[0] & 0x1f
	begins := kind == idr || kind == sps || kind == stapA || kind == fuA && p.Payload[1]&0x9f == 0x80|idr
	switch {
	case k.inside && p.Timestamp == k.stamp && p.SequenceNumber == k.next:
	case begins:
		k.inside, k.stamp = true, p.Timestamp
	default:
		k.inside = false
	}
	k.next = p.SequenceNumber + 1
	return k.inside && p.Marker
}
