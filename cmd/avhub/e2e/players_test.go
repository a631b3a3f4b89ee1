package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// pair is a picture's and a sound's codec.
type pair struct{ video, audio string }

func (p pair) id() string { return p.video + "-" + p.audio }

// How ffmpeg makes each codec; the pictures have no B-frames and a keyframe a
// second.
var (
	videoArgs = map[string][]string{
		"h264": {"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25"},
		"h265": {"-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params", "keyint=25:log-level=none"},
	}
	audioArgs = map[string][]string{
		"aac":  {"-c:a", "aac", "-ar", "32000"},
		"pcma": {"-c:a", "pcm_alaw", "-ar", "8000"},
		"pcmu": {"-c:a", "pcm_mulaw", "-ar", "8000"},
		"g722": {"-c:a", "g722", "-ar", "16000"},
		"opus": {"-c:a", "libopus", "-ar", "48000", "-ac", "2"},
	}
	// As the API, ffprobe and GStreamer name them.
	apiName   = map[string]string{"h264": "H264", "h265": "H265", "aac": "AAC", "pcma": "PCMA", "pcmu": "PCMU", "g722": "G722", "opus": "Opus"}
	probeName = map[string]string{"h264": "h264", "h265": "hevc", "aac": "aac", "pcma": "pcm_alaw", "pcmu": "pcm_mulaw", "g722": "adpcm_g722", "opus": "opus"}
	gstDepay  = map[string]string{"h264": "rtph264depay ! h264parse ! avdec_h264", "h265": "rtph265depay ! h265parse ! avdec_h265"}
)

// clip makes ten seconds of a pair.
func clip(t *testing.T, dir string, p pair) string {
	t.Helper()
	file := filepath.Join(dir, p.id()+".mkv")
	args := []string{"-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=10",
		"-f", "lavfi", "-i", "sine=frequency=440:duration=10"}
	args = append(args, videoArgs[p.video]...)
	args = append(args, audioArgs[p.audio]...)
	run(t, 60*time.Second, "ffmpeg", append(args, file)...)
	return file
}

// run runs a program to its end, and fails with what it has said.
func run(t *testing.T, limit time.Duration, name string, args ...string) string {
	t.Helper()
	out, err := output2(t.Context(), limit, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func output2(ctx context.Context, limit time.Duration, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// publish keeps a program that publishes running until the test ends. Its standard input
// stays open as long.
func publish(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd, out := exec.Command(name, args...), &output{}
	cmd.Stdout, cmd.Stderr = out, out
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop(t, cmd, syscall.SIGKILL)
		if t.Failed() {
			t.Logf("%s %s:\n%s", name, strings.Join(args, " "), out)
		}
	})
}

// Encoders bring every pair of codecs over both transports, and players of both
// makes take every pair over both: none has met the other.
func TestEncodersAndPlayers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := newHub(t)
	pairs := []pair{{"h264", "pcmu"}, {"h264", "g722"}}
	for _, v := range []string{"h264", "h265"} {
		for _, a := range []string{"aac", "pcma", "opus"} {
			pairs = append(pairs, pair{v, a})
		}
	}
	clips := map[pair]string{}
	for _, p := range pairs {
		clips[p] = clip(t, dir, p)
	}
	for i, p := range pairs {
		h.add(t, map[string]string{"id": p.id()})
		transport := []string{"tcp", "udp"}[i%2]
		publish(t, "ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", clips[p], "-c", "copy",
			"-f", "rtsp", "-rtsp_transport", transport, h.rtspURL(p.id()))
	}
	for _, p := range pairs {
		h.awaitFlows(t, p.id())
		var s source
		h.call(t, "GET", "/sources/"+p.id(), nil, &s)
		if s.Main.Video.Codec != apiName[p.video] || s.Main.Audio.Codec != apiName[p.audio] {
			t.Errorf("%s: the hub sees %s and %s", p.id(), s.Main.Video.Codec, s.Main.Audio.Codec)
		}
	}

	var g errgroup.Group
	g.SetLimit(4)
	for _, p := range pairs {
		for _, transport := range []string{"tcp", "udp"} {
			url := h.rtspURL(p.id())
			g.Go(func() error { return ffmpegPlays(t.Context(), url, transport, p) })
			pictures := filepath.Join(dir, p.id()+"-"+transport+".yuv")
			g.Go(func() error { return gstPlays(t.Context(), url, transport, p, pictures) })
		}
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// ffmpegPlays decodes two seconds without a fault.
func ffmpegPlays(ctx context.Context, url, transport string, p pair) error {
	found, err := output2(ctx, longEnough, "ffprobe", "-loglevel", "error", "-rtsp_transport", transport,
		"-show_entries", "stream=codec_name", "-of", "csv=p=0", url)
	if err != nil {
		return err
	}
	got, want := strings.Fields(found), []string{probeName[p.video], probeName[p.audio]}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s: ffprobe sees %v, not %v", url, got, want)
	}
	said, err := output2(ctx, longEnough, "ffmpeg", "-nostdin", "-loglevel", "warning", "-rtsp_transport", transport,
		"-i", url, "-t", "2", "-f", "null", "-")
	switch {
	case err != nil:
		return err
	case strings.Contains(said, "missed") || strings.Contains(said, "error while decoding") || strings.Contains(said, "concealing"):
		return fmt.Errorf("%s over %s: %s", url, transport, said)
	}
	return nil
}

// gstPlays decodes fifty pictures into a file. What counts is the pictures:
// gst-launch sometimes ends in error because its own rtspsrc sends PAUSE on a
// connection that it has closed itself.
func gstPlays(ctx context.Context, url, transport string, p pair, pictures string) error {
	const count, each = 50, 320 * 240 * 3 / 2
	args := strings.Fields("-q rtspsrc latency=0 location=" + url + " protocols=" + transport + " ! " + gstDepay[p.video] +
		" ! video/x-raw,format=I420 ! identity eos-after=" + strconv.Itoa(count+1) + " ! filesink location=" + pictures)
	_, err := output2(ctx, longEnough, "gst-launch-1.0", args...)
	if info, gone := os.Stat(pictures); gone == nil && info.Size() == count*each {
		return nil
	}
	return fmt.Errorf("%s over %s: GStreamer has not decoded %d pictures: %w", url, transport, count, err)
}

func TestGStreamerPublishes(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for codec, encoder := range map[string]string{
		"h264": "x264enc tune=zerolatency key-int-max=25 speed-preset=ultrafast ! h264parse",
		"h265": "x265enc tune=zerolatency key-int-max=25 speed-preset=ultrafast ! h265parse",
	} {
		for _, transport := range []string{"tcp", "udp"} {
			id := codec + "-" + transport
			h.add(t, map[string]string{"id": id})
			publish(t, "gst-launch-1.0", strings.Fields("-q rtspclientsink name=s protocols="+transport+" location="+h.rtspURL(id)+
				" videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=25/1 ! "+encoder+" ! queue ! s."+
				" audiotestsrc is-live=true ! opusenc ! queue ! s.")...)
			h.awaitFlows(t, id)
			if err := ffmpegPlays(t.Context(), h.rtspURL(id), "tcp", pair{codec, "opus"}); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestPlayersAreToldWhyNot(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.add(t, map[string]string{"id": "away", "url": "rtsp://127.0.0.1:1/x"})
	for path, want := range map[string]string{"nowhere": "404", "away": "5"} {
		_, err := output2(t.Context(), longEnough, "ffprobe", "-loglevel", "error", h.rtspURL(path))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
