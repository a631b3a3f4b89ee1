package mix

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/opus/pkg/oggreader"

	"avhub/media"
	"avhub/media/packet"
)

// run runs a program and returns what it writes.
func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var out, said bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, said.String())
	}
	return out.Bytes()
}

func ffmpeg(t *testing.T, args ...string) []byte {
	t.Helper()
	return run(t, "ffmpeg", append([]string{"-nostdin", "-loglevel", "error"}, args...)...)
}

// speech is a spoken sentence.
func speech(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "speech.wav")
	run(t, "flite", "-voice", "slt", "-t", "The court is now in session. All rise, and let the first witness be heard.", "-o", file)
	return file
}

// opusPackets are the packets of an Ogg Opus file, and how many samples to skip.
func opusPackets(t *testing.T, file string) (packets [][]byte, skip int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, head, err := oggreader.NewWith(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, _, err := r.ParseNextPacket()
		switch {
		case errors.Is(err, io.EOF):
			return packets, int(head.PreSkip)
		case err != nil:
			t.Fatal(err)
		case !bytes.HasPrefix(p, []byte("OpusTags")):
			packets = append(packets, bytes.Clone(p))
		}
	}
}

// agreement compares samples: the correlation, and what is left over of the one after
// the other is taken from it, in dB, at the same loudness.
func agreement(want, got []float32) (correlation, snr float64) {
	n := min(len(want), len(got))
	var ww, gg, wg float64
	for i := range n {
		w, g := float64(want[i]), float64(got[i])
		ww, gg, wg = ww+w*w, gg+g*g, wg+w*g
	}
	scale := wg / gg
	var rest float64
	for i := range n {
		d := float64(want[i]) - scale*float64(got[i])
		rest += d * d
	}
	return wg / math.Sqrt(ww*gg), 10 * math.Log10(ww/rest)
}

const music = "aevalsrc=0.3*sin(2*PI*(200+300*t)*t)+0.1*sin(2*PI*1234*t)*sin(2*PI*3*t)+0.05*random(0)|0.3*sin(2*PI*(220+200*t)*t)+0.05*random(1):s=48000:d=4"

// The decoder without C is measured against libopus, in every mode that a browser may
// choose: SILK, hybrid and CELT, one channel and two, long and short packets.
func TestOpusIsDecodedAsLibopusDoes(t *testing.T) {
	t.Parallel()
	spoken := speech(t)
	const silk, hybrid, celt = 0, 12, 16 // the first configuration of each (RFC 6716 table 2)
	for name, c := range map[string]struct {
		input, options string
		config         byte // at least this for most packets
	}{
		"celt stereo music":       {music, "-f lavfi|-ac 2 -b:a 64k -application audio", celt},
		"celt low delay":          {music, "-f lavfi|-ac 2 -b:a 32k -application lowdelay", celt},
		"celt 5 ms":               {music, "-f lavfi|-ac 1 -b:a 64k -application audio -frame_duration 5", celt},
		"hybrid as Chromium's":    {spoken, "|-ac 1 -b:a 32k -application voip", hybrid},
		"hybrid 60 ms":            {spoken, "|-ac 1 -b:a 32k -application voip -frame_duration 60", hybrid},
		"silk wide band":          {spoken, "|-ac 1 -b:a 16k -application voip -cutoff 8000", silk},
		"silk narrow band":        {spoken, "|-ac 1 -b:a 10k -application voip -cutoff 4000", silk},
		"silk stereo":             {spoken, "|-ac 2 -b:a 24k -application voip -cutoff 8000", silk},
		"silk with FEC, for loss": {spoken, "|-ac 1 -b:a 24k -application voip -fec 1 -packet_loss 10", silk},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "x.opus")
			before, after, _ := strings.Cut(c.options, "|")
			args := append(strings.Fields(before), "-i", c.input, "-ar", "48000", "-c:a", "libopus")
			ffmpeg(t, append(append(args, strings.Fields(after)...), file)...)
			raw := ffmpeg(t, "-c:a", "libopus", "-i", file, "-f", "f32le", "-ac", "1", "-ar", "48000", "-")
			want := make([]float32, len(raw)/4)
			if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, want); err != nil {
				t.Fatal(err)
			}
			d, err := newDecoder(media.Track{Kind: packet.Opus, ClockRate: 48000})
			if err != nil {
				t.Fatal(err)
			}
			packets, skip := opusPackets(t, file)
			var got []float32
			mode := 0
			for _, p := range packets {
				pcm, err := d.decode(p)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, pcm...)
				if next := map[byte]byte{silk: hybrid, hybrid: celt, celt: 32}[c.config]; p[0]>>3 >= c.config && p[0]>>3 < next {
					mode++
				}
			}
			correlation, snr := agreement(want, got[skip:])
			t.Logf("%d packets, %d in this mode: correlation %.6f, %.1f dB", len(packets), mode, correlation, snr)
			if correlation < 0.9999 || snr < 40 || mode < len(packets)*9/10 {
				t.Errorf("%d of %d packets are in this mode; correlation %.6f, %.1f dB", mode, len(packets), correlation, snr)
			}
		})
	}
}

// What is not Opus is refused, or is noise; it ends nothing.
func FuzzOpus(f *testing.F) {
	f.Add([]byte{0x78, 1, 2, 3, 4, 5}, []byte{0x08, 9, 9, 9, 9})
	f.Add([]byte{0xfc, 0xff, 0xfe}, []byte{0x6b, 0x83, 1, 2, 3})
	f.Add([]byte{0x0b, 0x43, 0xff}, []byte{0})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		d, err := newDecoder(media.Track{Kind: packet.Opus, ClockRate: 48000})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range [][]byte{first, second, first} {
			pcm, err := d.decode(p)
			if err == nil && len(pcm) > MaxPush {
				t.Fatalf("%d samples", len(pcm))
			}
		}
	})
}

func TestWhatCannotBeMixedIsSaid(t *testing.T) {
	t.Parallel()
	for _, track := range []media.Track{
		{Kind: packet.AAC, ClockRate: 44100, SampleRate: 44100},
		{Kind: packet.PCMA, ClockRate: 44100, SampleRate: 44100, Channels: 1},
	} {
		if _, err := newDecoder(track); err == nil || !strings.Contains(err.Error(), "set the device to") {
			t.Errorf("%v: %v", track.Kind, err)
		}
	}
}

func BenchmarkDecodeOpus(b *testing.B) {
	file := filepath.Join(b.TempDir(), "x.opus")
	if out, err := exec.Command("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", music, "-ac", "1", "-b:a", "32k", "-application", "voip", "-c:a", "libopus", file).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r, _, err := oggreader.NewWith(f)
	if err != nil {
		b.Fatal(err)
	}
	var packets [][]byte
	for {
		p, _, err := r.ParseNextPacket()
		if err != nil {
			break
		}
		packets = append(packets, bytes.Clone(p))
	}
	packets = packets[1:] // tags
	d, err := newDecoder(media.Track{Kind: packet.Opus, ClockRate: 48000})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := d.decode(packets[i%len(packets)]); err != nil {
			b.Fatal(err)
		}
	}
}
