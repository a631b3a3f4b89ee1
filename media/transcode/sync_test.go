package transcode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// beeps is a tone of 100 ms in the middle of each second, in frames of a codec.
type beeps struct {
	track  media.Track
	frames [][]byte
	step   int // of a frame, in ticks of the track's clock
	early  int // by how many ticks the first frame lies before second 0: the encoder's priming
}

const beepExpr = "0.6*sin(2*PI*660*t)*between(mod(t,1),0.5,0.6)"

// encode makes seconds of beeps.
func encode(t *testing.T, seconds int, track media.Track, args ...string) *beeps {
	t.Helper()
	args = append([]string{
		"-nostdin", "-loglevel", "error", "-f", "lavfi",
		"-i", fmt.Sprintf("aevalsrc='%s':s=%d:d=%d", beepExpr, track.SampleRate, seconds), "-ac", strconv.Itoa(track.Channels),
	}, args...)
	cmd := exec.Command("ffmpeg", append(args, "pipe:1")...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	b := &beeps{track: track}
	if track.Kind == packet.AAC {
		b.step, b.early = 1024, 1024
		b.track.Config = b.adts(out.Bytes())
		return b
	}
	size := track.ClockRate / 50 * track.Channels
	b.step = track.ClockRate / 50
	for rest := out.Bytes(); len(rest) >= size; rest = rest[size:] {
		b.frames = append(b.frames, rest[:size])
	}
	return b
}

// adts takes the frames out of an ADTS stream, and returns what an
// AudioSpecificConfig says of it (ISO/IEC 14496-3, 1.A.2 and 1.6.2.1).
func (b *beeps) adts(stream []byte) []byte {
	header := stream[:7]
	rate, channels := header[2]>>2&0xf, header[2]&1<<2|header[3]>>6
	for len(stream) >= 7 {
		size := int(stream[3]&3)<<11 | int(stream[4])<<3 | int(stream[5])>>5
		b.frames = append(b.frames, stream[7:size])
		stream = stream[size:]
	}
	return []byte{2<<3 | rate>>1, rate<<7 | channels<<3}
}

// through feeds a source's frames as fast as Opus comes out, on a clock of its
// own, and returns the Opus and where second 0 stands on the timeline. After
// some frames the source may be away for a while.
func (b *beeps) through(t *testing.T, rounds, gapAt int, gap time.Duration) (units []*media.Unit, zero time.Duration) {
	t.Helper()
	s := media.NewStream("beeps")
	defer s.Close()
	feed, err := s.Open([]media.Track{b.track})
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	tr, _ := newTranscoder(t, time.Millisecond)
	track, release, err := tr.Opus(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	eventually(t, "the conversion reads the sound", func() bool { return s.Readers() == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	opus, own := s.Subscribe(media.ReaderOptions{Tracks: []int{track}}), s.Subscribe(media.ReaderOptions{Tracks: []int{0}})
	defer opus.Close()
	defer own.Close()

	rate := time.Duration(b.track.ClockRate)
	for n := range rounds * len(b.frames) {
		ticks := n * b.step
		if gap > 0 && n == gapAt {
			units = append(units, untilQuiet(t, opus)...)
		}
		if gap > 0 && n >= gapAt {
			ticks += int(gap * rate / time.Second)
		}
		at := time.Duration(ticks) * time.Second / rate
		payloads, err := packet.Pack(b.track.Kind, [][]byte{b.frames[n%len(b.frames)]}, 2000)
		if err != nil {
			t.Fatal(err)
		}
		p := media.Packet{Payload: payloads.At(0), RTP: uint32(ticks), Marker: true, Arrived: s.Epoch().Add(at)}
		if err := feed.Packet(0, p); err != nil {
			t.Fatal(err)
		}
		u, _, err := own.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			zero = time.Duration(int(u.PTS)+b.early) * time.Second / rate
		}
		// Half a second may be under way: more would be lost to a slow ffmpeg.
		fed := time.Duration(n*b.step) * time.Second / rate
		for fed-time.Duration(len(units))*20*time.Millisecond > 500*time.Millisecond {
			u, _, err := opus.Next(ctx)
			if err != nil {
				t.Fatalf("after %d packets of Opus: %v", len(units), err)
			}
			units = append(units, u)
		}
	}
	return units, zero
}

// untilQuiet reads what comes until nothing does: in the seconds that a source
// is away all that is under way comes out.
func untilQuiet(t *testing.T, r *media.Reader) []*media.Unit {
	t.Helper()
	var units []*media.Unit
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		u, _, err := r.Next(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return units
		}
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, u)
	}
}

// onsets are the times on the timeline at which a tone begins.
func onsets(t *testing.T, units []*media.Unit) []time.Duration {
	t.Helper()
	var all []time.Duration
	quiet := 0
	for i, v := range decode(t, units) {
		switch {
		case math.Abs(v) < 0.1:
			quiet++
			continue
		case quiet > opusRate/3:
			pts := units[i/opusFrame].PTS + int64(i%opusFrame)
			all = append(all, time.Duration(pts)*time.Second/opusRate)
		}
		quiet = 0
	}
	return all
}

// Sound is heard when it was made, by every codec, whatever the source's rate:
// the beeps are looked for where they were put. Lips and sound may part by
// 40 ms; half of it is left to others.
func TestOpusKeepsTheTimesOfTheSound(t *testing.T) {
	t.Parallel()
	const limit = 20 * time.Millisecond
	sound := func(k packet.Kind, clock, rate, channels int) media.Track {
		return media.Track{Kind: k, ClockRate: clock, SampleRate: rate, Channels: channels}
	}
	for name, c := range map[string]struct {
		track   media.Track
		args    []string
		rounds  int
		gap     time.Duration
		seconds int
	}{
		"AAC 32 kHz":           {sound(packet.AAC, 32000, 32000, 1), []string{"-c:a", "aac", "-f", "adts"}, 1, 0, 4},
		"AAC 48 kHz, two":      {sound(packet.AAC, 48000, 48000, 2), []string{"-c:a", "aac", "-f", "adts"}, 1, 0, 4},
		"AAC 16 kHz, away 5 s": {sound(packet.AAC, 16000, 16000, 1), []string{"-c:a", "aac", "-f", "adts"}, 1, 5 * time.Second, 4},
		"AAC 44.1 kHz, long":   {sound(packet.AAC, 44100, 44100, 1), []string{"-c:a", "aac", "-f", "adts"}, 10, 0, 15},
		"A-law":                {sound(packet.PCMA, 8000, 8000, 1), []string{"-c:a", "pcm_alaw", "-f", "alaw"}, 1, 0, 4},
		"mu-law 16 kHz":        {sound(packet.PCMU, 16000, 16000, 1), []string{"-c:a", "pcm_mulaw", "-f", "mulaw"}, 1, 0, 4},
		"G.722, away 5 s":      {sound(packet.G722, 8000, 16000, 1), []string{"-c:a", "g722", "-f", "g722"}, 1, 5 * time.Second, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := encode(t, c.seconds, c.track, c.args...)
			half := len(b.frames) / 2
			units, zero := b.through(t, c.rounds, half, c.gap)
			heard := onsets(t, units)
			if want := c.rounds*c.seconds - 1; len(heard) < want {
				t.Fatalf("%d beeps came out, not %d", len(heard), want)
			}
			length := time.Duration(len(b.frames)*b.step) * time.Second / time.Duration(c.track.ClockRate)
			var worst time.Duration
			for i, at := range heard {
				want := zero + time.Duration(i/c.seconds)*length + time.Duration(i%c.seconds)*time.Second + 500*time.Millisecond
				if place := time.Duration(half*b.step-b.early) * time.Second / time.Duration(c.track.ClockRate); want-zero > place {
					want += c.gap
				}
				if off := at - want; max(off, -off) > max(worst, -worst) {
					worst = off
				}
			}
			t.Logf("%d beeps are at most %v off", len(heard), worst)
			if worst > limit || worst < -limit {
				t.Errorf("a beep is heard %v off", worst)
			}
		})
	}
}
