package egress

import (
	"testing"

	"avhub/media"
	"avhub/media/packet"
)

// A picture for fifty viewers costs them no memory: what is theirs was made when they came.
func TestServingAllocatesNothing(t *testing.T) {
	stream := media.NewStream("court-1")
	t.Cleanup(stream.Close)
	f := NewFanout(stream, nil)
	t.Cleanup(f.Close)
	payloads, err := packet.Pack(packet.H264, [][]byte{make([]byte, 9000)}, 1180)
	if err != nil {
		t.Fatal(err)
	}
	u := &media.Unit{Packets: payloads, Index: 1}
	s := &shard{fanout: f}
	for range 50 {
		v := &Viewer{Video: &Output{SSRC: 7, PayloadType: 102, ClockRate: 90000, Extensions: Extensions{AbsSendTime: 1}}, Transport: nowhere{}}
		v.Video.settle(f, 1)
		s.add(v)
	}
	got := testing.AllocsPerRun(200, func() {
		s.send(t.Context(), s.snapshot(), 0, u)
		u.Index++
		u.Seq += uint16(payloads.Len())
		u.Stamp += 3600
	})
	if got != 0 {
		t.Errorf("%v allocations for a picture to 50 viewers", got)
	}
	if n := s.seats[0].Stats().Packets; n != 201*uint64(payloads.Len()) {
		t.Errorf("a viewer was sent %d packets", n)
	}
}
