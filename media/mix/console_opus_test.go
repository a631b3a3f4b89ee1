package mix

import (
	"context"
	"errors"
	"math"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/transcode"
)

type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newTranscoder is a transcoder with the ffmpeg of this machine.
func newTranscoder(t *testing.T) *transcode.Transcoder {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	tr := transcode.New(transcode.Options{FFmpeg: path, Linger: time.Millisecond})
	t.Cleanup(func() { tr.Close() })
	return tr
}

// The gallery takes the mix as Opus: one process, however many take it; and it ends
// with the last.
func TestTheGalleryHearsOpus(t *testing.T) {
	t.Parallel()
	c := NewConsole(Options{Name: "room", Transcoder: newTranscoder(t)})
	defer c.Close()
	for id, hz := range map[string]float64{"judge": 440, "cell": 1310} {
		p := call(t, hz, nil)
		defer p.hangUp()
		if err := c.Add(id, p.stream); err != nil {
			t.Fatal(err)
		}
	}
	stream, release, err := c.Opus("cell")
	if err != nil {
		t.Fatal(err)
	}
	again, releaseAgain, err := c.Opus("cell", "cell")
	if err != nil || again != stream || c.Mixes() != 1 {
		t.Fatalf("the second of the same: %v, %d mixes", err, c.Mixes())
	}
	releaseAgain()
	releaseAgain()
	track := stream.Tracks()[0]
	d, err := newDecoder(track)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	reader := stream.Subscribe(media.ReaderOptions{})
	defer reader.Close()
	var last int64
	second := func() (heard []float32, late time.Duration) {
		for len(heard) < Rate {
			u, _, err := reader.Next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if step := u.PTS - last; last != 0 && (step <= 0 || step%FrameSamples != 0) {
				t.Errorf("a packet stands %d samples after the last", step)
			}
			last = u.PTS
			late = u.Arrived.Sub(stream.Epoch().Add(ticksTime(u.PTS, Rate)))
			samples, err := d.decode(u.Data[0])
			if err != nil {
				t.Fatal(err)
			}
			heard = append(heard, samples...)
		}
		return heard, late
	}
	for {
		heard, late := second()
		judge, cell := loudness(heard, 440, Rate), loudness(heard, 1310, Rate)
		if cell > 0.005 {
			t.Errorf("who was left out is at %.4f", cell)
		}
		if math.Abs(judge-6000.0/32768) < 0.02 {
			t.Logf("out %v after it was said", late)
			break
		}
	}
	release()
	for {
		if _, _, err := reader.Next(ctx); errors.Is(err, media.ErrClosed) {
			break
		} else if err != nil {
			t.Fatalf("after the last release the stream ends with %v", err)
		}
	}
}

// A voice in AAC goes through ffmpeg; it is heard as the others are.
func TestAVoiceInAAC(t *testing.T) {
	t.Parallel()
	raw := ffmpeg(t, "-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=48000:duration=130", "-af", "volume=2", "-c:a", "aac", "-b:a", "96k", "-ac", "1", "-f", "adts", "-")
	s := media.NewStream("camera")
	feed, err := s.Open([]media.Track{{Kind: packet.AAC, ClockRate: 48000, SampleRate: 48000, Channels: 1, Config: []byte{0x11, 0x88}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer feed.Close()
		begin := time.Now()
		for n := 0; len(raw) > 7; n++ {
			size := int(raw[3]&3)<<11 | int(raw[4])<<3 | int(raw[5])>>5
			select {
			case <-time.After(time.Until(begin.Add(time.Duration(n) * 1024 * time.Second / 48000))):
			case <-ctx.Done():
				return
			}
			_ = feed.Write(0, [][]byte{raw[7:size]}, true, int64(begin.Sub(s.Epoch()).Seconds()*48000)+int64(n)*1024, time.Now())
			raw = raw[size:]
		}
	}()
	defer func() { stop(); <-done; s.Close() }()
	c := NewConsole(Options{Transcoder: newTranscoder(t)})
	defer c.Close()
	if err := c.Add("camera", s); err != nil {
		t.Fatal(err)
	}
	tap, err := c.Tap(S16At16k)
	if err != nil {
		t.Fatal(err)
	}
	// 3 dB less than it was: one channel is made into two of the same power.
	const want = 0.25 / math.Sqrt2
	deadline := time.Now().Add(2 * time.Minute)
	for {
		l := loudness(hear(t, tap, time.Second), 1000, 16000)
		if math.Abs(l-want) < 0.02 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is at %.3f: %+v", l, c.Voices())
		}
	}
	t.Logf("%+v", c.Voices())
}
