package fmp4

import (
	"bytes"
	"testing"
)

var (
	spsH264 = []byte{0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xca, 0x3c, 0x58, 0xb9, 0x20}
	ppsH264 = []byte{0x68, 0xce, 0x0f, 0xc8}
)

// twoTracks are a picture and a sound, shown from two places on.
func twoTracks(picture, sound int64) []Track {
	return []Track{
		{ID: 1, Codec: H264, Timescale: 90000, Start: picture, SPS: spsH264, PPS: ppsH264, Width: 640, Height: 360},
		{ID: 2, Codec: Opus, Timescale: 48000, Start: sound, SampleRate: 48000, Channels: 2},
	}
}

func headerOf(t testing.TB, tracks []Track) []byte {
	t.Helper()
	h, err := Header(tracks)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestEditsAreReplaced(t *testing.T) {
	t.Parallel()
	for _, from := range [][2]int64{{0, 0}, {7200, 3840}, {1 << 40, 0}} {
		for _, to := range [][2]int64{{0, 0}, {7200, 3840}, {0, 1}, {1 << 40, 1 << 40}} {
			got, err := WithEdits(headerOf(t, twoTracks(from[0], from[1])), map[int]int64{1: to[0], 2: to[1], 9: 5})
			if want := headerOf(t, twoTracks(to[0], to[1])); err != nil || !bytes.Equal(got, want) {
				t.Errorf("from %v to %v: %v, %d bytes instead of %d", from, to, err, len(got), len(want))
			}
		}
	}
	plain, err := Initialization(twoTracks(7200, 3840))
	if err != nil || !bytes.Equal(plain, headerOf(t, twoTracks(0, 0))) {
		t.Errorf("an initialization has edits: %v", err)
	}
}

func TestAPartIsMovedAndMovedBack(t *testing.T) {
	t.Parallel()
	p := somePart()
	was := p.Append(nil)
	b := bytes.Clone(was)
	if err := Rebase(b, map[int]int64{1: 90000, 2: -48000}, 99); err != nil {
		t.Fatal(err)
	}
	moved := somePart()
	moved.Sequence = 99
	moved.Tracks[0].Base += 90000
	moved.Tracks[1].Base -= 48000
	if want := moved.Append(nil); !bytes.Equal(b, want) {
		t.Error("it is not the part that would have been written there")
	}
	if err := Rebase(b, map[int]int64{1: -90000, 2: 48000}, 7); err != nil || !bytes.Equal(b, was) {
		t.Errorf("it does not come back: %v", err)
	}
}

func FuzzWithEdits(f *testing.F) {
	f.Add(headerOf(f, twoTracks(0, 0)), int64(1), int64(2))
	f.Add(headerOf(f, twoTracks(7200, 0)), int64(0), int64(-1))
	f.Add([]byte("\x00\x00\x00\x08moov"), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, header []byte, picture, sound int64) {
		was := bytes.Clone(header)
		edited, err := WithEdits(header, map[int]int64{1: picture, 2: sound})
		if !bytes.Equal(was, header) {
			t.Fatal("what was given was changed")
		}
		if err != nil {
			return
		}
		again, err := WithEdits(edited, map[int]int64{1: picture, 2: sound})
		if err != nil || !bytes.Equal(again, edited) {
			t.Errorf("the second time it comes out otherwise: %v", err)
		}
	})
}

func FuzzRebase(f *testing.F) {
	p := somePart()
	f.Add(p.Append(nil), int64(90000), uint32(3))
	f.Add(p.Append(nil)[:60], int64(-1), uint32(0))
	f.Fuzz(func(t *testing.T, part []byte, shift int64, sequence uint32) {
		n := len(part)
		if err := Rebase(part, map[int]int64{1: shift, 2: -shift}, sequence); err == nil && len(part) != n {
			t.Error("its size changed")
		}
	})
}
