package whepclient

import (
	"testing"

	"github.com/pion/rtp"
)

func TestKeyframesMustBeWhole(t *testing.T) {
	packet := func(seq uint16, stamp uint32, marker bool, payload ...byte) *rtp.Packet {
		return &rtp.Packet{Header: rtp.Header{SequenceNumber: seq, Timestamp: stamp, Marker: marker}, Payload: payload}
	}
	parts := []*rtp.Packet{
		packet(1, 10, false, 28, 0x85, 0), packet(2, 10, false, 28, 5, 0), packet(3, 10, true, 28, 0x45, 0),
	}
	var k keyframes
	for i, p := range parts {
		if got, want := k.complete(p), i == 2; got != want {
			t.Errorf("packet %d: %v", i, got)
		}
	}
	k = keyframes{}
	if k.complete(parts[0]) || k.complete(parts[2]) {
		t.Error("a keyframe with a hole was taken for a whole one")
	}
	if k.complete(packet(4, 20, true, 1, 0)) {
		t.Error("a P slice was taken for a keyframe")
	}
	if !k.complete(packet(5, 30, true, 5, 0)) {
		t.Error("a keyframe in one packet was missed")
	}
}
