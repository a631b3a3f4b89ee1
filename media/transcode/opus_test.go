package transcode

import (
	"bytes"
	"encoding/binary"
	"math"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"avhub/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// decode plays Opus units and returns their samples, 48 kHz, one channel.
func decode(t *testing.T, units []*media.Unit) []float64 {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-hide_banner", "-loglevel", "error", "-f", "ogg", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", "48000", "pipe:1")
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(oggOf(units)), &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	samples := make([]float64, out.Len()/2)
	for i := range samples {
		samples[i] = float64(int16(binary.LittleEndian.Uint16(out.Bytes()[2*i:]))) / 32768
	}
	return samples
}

// oggOf is an Ogg Opus file (RFC 7845) of the units, a page each.
func oggOf(units []*media.Unit) []byte {
	var out []byte
	page := func(kind byte, granule uint64, n uint32, data []byte) {
		head := []byte{'O', 'g', 'g', 'S', 0, kind}
		head = binary.LittleEndian.AppendUint64(head, granule)
		head = binary.LittleEndian.AppendUint32(head, 7)
		head = binary.LittleEndian.AppendUint32(head, n)
		head = append(head, 0, 0, 0, 0, byte(len(data)/255+1))
		head = append(append(head, bytes.Repeat([]byte{255}, len(data)/255)...), byte(len(data)%255))
		head = append(head, data...)
		binary.LittleEndian.PutUint32(head[22:], oggChecksum(head))
		out = append(out, head...)
	}
	page(2, 0, 0, append([]byte("OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00"), 0))
	page(0, 0, 1, []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00"))
	for i, u := range units {
		page(0, uint64(i+1)*opusFrame, uint32(i+2), u.Data[0])
	}
	return out
}

func oggChecksum(b []byte) uint32 {
	var crc uint32
	for _, x := range b {
		crc ^= uint32(x) << 24
		for range 8 {
			if crc&0x80000000 != 0 {
				crc = crc<<1 ^ 0x04c11db7
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// frequency counts how often a tone crosses zero.
func frequency(samples []float64) float64 {
	crossings := 0
	for i := 1; i < len(samples); i++ {
		if samples[i-1] < 0 && samples[i] >= 0 {
			crossings++
		}
	}
	return float64(crossings) * 48000 / float64(len(samples))
}

// aacFrame is the length of the demo clips' AAC frames; one comes as its first
// sample is heard.
const aacFrame = 32 * time.Millisecond

func TestAACBecomesOpusOfTheSameToneAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := playing(t, "court-2") // 440 Hz
	tr, _ := newTranscoder(t, time.Millisecond)
	track, release, err := tr.Opus(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	units, soonest := take(t, s, track, 150), time.Hour
	for i, u := range units {
		if i > 0 && u.PTS-units[i-1].PTS != opusFrame {
			t.Errorf("packet %d comes %d samples after the one before", i, u.PTS-units[i-1].PTS)
		}
		if i < 20 {
			continue // what came while ffmpeg started
		}
		late := u.Arrived.Sub(u.UTC)
		if late < -aacFrame {
			t.Fatalf("packet %d is said to have been heard %s after it came", i, -late)
		}
		soonest = min(soonest, late)
	}
	if soonest > 200*time.Millisecond { // single ones come late on a busy machine
		t.Errorf("all packets are said to have been heard %s or more before they came", soonest)
	}
	samples := decode(t, units)
	steady := samples[len(samples)/3:]
	if f := frequency(steady); math.Abs(f-440) > 2 {
		t.Errorf("a tone of %.1f Hz came out", f)
	}
}

func TestNothingToConvert(t *testing.T) {
	t.Parallel()
	tr, _ := newTranscoder(t, time.Millisecond)
	if _, _, err := tr.Opus(t.Context(), media.NewStream("empty")); err == nil {
		t.Error("a stream without sound was taken")
	}
	none := New(Options{})
	defer none.Close()
	if _, _, err := none.Opus(t.Context(), playing(t, "court-2")); err == nil {
		t.Error("there is no ffmpeg, and no error")
	}
}
