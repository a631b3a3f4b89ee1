package rtsp

import (
	"bufio"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// startGStreamer serves testdata/gstcamera.py and returns its host:port.
func startGStreamer(t *testing.T) string {
	t.Helper()
	return startPython(t, "gstcamera.py")
}

// startPython runs a server from testdata and returns its host:port. The
// system's own Python has GStreamer's bindings, others on the path do not.
func startPython(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", append([]string{"testdata/" + name}, args...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: install python3-gi and gir1.2-gst-rtsp-server-1.0", err)
	}
	t.Cleanup(func() {
		in.Close()
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(3 * time.Second):
			cmd.Process.Kill()
			<-ended
		}
	})
	var port int
	line, err := bufio.NewReader(out).ReadString('\n')
	if _, serr := fmt.Sscanf(line, "ready %d", &port); err != nil || serr != nil {
		t.Fatalf("%s says %q: %v", name, line, err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// GStreamer's server is somebody else's RTSP: every pair of codecs comes over
// both transports, whole.
func TestGStreamerCameras(t *testing.T) {
	t.Parallel()
	host := startGStreamer(t)
	video := map[string]packet.Kind{"h264": packet.H264, "h265": packet.H265}
	audio := map[string]packet.Kind{"aac": packet.AAC, "pcma": packet.PCMA, "opus": packet.Opus}
	for v, vk := range video {
		for a, ak := range audio {
			t.Run(v+"-"+a, func(t *testing.T) {
				for _, transport := range []Transport{TCP, UDP} {
					t.Run(string(transport), func(t *testing.T) {
						checkGStreamer(t, "rtsp://"+host+"/"+v+"-"+a, transport, vk, ak)
					})
				}
			})
		}
	}
}

func checkGStreamer(t *testing.T, url string, transport Transport, video, audio packet.Kind) {
	p := startPull(t, PullOptions{URL: url, Transport: transport})
	p.waitUnits(8)
	eventually(t, 30*time.Second, "live with two keyframes", func() bool {
		return p.lastStatus().State == media.Live && p.stream.Stats()[0].Keyframes >= 2
	})
	stats := p.stream.Stats()
	if stats[0].Kind != video || stats[1].Kind != audio || p.agreed().Transport != transport {
		t.Fatalf("%s and %s by %s", stats[0].Kind, stats[1].Kind, p.agreed().Transport)
	}
	if stats[0].Video.Width != 320 || stats[0].Video.Height != 180 || stats[0].Video.Reorder {
		t.Errorf("picture %+v", stats[0].Video)
	}
	for _, s := range stats {
		if s.Malformed+s.Lost+s.Damaged > 0 {
			t.Errorf("%s: %d malformed, %d lost, %d damaged, %d corrections of %d packets", s.Kind, s.Malformed, s.Lost, s.Damaged, s.Corrections, s.Packets)
		}
	}
}
