package fmp4

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	vpsH265 = []byte{0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x5d, 0x95, 0x98, 0x09}
	spsH265 = []byte{0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x5d, 0xa0, 0x02, 0x80, 0x80, 0x2d, 0x16, 0x59, 0x59, 0xa4, 0x93, 0x2b, 0x9a, 0x80, 0x80, 0x80, 0x82, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x32, 0x10}
	ppsH265 = []byte{0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62, 0x40}
)

// TestHeadersAreUnderstood lets ffprobe read a header of each codec that can be
// described without media.
func TestHeadersAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		track      Track
		name, mime string
	}{
		{Track{Codec: H264, Timescale: 90000, SPS: spsH264, PPS: ppsH264, Width: 640, Height: 360}, "h264", "avc1.42C01E"},
		{Track{Codec: H265, Timescale: 90000, VPS: vpsH265, SPS: spsH265, PPS: ppsH265, Width: 1280, Height: 720}, "hevc", "hvc1.1.6.L93.90"},
		{Track{Codec: VP8, Timescale: 90000, Width: 320, Height: 240}, "vp8", "vp8"},
		{Track{Codec: VP9, Timescale: 90000, Width: 320, Height: 240}, "vp9", "vp09.00.40.08"},
		{Track{Codec: AAC, Timescale: 32000, Config: []byte{0x12, 0x88}, SampleRate: 32000, Channels: 1}, "aac", "mp4a.40.2"},
		{Track{Codec: Opus, Timescale: 48000, SampleRate: 48000, Channels: 2}, "opus", "opus"},
		{Track{Codec: FLAC, Timescale: 16000, SampleRate: 16000, Channels: 1}, "flac", "fLaC"},
	} {
		x.track.ID = 1
		if got := x.track.MIME(); got != x.mime {
			t.Errorf("%s: MIME %s, want %s", x.name, got, x.mime)
		}
		path := filepath.Join(t.TempDir(), "header.mp4")
		if err := os.WriteFile(path, headerOf(t, []Track{x.track}), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "quiet", "-show_streams", "-of", "json", path).Output()
		var p struct {
			Streams []struct {
				Codec    string `json:"codec_name"`
				TimeBase string `json:"time_base"`
				Width    int
			}
		}
		if err := json.Unmarshal(out, &p); err != nil {
			t.Fatal(err)
		}
		if err != nil || len(p.Streams) != 1 || p.Streams[0].Codec != x.name || p.Streams[0].Width != x.track.Width {
			t.Errorf("ffprobe reads %+v of %s: %v", p.Streams, x.name, err)
		}
	}
}

func TestWhatCannotBeDescribedIsRefused(t *testing.T) {
	t.Parallel()
	for name, tracks := range map[string][]Track{
		"no track":          nil,
		"an unknown codec":  {{ID: 1, Codec: "MPEG2", Timescale: 90000}},
		"H.264 without SPS": {{ID: 1, Codec: H264, Timescale: 90000, SPS: []byte{0x67}, PPS: ppsH264}},
		"H.265 of garbage":  {{ID: 1, Codec: H265, Timescale: 90000, VPS: []byte{1}, SPS: []byte{2}, PPS: []byte{3}}},
		"AAC of garbage":    {{ID: 1, Codec: AAC, Timescale: 48000, Config: []byte{0xff}}},
	} {
		if _, err := Header(tracks); err == nil || !strings.Contains(err.Error(), "fmp4") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestVP8IsPlayed packs pictures that ffmpeg has coded.
func TestVP8IsPlayed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ivf := filepath.Join(dir, "in.ivf")
	run(t, "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=2", "-c:v", "libvpx", "-b:v", "200k", ivf)
	raw, err := os.ReadFile(ivf)
	if err != nil {
		t.Fatal(err)
	}
	part := Part{Sequence: 1, UTC: noon, Tracks: []PartTrack{{ID: 1}}}
	for rest := raw[32:]; len(rest) > 12; {
		n := int(rest[0]) | int(rest[1])<<8 | int(rest[2])<<16
		frame := rest[12 : 12+n]
		part.Tracks[0].Samples = append(part.Tracks[0].Samples, Sample{Data: [][]byte{frame}, Duration: 9000, Sync: frame[0]&1 == 0})
		rest = rest[12+n:]
	}
	file := part.Append(headerOf(t, []Track{{ID: 1, Codec: VP8, Timescale: 90000, Width: 320, Height: 240}}))
	path := filepath.Join(dir, "out.mp4")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	decode := func(path string) string {
		return string(run(t, "ffmpeg", "-nostdin", "-v", "warning", "-i", path, "-vsync", "passthrough", "-f", "framehash", "-"))
	}
	hashes := func(s string) (all []string) {
		for line := range strings.Lines(s) {
			if fields := strings.Split(line, ","); !strings.HasPrefix(line, "#") && len(fields) > 1 {
				all = append(all, fields[len(fields)-1])
			}
		}
		return all
	}
	got, want := hashes(decode(path)), hashes(decode(ivf))
	if len(got) != 20 || strings.Join(got, "") != strings.Join(want, "") {
		t.Errorf("%d pictures, want those %d that were coded", len(got), len(want))
	}
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return out
}
