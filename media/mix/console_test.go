package mix

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/pcm"
	"avhub/media/transcode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// phone is a source of G.711: a tone, 20 ms a packet, until it hangs up.
type phone struct {
	stream *media.Stream
	stop   context.CancelFunc
	done   chan struct{}
}

// call starts a phone. delay holds a packet up before it is there.
func call(t *testing.T, hz float64, delay func(n int) time.Duration) *phone {
	t.Helper()
	p := &phone{stream: media.NewStream("phone"), done: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	p.stop = stop
	feed, err := p.stream.Open([]media.Track{{Kind: packet.PCMA, ClockRate: 8000, SampleRate: 8000, Channels: 1}})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		defer p.stream.Close()
		defer feed.Close()
		begin := time.Now()
		for n := 0; ; n++ {
			due := begin.Add(time.Duration(n) * FrameTime)
			if delay != nil {
				due = due.Add(delay(n))
			}
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
				return
			}
			samples := make([]int16, 160)
			for i := range samples {
				samples[i] = int16(6000 * math.Sin(2*math.Pi*hz*float64(n*160+i)/8000))
			}
			_ = feed.Packet(0, media.Packet{Payload: pcm.AppendALaw(nil, samples), RTP: uint32(n * 160), Marker: n == 0, Arrived: time.Now()})
		}
	}()
	return p
}

func (p *phone) hangUp() {
	p.stop()
	<-p.done
}

// hear takes so much from a tap, as samples at its rate.
func hear(t *testing.T, tap *Tap, d time.Duration) []float32 {
	t.Helper()
	var buf []byte
	var heard []float32
	table, _ := pcm.NewDecoder(map[Form]packet.Kind{PCMA: packet.PCMA, PCMU: packet.PCMU}[tap.line.form])
	for range d / FrameTime {
		p, err := tap.Next(t.Context(), buf)
		if err != nil {
			t.Fatal(err)
		}
		buf = p.Data
		if table != nil {
			for _, s := range table.Append(nil, p.Data) {
				heard = append(heard, float32(s)/32768)
			}
			continue
		}
		for i := 0; i < len(p.Data); i += 2 {
			heard = append(heard, float32(int16(binary.LittleEndian.Uint16(p.Data[i:])))/32768)
		}
	}
	return heard
}

// loudness is how loud a tone is on average, where its pitch may waver: a delay that
// changes bends it by up to 0.4 %.
func loudness(heard []float32, hz float64, rate int) float64 {
	var sum, n float64
	for ; len(heard) >= rate/10; heard = heard[rate/10:] {
		sum, n = sum+level(heard[:rate/10], hz, rate), n+1
	}
	return sum / n
}

// A room of three: a telephone hears all, a loudspeaker hears all but the microphone
// beside it, and what is written down hears all at 16 kHz.
func TestTheRoomIsHeardInEveryForm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := NewConsole(Options{Name: "room"})
		defer c.Close()
		tones := map[string]float64{"judge": 440, "clerk": 790, "cell": 1310}
		for id, hz := range tones {
			p := call(t, hz, nil)
			defer p.hangUp()
			if err := c.Add(id, p.stream); err != nil {
				t.Fatal(err)
			}
		}
		for _, form := range []struct {
			form Form
			rate int
			size int
		}{{PCMA, 8000, 160}, {PCMU, 8000, 160}, {S16At16k, 16000, 640}, {S16At48k, 48000, 1920}} {
			for _, own := range []string{"", "cell"} {
				tap, err := c.Tap(form.form, own)
				if err != nil {
					t.Fatal(err)
				}
				hear(t, tap, 400*time.Millisecond)
				heard := hear(t, tap, time.Second)
				if want := form.size / (form.rate / 50) * form.rate; len(heard) != form.rate {
					t.Fatalf("a second is %d samples (%d octets)", len(heard), want)
				}
				for id, hz := range tones {
					l := loudness(heard, hz, form.rate)
					switch {
					case id == own && l > 0.002:
						t.Errorf("form %d: the device hears itself at %.4f", form.form, l)
					case id != own && math.Abs(l-6000.0/32768) > 0.01:
						t.Errorf("form %d without %q: %s is at %.3f", form.form, own, id, l)
					}
				}
				tap.Close()
			}
		}
		if n := c.Mixes(); n != 0 {
			t.Errorf("%d mixes are made for nobody", n)
		}
	})
}

// However many listen to one mix, it is made once; each has its own place in it.
func TestListenersShareAMix(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := NewConsole(Options{})
		defer c.Close()
		var taps []*Tap
		for range 20 {
			tap, err := c.Tap(PCMA, "a", "b")
			if err != nil {
				t.Fatal(err)
			}
			taps = append(taps, tap)
		}
		if n := c.Mixes(); n != 1 {
			t.Errorf("%d mixes", n)
		}
		slow := taps[0]
		for range 50 {
			for _, tap := range taps[1:] {
				if p, err := tap.Next(t.Context(), nil); err != nil || p.Missed > 0 {
					t.Fatal(p.Missed, err)
				}
			}
		}
		p, err := slow.Next(t.Context(), nil)
		if err != nil || p.Missed != 50-lineFrames {
			t.Errorf("who slept misses %d pieces: %v", p.Missed, err)
		}
		slow.Close()
		slow.Close()
		if _, err := slow.Next(t.Context(), nil); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// A voice over a bad network, through a source that goes away and comes back.
func TestAVoiceOverABadNetworkThatComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := NewConsole(Options{Name: "room"})
		defer c.Close()
		p := call(t, 500, func(n int) time.Duration { return time.Duration(n*n%7) * 10 * time.Millisecond })
		if err := c.Add("phone", p.stream); err != nil {
			t.Fatal(err)
		}
		tap, err := c.Tap(S16At48k)
		if err != nil {
			t.Fatal(err)
		}
		heard := hear(t, tap, 2*time.Second)
		heard = append(heard, hear(t, tap, 5*time.Second)...)
		if worst, at := click(heard); worst > noClick {
			t.Errorf("a click of %.3f at %.3f s", worst, float64(at)/Rate)
		}
		if l := loudness(heard[5*Rate:], 500, Rate); math.Abs(l-6000.0/32768) > 0.01 {
			t.Errorf("it is at %.3f", l)
		}
		v := c.Voices()[0]
		if v.ID != "phone" || v.Codec != "PCMA" || v.Problem != "" || v.Delay < 79*time.Millisecond || v.Delay > 81*time.Millisecond {
			t.Errorf("%+v", v)
		}
		p.hangUp()
		if l := loudness(hear(t, tap, time.Second)[Rate/2:], 500, Rate); l > 1e-4 {
			t.Errorf("after it hung up it is at %.4f", l)
		}
		if v := c.Voices()[0]; v.Problem != "the source has ended" {
			t.Errorf("%+v", v)
		}
		c.Remove("phone")
		c.Remove("phone")
		again := call(t, 500, nil)
		defer again.hangUp()
		if err := c.Add("phone", again.stream); err != nil {
			t.Fatal(err)
		}
		hear(t, tap, 200*time.Millisecond)
		if l := loudness(hear(t, tap, time.Second), 500, Rate); math.Abs(l-6000.0/32768) > 0.01 {
			t.Errorf("come back, it is at %.3f", l)
		}
	})
}

// A source without sound, or with sound that cannot be read, says why.
func TestAVoiceThatCannotBeHeardSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := NewConsole(Options{})
		defer c.Close()
		s := media.NewStream("camera")
		defer s.Close()
		if err := c.Add("camera", s); err != nil {
			t.Fatal(err)
		}
		if err := c.Add("camera", s); !errors.Is(err, ErrJoined) {
			t.Errorf("twice: %v", err)
		}
		for _, step := range []struct {
			tracks  []media.Track
			problem string
		}{
			{nil, "sends no sound"},
			{[]media.Track{{Kind: packet.AAC, ClockRate: 48000, SampleRate: 48000, Channels: 1, Config: []byte{0x11, 0x88}}}, "install ffmpeg"},
			{[]media.Track{{Kind: packet.PCMU, ClockRate: 44100, SampleRate: 44100, Channels: 1}}, "8000 Hz"},
			{[]media.Track{{Kind: packet.PCMU, ClockRate: 8000, SampleRate: 8000, Channels: 1}}, ""},
		} {
			if step.tracks != nil {
				feed, err := s.Open(step.tracks)
				if err != nil {
					t.Fatal(err)
				}
				feed.Close()
			}
			synctest.Wait()
			v := c.Voices()[0]
			if !strings.Contains(v.Problem, step.problem) || step.problem == "" && v.Problem+v.Codec != "PCMU" {
				t.Errorf("%+v, want %q", v, step.problem)
			}
		}
		if _, _, err := c.Opus(); !errors.Is(err, transcode.ErrNoFFmpeg) {
			t.Errorf("Opus without ffmpeg: %v", err)
		}
	})
}

// A machine that was busy elsewhere makes good what it can, and says what it cannot.
func TestTheClockAfterAStandstill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var said logged
		c := NewConsole(Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
		defer c.Close()
		tap, err := c.Tap(PCMA)
		if err != nil {
			t.Fatal(err)
		}
		defer tap.Close()
		for _, stand := range []time.Duration{150 * time.Millisecond, 3 * time.Second} {
			before := c.mixer.Now()
			c.catchUp(before + stand)
			if passed := c.mixer.Now() - before; passed < stand || passed > stand+2*FrameTime {
				t.Errorf("after %v the clock has moved by %v", stand, passed)
			}
			if lost := stand > maxBehind; (c.skipped > 0) != lost {
				t.Errorf("after %v, %v were skipped", stand, c.skipped)
			}
		}
		if !strings.Contains(said.String(), "stood still") {
			t.Errorf("the log says: %s", said.String())
		}
	})
}
