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
		// Of twenty talks to this server about one is taken and played to nobody, however
		// long it lasts: who hears nothing hangs up and calls again.
		var heard []int16
		for call := 0; call < 4 && len(heard) < 8000; call++ {
			heard = callOnce(t, "rtsp://"+host+"/device", transport, file)
		}
		if len(heard) < 8000 {
			t.Fatalf("%s: only %d samples have come", transport, len(heard))
		}
		if loud := loudness(heard[len(heard)-4000:], 900); math.Abs(loud-8000) > 300 {
			t.Errorf("%s: the loudspeaker gives %.0f of the tone", transport, loud)
		}
		t.Logf("%s: %d samples, tone at %.0f of 8000", transport, len(heard), loudness(heard[len(heard)-4000:], 900))
		// Emptied, not removed: the device may have it open already for the next talk.
		if err := os.Truncate(file, 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenTalk(t.Context(), TalkOptions{URL: "rtsp://" + host + "/plain"}); !errors.Is(err, ErrNoLoudspeaker) {
		t.Errorf("a device without: %v", err)
	}
}

// callOnce says a tone for a second of sound, or until it is clear that nothing comes.
func callOnce(t *testing.T, url string, transport Transport, file string) (heard []int16) {
	t.Helper()
	talk, err := OpenTalk(t.Context(), TalkOptions{URL: url, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()
	if talk.Kind() != packet.PCMU {
		t.Errorf("it takes %s", talk.Kind())
	}
	s := &tone{hz: 900}
	deadline := time.Now().Add(20 * time.Second)
	for silence := 0; len(heard) < 8000 && silence < 25 && time.Now().Before(deadline); silence++ {
		say(t, talk, s, 200*time.Millisecond)
		if heard = samplesOf(t, file); len(heard) > 0 {
			silence = 0
		}
	}
	return heard
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
