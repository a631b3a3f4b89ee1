package e2e

import (
	bits "encoding/binary"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
)

// GStreamer's rtspsrc talks through the loudspeaker of avhub camera by ONVIF's back
// channel, over either transport: the tone that it says stands in the file. Neither has
// met the other.
func TestGStreamerTalksThroughACamera(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			addr, file := freeAddr(t), filepath.Join(t.TempDir(), "said.wav")
			camera, out := startAvhub(t, nil, "camera", "--listen", addr, "--user", "admin:secret", "--loudspeaker", "yard="+file, "yard=demo:court-3")
			defer stop(t, camera, syscall.SIGTERM)
			out.await(t, regexp.MustCompile(`rtsp://.*/yard\n`))
			publish(t, "/usr/bin/python3", "testdata/gsttalk.py", "rtsp://admin:secret@"+addr+"/yard", transport)
			// Two seconds: the second of them is all tone.
			await(t, longEnough, "what is said is in the file", func() bool {
				info, err := os.Stat(file)
				return err == nil && info.Size() > 44+2*16000
			})
			stop(t, camera, syscall.SIGTERM)
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if size := bits.LittleEndian.Uint32(b[40:]); int(size) != len(b)-44 {
				t.Errorf("the file has %d bytes of sound and says %d", len(b)-44, size)
			}
			if said, other := toneIn(b[44+16000:44+2*16000], 900), toneIn(b[44+16000:44+2*16000], 1500); math.Abs(said-0.25) > 0.03 || other > 0.01 {
				t.Errorf("the tone is at %.3f, another at %.3f", said, other)
			}
		})
	}
}

// toneIn is the amplitude of a tone in 16-bit samples at 8 kHz (Goertzel).
func toneIn(pcm []byte, hz float64) float64 {
	w := 2 * math.Pi * hz / 8000
	var s1, s2 float64
	for i := 0; i+1 < len(pcm); i += 2 {
		x := float64(int16(bits.LittleEndian.Uint16(pcm[i:]))) / 32768
		s1, s2 = x+2*math.Cos(w)*s1-s2, s1
	}
	return 2 * math.Sqrt(max(0, s1*s1+s2*s2-2*math.Cos(w)*s1*s2)) / float64(len(pcm)/2)
}
