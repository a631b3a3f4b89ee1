package flac

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// signals are sounds that predictors and codes find easy, hard and impossible.
var signals = map[string]func(i int) int16{
	"silence":      func(int) int16 { return 0 },
	"constant":     func(int) int16 { return -12345 },
	"sine":         func(i int) int16 { return int16(12000 * math.Sin(float64(i)/9)) },
	"loud sine":    func(i int) int16 { return int16(32767 * math.Sin(float64(i)*1.3)) },
	"ramp":         func(i int) int16 { return int16(i * 37) },
	"parabola":     func(i int) int16 { return int16(i * i) },
	"edge to edge": func(i int) int16 { return int16(-32768 + i%2*65535) },
	"noise":        func(int) int16 { return int16(rand.Uint32()) },
	"soft noise":   func(int) int16 { return int16(rand.IntN(9)) - 4 },
	"clicks":       func(i int) int16 { return int16(i % 97 / 96 * 30000) },
	"lowest":       func(i int) int16 { return -32768 + int16(i%3) },
}

// lengths of frames, all that may be.
var lengths = []int{1, 2, 3, 4, 5, 15, 16, 17, 80, 160, 320, 960, 1024, 4607, 4608}

func sound(signal func(i int) int16, n, channels int) []int16 {
	pcm := make([]int16, n*channels)
	for i := range pcm {
		pcm[i] = signal(i)
	}
	return pcm
}

func TestFramesComeOutAsTheyWentIn(t *testing.T) {
	t.Parallel()
	firsts := []uint64{0, 127, 128, 1 << 11, 1 << 16, 1 << 21, 1<<26 - 1, 1 << 31, 1<<36 - 1}
	for name, signal := range signals {
		for i, n := range lengths {
			for _, channels := range []int{1, 2, 8} {
				first := firsts[i%len(firsts)]
				pcm := sound(signal, n, channels)
				f, rate, c, got, err := decodeFrame(AppendFrame(nil, first, 16000, channels, pcm))
				if err != nil || f != first || rate != 16000 || c != channels || !slices.Equal(got, pcm) {
					t.Fatalf("%s, %d samples of %d channels at %d: %v", name, n, channels, first, err)
				}
			}
		}
	}
}

// TestFFmpegDecodesEveryBit writes files of all signals and lengths, and compares what
// ffmpeg makes of them.
func TestFFmpegDecodesEveryBit(t *testing.T) {
	t.Parallel()
	for rate := range rateCodes {
		for _, channels := range []int{1, 2} {
			t.Run(fmt.Sprint(rate, "Hz ", channels), func(t *testing.T) {
				t.Parallel()
				var frames []byte
				var want []int16
				for _, signal := range signals {
					for _, n := range lengths {
						pcm := sound(signal, n, channels)
						frames = AppendFrame(frames, uint64(len(want)/channels), rate, channels, pcm)
						want = append(want, pcm...)
					}
				}
				if got := decoded(t, file(rate, channels, frames)); !slices.Equal(got, want) {
					t.Errorf("%d samples went in, %d came out, or others", len(want), len(got))
				}
			})
		}
	}
}

func decoded(t *testing.T, flac []byte) []int16 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.flac")
	if err := os.WriteFile(path, flac, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "warning", "-err_detect", "crccheck+explode", "-i", path, "-f", "s16le", "-")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("ffmpeg: %v: %s", err, errs.String())
	}
	return samplesOf(out.Bytes())
}

// TestSpeechBecomesSmaller shows that predicting is worth it: speech is about half.
func TestSpeechBecomesSmaller(t *testing.T) {
	t.Parallel()
	pcm := sound(func(i int) int16 { return int16(6000*math.Sin(float64(i)/11) + 900*math.Sin(float64(i)/2.1)) }, 160, 1)
	if n := len(AppendFrame(nil, 0, 8000, 1, pcm)); n > len(pcm)*2*7/10 {
		t.Errorf("%d bytes of %d", n, len(pcm)*2)
	}
}

func TestWhatAFrameCannotHoldPanics(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(){
		"no samples": func() { AppendFrame(nil, 0, 8000, 1, nil) },
		"too many":   func() { AppendFrame(nil, 0, 8000, 1, make([]int16, MaxBlock+1)) },
		"odd rate":   func() { AppendFrame(nil, 0, 12345, 1, make([]int16, 160)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, uint8(1), uint64(0))
	f.Add(bytes.Repeat([]byte{0, 0x80, 0xff, 0x7f}, 100), uint8(2), uint64(1<<36-1))
	f.Add(bytes.Repeat([]byte{7}, 2*MaxBlock), uint8(1), uint64(99999))
	f.Fuzz(func(t *testing.T, b []byte, c uint8, first uint64) {
		channels := int(c)%8 + 1
		pcm := samplesOf(b)
		pcm = pcm[:min(len(pcm)/channels, MaxBlock)*channels]
		if len(pcm) == 0 {
			return
		}
		first &= 1<<36 - 1
		before := []byte("before")
		frame := AppendFrame(before, first, 48000, channels, pcm)
		at, _, _, got, err := decodeFrame(frame[len(before):])
		if err != nil || at != first || !slices.Equal(got, pcm) || string(frame[:len(before)]) != "before" {
			t.Errorf("%v: %d samples", err, len(pcm))
		}
		if most := 16 + len(pcm)*2 + channels; len(frame) > most+len(before) {
			t.Errorf("%d bytes for %d samples", len(frame), len(pcm))
		}
	})
}
