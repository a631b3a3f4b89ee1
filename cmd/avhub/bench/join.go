package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	pion "github.com/pion/webrtc/v4"
	"golang.org/x/sync/errgroup"

	"avhub/cmd/avhub/whepclient"
)

// benchJoin: 50 viewers join a camera with a keyframe every 4 s, over 5 s; how
// long until each has a whole keyframe.
func benchJoin(ctx context.Context) ([]row, error) {
	const viewers, over, goal = 50, 5 * time.Second, 300 * time.Millisecond
	dir, err := os.MkdirTemp("", "avhub-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	clip := filepath.Join(dir, "yard.mp4")
	out, err := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=20",
		"-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "100", "-keyint_min", "100", "-sc_threshold", "0", "-b:v", "2M", clip).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("ffmpeg: %w: %s", err, out)
	}
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	camera, err := start(nil, "rtsp://", avhub, "camera", "--listen", addrs[0], "yard="+clip)
	if err != nil {
		return nil, err
	}
	defer camera.stop()
	h, err := startHub()
	if err != nil {
		return nil, err
	}
	defer h.stop()
	if err := h.add(ctx, map[string]string{"id": "yard", "url": "rtsp://" + addrs[0] + "/yard"}); err != nil {
		return nil, err
	}
	if err := h.awaitLive(ctx, 1); err != nil {
		return nil, err
	}
	// A group of pictures must be there to join.
	if err := pause(ctx, 4*time.Second); err != nil {
		return nil, err
	}

	var first, bare samples
	g, gctx := errgroup.WithContext(ctx)
	for i := range viewers {
		g.Go(func() error {
			if err := pause(gctx, time.Duration(i)*over/viewers); err != nil {
				return err
			}
			began := time.Now()
			v, err := whepclient.Watch(gctx, whepclient.Options{URL: h.whep("yard")})
			if err != nil {
				return err
			}
			defer v.Vanish()
			select {
			case <-v.Keyframe():
				first.add(time.Since(began))
			case <-gctx.Done():
				return gctx.Err()
			}
			return pause(gctx, over-time.Duration(i)*over/viewers)
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for range 20 {
		d, err := plainConnect(ctx)
		if err != nil {
			return nil, err
		}
		bare.add(d)
	}
	return []row{{
		what: "first whole keyframe at a new viewer, 50 joining over 5 s, GOP 4 s", goal: "p95 ≤ 300 ms", got: first.String(),
		reference: fmt.Sprintf("connecting two idle pion peers, one ICE-lite: p50 %s; ratio %.2f", ms(bare.at(0.5)), float64(first.at(0.5))/float64(bare.at(0.5))),
		met:       first.at(0.95) <= goal,
	}}, nil
}

// plainConnect is the time that offer, answer, ICE and DTLS take between two
// pion peers in this process, which is what any WebRTC viewer must wait for.
func plainConnect(ctx context.Context) (time.Duration, error) {
	settings := pion.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	api := pion.NewAPI(pion.WithSettingEngine(settings))
	began := time.Now()
	a, err := api.NewPeerConnection(pion.Configuration{})
	if err != nil {
		return 0, err
	}
	defer a.Close()
	settings.SetLite(true) // as the hub is: the other side paces the checks
	b, err := pion.NewAPI(pion.WithSettingEngine(settings)).NewPeerConnection(pion.Configuration{})
	if err != nil {
		return 0, err
	}
	defer b.Close()
	connected := make(chan struct{})
	a.OnConnectionStateChange(func(s pion.PeerConnectionState) {
		if s == pion.PeerConnectionStateConnected {
			close(connected)
		}
	})
	if _, err := a.CreateDataChannel("x", nil); err != nil {
		return 0, err
	}
	if err := exchange(a, b); err != nil {
		return 0, err
	}
	select {
	case <-connected:
		return time.Since(began), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func exchange(a, b *pion.PeerConnection) error {
	offer, err := a.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := pion.GatheringCompletePromise(a)
	if err := a.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	if err := b.SetRemoteDescription(*a.LocalDescription()); err != nil {
		return err
	}
	answer, err := b.CreateAnswer(nil)
	if err != nil {
		return err
	}
	gathered = pion.GatheringCompletePromise(b)
	if err := b.SetLocalDescription(answer); err != nil {
		return err
	}
	<-gathered
	return a.SetRemoteDescription(*b.LocalDescription())
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
