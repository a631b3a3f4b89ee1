package rtsp

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"avhub/media/packet"
)

// GStreamer's ONVIF server is somebody else's loudspeaker: it hears the tone that is
// said, by either transport, and can be talked to again; its plain server has none.
func TestGStreamersLoudspeaker(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "heard.s16")
	host := startPython(t, "gstspeaker.py", file)
	for _, transport := range []Transport{TCP, UDP, TCP} {
		talk, err := OpenTalk(t.Context(), TalkOptions{URL: "rtsp://" + host + "/device", Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		if talk.Kind() != packet.PCMU {
			t.Errorf("it takes %s", talk.Kind())
		}
		var heard []int16
		s := &tone{hz: 900}
		deadline := time.Now().Add(20 * time.Second)
		for len(heard) < 8000 && time.Now().Before(deadline) {
			say(t, talk, s, 200*time.Millisecond)
			heard = samplesOf(t, file)
		}
		talk.Close()
		if len(heard) < 8000 {
			t.Fatalf("%s: only %d samples have come", transport, len(heard))
		}
		if loud := loudness(heard[len(heard)-4000:], 900); math.Abs(loud-8000) > 300 {
			t.Errorf("%s: the loudspeaker gives %.0f of the tone", transport, loud)
		}
		t.Logf("%s: %d samples, tone at %.0f of 8000", transport, len(heard), loudness(heard[len(heard)-4000:], 900))
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenTalk(t.Context(), TalkOptions{URL: "rtsp://" + host + "/plain"}); !errors.Is(err, ErrNoLoudspeaker) {
		t.Errorf("a device without: %v", err)
	}
}

func samplesOf(t *testing.T, file string) []int16 {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	samples := make([]int16, len(b)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return samples
}
