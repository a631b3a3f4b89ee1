package rtsp

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// The pictures that players decode: luma alone, of this size.
const toolWidth, toolHeight = 640, 360

// numbers has a player write pictures to a file and reads the numbers that
// they show. What counts is the pictures, not how the player ends: gst-launch
// sometimes ends in error because its own rtspsrc, told to close, interrupts
// the PAUSE that it is about to send.
func numbers(t *testing.T, file string, args ...string) []int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	said, ended := cmd.CombinedOutput()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%s: %v, %v\n%s", strings.Join(args, " "), ended, err, said)
	}
	var all []int
	for ; len(raw) >= toolWidth*toolHeight; raw = raw[toolWidth*toolHeight:] {
		n, ok := camera.FrameNumber(raw, toolWidth, toolHeight)
		if !ok {
			t.Fatalf("%s: picture %d shows no number", args[0], len(all))
		}
		all = append(all, n)
	}
	if len(all) == 0 {
		t.Fatalf("%s: %v, no picture\n%s", strings.Join(args, " "), ended, said)
	}
	return all
}

// checkNumbers wants so many pictures that follow one another, from a keyframe on.
func checkNumbers(t *testing.T, player string, got []int, want int) {
	t.Helper()
	if len(got) != want || got[want-1] != got[0]+want-1 || got[0]%50 != 0 {
		t.Errorf("the pictures that %s has decoded show %v", player, got)
	}
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
			eventually(t, 45*time.Second, "the encoder's stream", func() bool { return s.LastKeyframe() != nil && s.Fed() })
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
			file := filepath.Join(t.TempDir(), "ffmpeg.gray")
			checkNumbers(t, "ffmpeg", numbers(t, file, "ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", c.play, "-i", d.url(path),
				"-map", "0:v", "-vsync", "passthrough", "-frames:v", fmt.Sprint(pictures), "-vf", fmt.Sprintf("scale=%d:%d", toolWidth, toolHeight), "-f", "rawvideo", "-pix_fmt", "gray", file,
				"-map", "0:a", "-frames:a", "5", "-f", "null", "-"), pictures)
			depay := map[packet.Kind]string{packet.H264: "rtph264depay ! h264parse ! avdec_h264", packet.H265: "rtph265depay ! h265parse ! avdec_h265"}[c.kinds[0]]
			file = filepath.Join(t.TempDir(), "gst.gray")
			checkNumbers(t, "GStreamer", numbers(t, file, strings.Fields("gst-launch-1.0 -q rtspsrc latency=0 location="+d.url(path)+" protocols="+c.play+" ! "+depay+
				fmt.Sprintf(" ! videoconvert ! videoscale ! video/x-raw,format=GRAY8,width=%d,height=%d ! identity eos-after=%d ! filesink location=", toolWidth, toolHeight, pictures+1)+file)...), pictures)
			for _, st := range s.Stats() {
				if st.Lost+st.Malformed > 0 {
					t.Errorf("%s: %d lost, %d malformed on the way in", st.Kind, st.Lost, st.Malformed)
				}
			}
		})
	}
}
