package pcm

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"avhub/media/packet"
)

// TestAgreesWithFFmpeg decodes real sound and noise, bit for bit as ffmpeg does.
func TestAgreesWithFFmpeg(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   packet.Kind
		format string
		rate   string
	}{{packet.PCMA, "alaw", "8000"}, {packet.PCMU, "mulaw", "8000"}, {packet.G722, "g722", "16000"}} {
		t.Run(c.format, func(t *testing.T) {
			t.Parallel()
			for name, coded := range map[string][]byte{"a sweep": sweep(t, c.format, c.rate), "noise": noise(1 << 16)} {
				want := decoded(t, c.format, c.rate, coded)
				d, _ := NewDecoder(c.kind)
				var got []int16
				for len(coded) > 0 { // as packets of 20 ms
					n := min(160, len(coded))
					got = d.Append(got, coded[:n])
					coded = coded[n:]
				}
				if len(got) != len(want) {
					t.Fatalf("%s: %d samples, ffmpeg has %d", name, len(got), len(want))
				}
				for i := range got {
					if got[i] != want[i] {
						t.Fatalf("%s: sample %d is %d, ffmpeg says %d", name, i, got[i], want[i])
					}
				}
			}
		})
	}
}

func TestOtherCodecsAreNotTaken(t *testing.T) {
	t.Parallel()
	if _, ok := NewDecoder(packet.Opus); ok {
		t.Error("a decoder for Opus")
	}
}

func TestNothingIsAllocated(t *testing.T) {
	d, _ := NewDecoder(packet.G722)
	payload, dst := noise(160), make([]int16, 0, 320)
	if n := testing.AllocsPerRun(100, func() { dst = d.Append(dst[:0], payload) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzG722(f *testing.F) {
	f.Add(noise(320))
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, _ := NewDecoder(packet.G722)
		if n := len(d.Append(nil, payload)); n != 2*len(payload) {
			t.Errorf("%d samples for %d octets", n, len(payload))
		}
	})
}

func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// sweep is a tone that rises over the whole band, loud and soft.
func sweep(t *testing.T, format, rate string) []byte {
	t.Helper()
	return ffmpeg(t, nil, "-f", "lavfi", "-i", "aevalsrc=sin(2*PI*(50+1500*t)*t)*(0.9-0.2*t):d=3:s="+rate, "-ac", "1", "-f", format)
}

func decoded(t *testing.T, format, rate string, coded []byte) []int16 {
	t.Helper()
	input := "-ar"
	args := []string{"-f", format}
	if format != "g722" {
		args = append(args, input, rate, "-ac", "1")
	}
	raw := ffmpeg(t, coded, append(args, "-i", "@", "-f", "s16le")...)
	samples := make([]int16, len(raw)/2)
	if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, samples); err != nil {
		t.Fatal(err)
	}
	return samples
}

// ffmpeg runs it; @ stands for a file with the input.
func ffmpeg(t *testing.T, input []byte, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, input, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		if args[i] == "@" {
			args[i] = path
		}
	}
	var out, errs bytes.Buffer
	cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-loglevel", "error"}, args...), "-")...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, errs.String())
	}
	return out.Bytes()
}
