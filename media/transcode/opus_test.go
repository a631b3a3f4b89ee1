package transcode

import (
	"bytes"
	"encoding/binary"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
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

func TestAACBecomesOpusOfTheSameToneAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := playing(t, "court-2") // 440 Hz
	tr := newTranscoder(t, time.Millisecond)
	track, release, err := tr.Opus(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	units := take(t, s, track, 150)
	for i, u := range units {
		if i > 0 && u.PTS-units[i-1].PTS != opusFrame {
			t.Errorf("packet %d comes %d samples after the one before", i, u.PTS-units[i-1].PTS)
		}
		if late := u.Arrived.Sub(u.UTC); late < 0 || late > 200*time.Millisecond {
			t.Fatalf("packet %d is said to have been heard %s before it came", i, late)
		}
	}
	samples := decode(t, units)
	steady := samples[len(samples)/3:]
	if f := frequency(steady); math.Abs(f-440) > 2 {
		t.Errorf("a tone of %.1f Hz came out", f)
	}
}

// A process that dies is started again; the sound goes on where it stood. Not
// in parallel: it ends all ffmpegs that there are.
func TestSoundGoesOnAfterAKill(t *testing.T) {
	s := playing(t, "court-2")
	tr := newTranscoder(t, time.Millisecond)
	track, release, err := tr.Opus(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	before := take(t, s, track, 20)
	kill(t, 1)
	after := take(t, s, track, 20)
	gap := after[0].UTC.Sub(before[len(before)-1].UTC)
	if gap < 0 || gap > 3*time.Second {
		t.Errorf("the sound goes on after %s", gap)
	}
}

// kill ends this process's children named ffmpeg, of which so many are to be.
func kill(t *testing.T, least int) {
	t.Helper()
	out, err := exec.Command("pgrep", "-P", strconv.Itoa(syscall.Getpid()), "ffmpeg").Output()
	if err != nil {
		t.Fatal(err)
	}
	pids := strings.Fields(string(out))
	if len(pids) < least {
		t.Fatalf("%d processes run", len(pids))
	}
	for _, p := range pids {
		pid, err := strconv.Atoi(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneProcessServesAllAndEndsAfterTheLast(t *testing.T) {
	t.Parallel()
	s := playing(t, "court-2")
	tr := newTranscoder(t, 200*time.Millisecond)
	var releases []func()
	for range 3 {
		_, release, err := tr.Opus(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	if n := tr.Running(); n != 1 {
		t.Fatalf("%d conversions run for three viewers", n)
	}
	for _, release := range releases {
		release()
		release() // a second time does nothing
	}
	if n := tr.Running(); n != 1 {
		t.Errorf("it did not wait for a viewer who comes back: %d", n)
	}
	deadline := time.After(5 * time.Second)
	for tr.Running() > 0 {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("it does not end")
		}
	}
}

func TestNothingToConvert(t *testing.T) {
	t.Parallel()
	tr := newTranscoder(t, time.Millisecond)
	if _, _, err := tr.Opus(t.Context(), media.NewStream("empty")); err == nil {
		t.Error("a stream without sound was taken")
	}
	none := New(Options{})
	defer none.Close()
	if _, _, err := none.Opus(t.Context(), playing(t, "court-2")); err == nil {
		t.Error("there is no ffmpeg, and no error")
	}
}
