package signaling_test

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	pion "github.com/pion/webrtc/v4"

	"avhub/configs"
	"avhub/media/mediatest"
	"avhub/media/rtsp/camera"
)

// Tones of those who take part, in Hz.
const (
	clerkTone  = 500
	partyTone  = 850
	deviceTone = 1300
)

// run runs ffmpeg and returns what it writes.
func ffmpegMakes(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := exec.Command("ffmpeg", append([]string{"-hide_banner", "-loglevel", "error", "-y"}, args...)...).Output()
	if err != nil {
		t.Fatalf("ffmpeg: %v: the tests need it: make setup-test installs it", err)
	}
	return out
}

// tonePackets are four seconds of a tone as Opus, 20 ms a packet; they can be repeated.
func tonePackets(t *testing.T, hz int) (packets [][]byte) {
	t.Helper()
	const size = 160 // of 20 ms at 64 kbit/s
	data := ffmpegMakes(t, "-f", "lavfi", "-i", "sine=frequency="+strconv.Itoa(hz)+":sample_rate=48000:duration=4",
		"-map", "0:a", "-ac", "1", "-c:a", "libopus", "-b:a", "64000", "-vbr", "off", "-application", "lowdelay", "-frame_duration", "20", "-f", "data", "-")
	for len(data) >= size {
		packets, data = append(packets, data[:size]), data[size:]
	}
	return packets
}

// toneLevel is how loud they are: ffmpeg's sine has an amplitude of an eighth.
const toneLevel = 21

// device is a camera with a microphone that hears a tone, and a loudspeaker.
type device struct {
	*testing.T
	url string
	*camera.Loudspeaker
	server *camera.Server
}

func newDevice(t *testing.T, addr string) *device {
	t.Helper()
	dir := t.TempDir()
	ffmpegMakes(t, "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=4", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "25", "-pix_fmt", "yuv420p", dir+"/device.mp4")
	sound := ffmpegMakes(t, "-f", "lavfi", "-i", "sine=frequency="+strconv.Itoa(deviceTone)+":sample_rate=8000:duration=4", "-f", "alaw", "-")
	if err := os.WriteFile(filepath.Join(dir, "device.alaw"), sound, 0o600); err != nil {
		t.Fatal(err)
	}
	clip, err := camera.Open(dir + "/device.mp4")
	if err != nil {
		t.Fatal(err)
	}
	d := &device{T: t, Loudspeaker: &camera.Loudspeaker{}}
	d.server, err = camera.NewServer(camera.Options{Listen: addr, Channels: []camera.Channel{{Name: "device", Main: clip, Loudspeaker: d.Loudspeaker}}, User: "admin", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.server.Close)
	d.url = d.server.URL("device")
	return d
}

// source is the device as a source of the hub.
func (d *device) source(id, place string, site configs.Site) configs.Source {
	s := configs.DefaultSource()
	s.ID, s.Name, s.URL, s.SiteID, s.Court, s.Site = id, "设备"+id, configs.URL(d.url), place, "aihui", site
	return s
}

// toneIn is the amplitude of a tone in samples at 8 kHz (Goertzel), in short pieces: a delay
// that changes bends a tone a little.
func toneIn(samples []int16, hz float64) (sum float64) {
	const piece = 320
	w := 2 * math.Pi * hz / 8000
	for n := 0; n+piece <= len(samples); n += piece {
		var s1, s2 float64
		for _, x := range samples[n : n+piece] {
			s1, s2 = float64(x)+2*math.Cos(w)*s1-s2, s1
		}
		sum += 2 * math.Sqrt(max(0, s1*s1+s2*s2-2*math.Cos(w)*s1*s2)) / piece
	}
	return sum / float64(len(samples)/piece)
}

// quietCamera is a camera without a loudspeaker.
func quietCamera(t *testing.T) string { return cameras(t, "court-3").URL("court-3") }

// hears waits until a second at the loudspeaker has these tones and not those, and then
// looks at the next second, too.
func (d *device) hears(what string, want, not []float64) {
	d.Helper()
	var last []float64
	good := 0
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		var heard []int16
		d.Heard()
		await(d.T, what+": a second is heard", func() bool { heard = append(heard, d.Heard()...); return len(heard) >= 8000 })
		last = last[:0]
		ok := true
		for _, hz := range want {
			last = append(last, toneIn(heard, hz))
			ok = ok && last[len(last)-1] > 1500
		}
		for _, hz := range not {
			last = append(last, toneIn(heard, hz))
			ok = ok && last[len(last)-1] < 200
		}
		if good++; !ok {
			good = 0
		}
		if good == 2 {
			d.Logf("%s: %v at %.0f of 4096, %v among them not", what, append(want, not...), last, not)
			return
		}
	}
	d.Fatalf("%s: %v at %.0f of 4096, and %v among them is not to be heard", what, append(want, not...), last, not)
}

// free waits until nobody talks through the loudspeaker.
func (d *device) free(what string) {
	d.Helper()
	await(d.T, what+": the loudspeaker is free", func() bool { now, _ := d.InUse(); return !now })
}

// speaker is somebody in the room who says a tone, and receives one stream.
type speaker struct {
	quiet atomic.Bool // says nothing, as with DTX
	pub   *mediatest.Publisher
	// Packets of sound and picture that have come.
	sounds, pictures atomic.Int64
}

// speaks connects somebody who says a tone.
func (v *visitor) speaks(hz int, receives string) *speaker {
	v.Helper()
	return v.speaksBy(mediatest.NewPublisher, hz, receives)
}

// speaksBy is speaks with another kind of browser.
func (v *visitor) speaksBy(browser func() (*mediatest.Publisher, error), hz int, receives string) *speaker {
	v.Helper()
	x := &speaker{}
	var err error
	if x.pub, err = browser(); err != nil {
		v.Fatal(err)
	}
	v.Cleanup(func() { _ = x.pub.PC.Close() })
	packets, n := tonePackets(v.T, hz), 0
	x.pub.Voice = func() ([]byte, uint8) {
		n++
		if x.quiet.Load() {
			return nil, 127
		}
		return packets[n%len(packets)], toneLevel
	}
	var ways []*pion.RTPTransceiver
	for _, kind := range []pion.RTPCodecType{pion.RTPCodecTypeVideo, pion.RTPCodecTypeAudio} {
		way, err := x.pub.PC.AddTransceiverFromKind(kind, pion.RTPTransceiverInit{Direction: pion.RTPTransceiverDirectionRecvonly})
		if err != nil {
			v.Fatal(err)
		}
		ways = append(ways, way)
	}
	x.pub.PC.OnTrack(func(track *pion.TrackRemote, _ *pion.RTPReceiver) {
		count := &x.sounds
		if track.Kind() == pion.RTPCodecTypeVideo {
			count = &x.pictures
		}
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			count.Add(1)
		}
	})
	offer, err := x.pub.Offer(v.Context())
	if err != nil {
		v.Fatal(err)
	}
	mids := x.pub.PC.GetTransceivers()
	m := v.says(map[string]any{
		"type": "offer", "sdp": offer,
		"sends":    []map[string]string{{"mid": mids[0].Mid(), "kind": "camera"}, {"mid": mids[1].Mid(), "kind": "microphone"}},
		"receives": []map[string]string{{"mid": ways[0].Mid(), "stream": receives}, {"mid": ways[1].Mid(), "stream": receives}},
	})
	if m.Type != "answer" {
		v.Fatalf("%s", m.raw)
	}
	if err := x.pub.Accept(m.SDP); err != nil {
		v.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = x.pub.Run(ctx) }()
	v.Cleanup(func() { stop(); <-done })
	return x
}

// loudspeaker waits until somebody is told that a device's loudspeaker is so.
func (v *visitor) loudspeaker(source, state string) said {
	v.Helper()
	is := func(m said) bool {
		return m.Streams != nil && slices.ContainsFunc(*m.Streams, func(s stream) bool { return s.ID == source && s.Loudspeaker != nil && s.Loudspeaker.State == state })
	}
	for i := len(v.all) - 1; i >= 0; i-- { // what was told last, perhaps before an answer
		if v.all[i].Streams != nil {
			return v.after(i, "the loudspeaker of "+source+" is "+state, is)
		}
	}
	return v.until("the loudspeaker of "+source+" is "+state, is)
}
