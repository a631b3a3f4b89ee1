package packet

import (
	"encoding/hex"
	"testing"
)

// Real parameter sets: an Axis-like camera in 1080p, x264 with and without
// B-frames, x265.
var sets = []struct {
	name string
	kind Kind
	sps  string
	want VideoInfo
}{
	{"x264 high, B-frames", H264, "6764001facd9405005bb011000000300100000030320f1831960",
		VideoInfo{Width: 1280, Height: 720, Profile: "High", ProfileLevelID: "64001f", FrameRate: 25, Reorder: true}},
	{"x264 baseline", H264, "6742c01ed900a02ff970110000030001000003003c0f162e48",
		VideoInfo{Width: 640, Height: 360, Profile: "Constrained Baseline", ProfileLevelID: "42c01e", FrameRate: 30}},
	{"x265 main", H265, "42010101600000030090000003000003005da00280802d16596a4932bc05a02000000300200000030321",
		VideoInfo{Width: 1280, Height: 720, Profile: "Main", FrameRate: 25}},
}

func TestParseSPS(t *testing.T) {
	t.Parallel()
	for _, c := range sets {
		sps, err := hex.DecodeString(c.sps)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseSPS(c.kind, sps)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got.FrameRate-c.want.FrameRate > 0.1 || c.want.FrameRate-got.FrameRate > 0.1 {
			t.Errorf("%s: %v pictures a second", c.name, got.FrameRate)
		}
		got.FrameRate, c.want.FrameRate = 0, 0
		if got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
		for n := range sps { // cut anywhere: an error or a guess, never a panic
			_, _ = ParseSPS(c.kind, sps[:n])
		}
	}
}

func TestFindParamSets(t *testing.T) {
	t.Parallel()
	p := FindParamSets(H265, [][]byte{{0x40, 1}, {0x42, 1}, {0x44, 1}, {0x26, 1}})
	if !p.Complete(H265) {
		t.Errorf("%+v is not complete", p)
	}
	p = FindParamSets(H264, [][]byte{{0x67, 1}, {0x65, 1}})
	if p.Complete(H264) || p.SPS == nil {
		t.Errorf("%+v: the PPS is missing", p)
	}
}
