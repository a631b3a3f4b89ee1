package packet

import (
	"bytes"
	"testing"
)

func TestRedundantAudio(t *testing.T) {
	t.Parallel()
	old, now := []byte("twenty milliseconds ago"), []byte("now")
	for name, x := range map[string]struct {
		before []byte
		offset uint32
		blocks int
	}{
		"with the one before":             {old, 960, 2},
		"the first of all":                {nil, 0, 1},
		"after a pause that is too long":  {old, MaxREDOffset + 1, 1},
		"at the longest that is told":     {old, MaxREDOffset, 2},
		"with one that is too large":      {make([]byte, 1024), 960, 1},
		"with one of the same time":       {old, 0, 1},
		"with one that is just not large": {make([]byte, 1023), 960, 2},
	} {
		wire := AppendRED(nil, 111, x.before, x.offset, now)
		blocks, err := ParseRED(nil, wire)
		if err != nil || len(blocks) != x.blocks {
			t.Errorf("%s: %d blocks, %v", name, len(blocks), err)
			continue
		}
		if last := blocks[len(blocks)-1]; last.PayloadType != 111 || last.Offset != 0 || !bytes.Equal(last.Data, now) {
			t.Errorf("%s: the primary is %+v", name, last)
		}
		if x.blocks == 2 && (blocks[0].PayloadType != 111 || blocks[0].Offset != x.offset || !bytes.Equal(blocks[0].Data, x.before)) {
			t.Errorf("%s: the one before is %+v", name, blocks[0])
		}
	}
}

func TestMalformedRedundantAudio(t *testing.T) {
	t.Parallel()
	for name, wire := range map[string][]byte{
		"empty":                 {},
		"half a header":         {0x80 | 111, 0},
		"a header and no more":  {0x80 | 111, 0, 4, 2},
		"a block beyond it all": {0x80 | 111, 0, 4, 200, 111, 1, 2, 3},
		"headers without end":   bytes.Repeat([]byte{0x80 | 111, 0, 4, 0}, 400),
	} {
		if blocks, err := ParseRED(nil, wire); err == nil {
			t.Errorf("%s: %+v", name, blocks)
		}
	}
}

// Whatever comes is refused, or is blocks that lie one after the other in the packet, and
// what is made of two of them reads as those two.
func FuzzParseRED(f *testing.F) {
	f.Add(AppendRED(nil, 111, []byte("before"), 960, []byte("now")))
	f.Add(AppendRED(nil, 63, nil, 0, []byte{0xf8, 0xff, 0xfe}))
	f.Add([]byte{0x80 | 111, 0, 4, 2, 0x80 | 111, 0, 8, 1, 111, 1, 2, 3, 4, 5})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, wire []byte) {
		blocks, err := ParseRED(nil, wire)
		if err != nil {
			return
		}
		size := 4*(len(blocks)-1) + 1
		for _, b := range blocks {
			size += len(b.Data)
			if b.PayloadType > 127 || b.Offset > MaxREDOffset {
				t.Fatalf("%+v", b)
			}
		}
		if size != len(wire) {
			t.Fatalf("%d octets of %d are told", size, len(wire))
		}
		if n := len(blocks); n == 2 && len(blocks[0].Data) > 0 && blocks[0].Offset > 0 && blocks[0].PayloadType == blocks[1].PayloadType {
			if again := AppendRED(nil, blocks[1].PayloadType, blocks[0].Data, blocks[0].Offset, blocks[1].Data); !bytes.Equal(again, wire) {
				t.Fatalf("% x is written as % x", wire, again)
			}
		}
	})
}
