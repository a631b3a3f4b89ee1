package packet

import (
	"encoding/hex"
	"testing"
)

// FuzzUnpack pushes what a network may bring: the data is cut into packets by
// its own bytes. Whatever comes, frames are within their limits and whole, and
// can be packed.
func FuzzUnpack(f *testing.F) {
	for _, seed := range []string{
		"016701 026802 036503", "78000267010002680200026503", "7c8501 7c0502 7c4503",
		"6001000340010900034201080003440107", "62019301 62015303", "0010001802aabb", "00000001670100000168020000000165",
		"fff14c40013ffc0a0b", "10020304", "8f4081", "08",
	} {
		raw, err := hex.DecodeString(onlyHex(seed))
		if err != nil {
			f.Fatal(err)
		}
		for _, k := range []Kind{H264, H265, AAC, Opus, VP8, VP9, AV1} {
			f.Add(byte(k), uint32(0), raw)
			f.Add(byte(k), uint32(6|2<<6|2<<12), raw)
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, config uint32, data []byte) {
		k := Kind(kind%byte(AV1)) + 1
		// As descriptions say it, which come from outside too.
		u := NewUnpacker(k, AACConfig{SizeLength: int(config & 63), IndexLength: int(config >> 6 & 63), IndexDeltaLength: int(config >> 12 & 63)})
		ts := uint32(0)
		for len(data) > 1 {
			head, n := data[0], min(int(data[1]), len(data)-1)
			payload := data[1 : 1+n]
			data = data[1+n:]
			if head&1 != 0 {
				ts += uint32(head)
			}
			frames, _ := u.Push(ts, head&2 != 0, int(head>>6), payload)
			check(t, k, frames)
			if n == 0 {
				break
			}
		}
		check(t, k, u.Flush())
	})
}

func check(t *testing.T, k Kind, frames []Frame) {
	for _, fr := range frames {
		size := 0
		for _, d := range fr.Data {
			if len(d) == 0 {
				t.Fatalf("%s: an empty part in a frame", k)
			}
			size += len(d)
		}
		if size == 0 || size > MaxFrame+1<<16 || len(fr.Data) > MaxNALUs+16 {
			t.Fatalf("%s: a frame of %d bytes in %d parts", k, size, len(fr.Data))
		}
		if packed, err := Pack(k, fr.Data, 1400); err == nil && packed.Len() == 0 {
			t.Fatalf("%s: a frame was packed into nothing", k)
		}
		if k.Video() {
			p := FindParamSets(k, fr.Data)
			_, _ = ParseSPS(k, p.SPS)
		}
	}
}

// FuzzParseSPS: parameter sets come from the network too.
func FuzzParseSPS(f *testing.F) {
	for _, s := range sets {
		raw, err := hex.DecodeString(s.sps)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.kind == H265, raw)
	}
	f.Fuzz(func(t *testing.T, h265 bool, sps []byte) {
		k := H264
		if h265 {
			k = H265
		}
		info, err := ParseSPS(k, sps)
		if err == nil && (info.Width < 0 || info.Height < 0) {
			t.Fatalf("%+v", info)
		}
	})
}

func onlyHex(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r != ' ' {
			out = append(out, r)
		}
	}
	return string(out)
}
