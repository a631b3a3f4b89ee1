package egress

import (
	"bytes"
	"testing"

	"avhub/media"
	"avhub/media/packet"
)

// A frame leaves with the one before it, in the same bytes each time; but not with one that
// the viewer was not to have, nor beyond what fits a packet.
func TestFramesLeaveTwice(t *testing.T) {
	t.Parallel()
	unit := func(index uint64, data []byte, before media.Before) *media.Unit {
		packets, err := packet.Pack(packet.Opus, [][]byte{data}, media.MaxPayload)
		if err != nil {
			t.Fatal(err)
		}
		return &media.Unit{Index: index, Packets: packets, Before: before}
	}
	large := bytes.Repeat([]byte{1}, 700)
	o := &Output{PayloadType: 111, REDPayloadType: 63, from: 5}
	for name, x := range map[string]struct {
		unit   *media.Unit
		blocks int
	}{
		"with the one before":                {unit(7, []byte("now"), media.Before{Index: 6, Ticks: 960, Data: []byte("then")}), 2},
		"the first one that the viewer has":  {unit(5, []byte("now"), media.Before{Index: 4, Ticks: 960, Data: []byte("secret")}), 1},
		"the first of the stream":            {unit(0, []byte("now"), media.Before{}), 1},
		"two that do not fit one packet":     {unit(7, large, media.Before{Index: 6, Ticks: 960, Data: large}), 1},
		"after a pause":                      {unit(7, []byte("now"), media.Before{Index: 6, Ticks: 48000, Data: []byte("then")}), 1},
		"where the clock was put right back": {unit(7, []byte("now"), media.Before{Index: 6, Ticks: ^uint32(0), Data: []byte("then")}), 1},
	} {
		first, pt := o.payloads(x.unit)
		sent := bytes.Clone(first.At(0))
		o.payloads(unit(9, []byte("another"), media.Before{}))
		again, _ := o.payloads(x.unit)
		blocks, err := packet.ParseRED(nil, sent)
		if err != nil || pt != 63 || len(blocks) != x.blocks || !bytes.Equal(sent, again.At(0)) || !bytes.Equal(blocks[len(blocks)-1].Data, x.unit.Packets.At(0)) {
			t.Errorf("%s: payload type %d, %d blocks, the same again: %v, %v", name, pt, len(blocks), bytes.Equal(sent, again.At(0)), err)
		}
	}
	plain := &Output{PayloadType: 111}
	if got, pt := plain.payloads(unit(7, []byte("now"), media.Before{Index: 6, Ticks: 960, Data: []byte("then")})); pt != 111 || string(got.At(0)) != "now" {
		t.Errorf("without: %d %q", pt, got.At(0))
	}
}
