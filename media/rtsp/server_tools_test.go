package rtsp

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"avhub/media/packet"
	"avhub/media/rtsp/camera"
)

// spawn keeps a program running until the test ends.
func spawn(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s:\n%s", strings.Join(args, " "), said.String())
		}
	})
}

// output runs a program to its end.
func output(t *testing.T, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, said.String())
	}
	return out.Bytes()
}

// Encoders of two makes bring the demo clips, and players of two makes take
// them over the other transport: the numbers that the pictures show follow one
// another, and there is sound.
func TestToolsPublishAndPlay(t *testing.T) {
	t.Parallel()
	ffmpeg := func(transport string, inputs ...string) func(url string) []string {
		return func(url string) []string {
			args := append([]string{"ffmpeg", "-nostdin", "-loglevel", "error"}, inputs...)
			return append(args, "-c", "copy", "-f", "rtsp", "-rtsp_transport", transport, url)
		}
	}
	gst := func(transport, clip string) func(url string) []string {
		return func(url string) []string {
			return strings.Fields("gst-launch-1.0 -q rtspclientsink name=s protocols=" + transport + " location=" + url +
				" filesrc location=" + clip + " ! qtdemux name=d d.video_0 ! h264parse ! identity sync=true ! queue ! s." +
				" d.audio_0 ! opusparse ! identity sync=true ! queue ! s.")
		}
	}
	const clips = "camera/clips/court-"
	d := openDoor(t, ServerOptions{}, "court-1", "court-2", "court-3", "court-4")
	for path, c := range map[string]struct {
		publish func(url string) []string
		play    string
		kinds   [2]packet.Kind
	}{
		"court-1": {gst("udp", clips+"1.mp4"), "tcp", [2]packet.Kind{packet.H264, packet.Opus}},
		"court-2": {ffmpeg("tcp", "-re", "-i", clips+"2.mp4"), "udp", [2]packet.Kind{packet.H264, packet.AAC}},
		"court-3": {
			ffmpeg("udp", "-re", "-i", clips+"3.mp4", "-f", "alaw", "-ar", "8000", "-re", "-i", clips+"3.alaw"),
			"tcp", [2]packet.Kind{packet.H264, packet.PCMA},
		},
		"court-4": {ffmpeg("tcp", "-re", "-i", clips+"4.mp4"), "udp", [2]packet.Kind{packet.H265, packet.AAC}},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			spawn(t, c.publish(d.url(path))...)
			s := d.stream(path)
			eventually(t, 15*time.Second, "the encoder's stream", func() bool { return s.LastKeyframe() != nil && s.Fed() })
			tracks := map[packet.Kind]int{}
			for i, track := range s.Tracks() {
				tracks[track.Kind] = i
			}
			for _, k := range c.kinds {
				if _, ok := tracks[k]; !ok {
					t.Errorf("no %s among the tracks %v", k, tracks)
				}
			}

			const pictures = 12
			raw := output(t, "ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", c.play, "-i", d.url(path),
				"-map", "0:v", "-vsync", "passthrough", "-frames:v", fmt.Sprint(pictures), "-vf", "scale=640:360", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1",
				"-map", "0:a", "-frames:a", "5", "-f", "null", "-")
			var numbers []int
			for ; len(raw) >= 640*360; raw = raw[640*360:] {
				n, ok := camera.FrameNumber(raw, 640, 360)
				if !ok {
					t.Fatalf("picture %d shows no number", len(numbers))
				}
				numbers = append(numbers, n)
			}
			if len(numbers) != pictures || numbers[pictures-1] != numbers[0]+pictures-1 || numbers[0]%50 != 0 {
				t.Errorf("the pictures show %v", numbers)
			}
			depay := map[packet.Kind]string{packet.H264: "rtph264depay ! h264parse ! avdec_h264", packet.H265: "rtph265depay ! h265parse ! avdec_h265"}[c.kinds[0]]
			output(t, strings.Fields("gst-launch-1.0 -q rtspsrc latency=0 location="+d.url(path)+" protocols="+c.play+" ! "+depay+" ! identity eos-after=25 ! fakesink")...)
			for _, st := range s.Stats() {
				if st.Lost+st.Malformed > 0 {
					t.Errorf("%s: %d lost, %d malformed on the way in", st.Kind, st.Lost, st.Malformed)
				}
			}
		})
	}
}
