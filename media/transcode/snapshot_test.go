package transcode

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"os/exec"
	"strings"
	"testing"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/camera"
)

// keyframe is the first picture of a demo clip.
func keyframe(t *testing.T, room string) (*media.Unit, packet.Kind, packet.ParamSets) {
	t.Helper()
	channel, err := camera.DemoChannel(room)
	if err != nil {
		t.Fatal(err)
	}
	v := channel.Main.Video
	return &media.Unit{Data: v.Samples[50].Data, Keyframe: true}, v.Kind, paramsOf(v.Format)
}

func ffmpegPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A snapshot is the picture itself, in the size asked for: its number says so.
func TestSnapshotIsThePictureInItsSize(t *testing.T) {
	t.Parallel()
	for room, kind := range map[string]packet.Kind{"court-2": packet.H264, "court-4": packet.H265} {
		for ask, width := range map[int]int{640: 640, 320: 320, 5000: 1280} {
			u, k, params := keyframe(t, room)
			if k != kind {
				t.Fatalf("%s is %s", room, k)
			}
			data, err := Snapshot(t.Context(), ffmpegPath(t), u, k, params, ask)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			size := img.Bounds()
			if w, h := size.Dx(), size.Dy(); w != width || h < width*9/16-1 || h > width*9/16+1 {
				t.Errorf("%s at most %d wide is %dx%d", room, ask, w, h)
			}
			if n, ok := camera.FrameNumber(img.(*image.YCbCr).Y, img.(*image.YCbCr).YStride, size.Dy()); !ok || n != 50 {
				t.Errorf("%s at most %d wide shows picture %d %t", room, ask, n, ok)
			}
		}
	}
}

func TestSnapshotsThatCannotBe(t *testing.T) {
	t.Parallel()
	u, kind, params := keyframe(t, "court-2")
	if _, err := Snapshot(t.Context(), ffmpegPath(t), u, packet.VP8, params, 640); err == nil {
		t.Error("a snapshot of VP8")
	}
	broken := &media.Unit{Data: [][]byte{{0x65, 1, 2, 3}}}
	if data, err := Snapshot(t.Context(), ffmpegPath(t), broken, kind, packet.ParamSets{}, 640); err == nil || !strings.Contains(err.Error(), "could not decode") {
		t.Errorf("nonsense gives %d bytes and %v", len(data), err)
	}
	if _, err := Snapshot(t.Context(), "/nowhere/ffmpeg", u, kind, params, 640); err == nil {
		t.Error("a snapshot without ffmpeg")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Snapshot(ctx, ffmpegPath(t), u, kind, params, 640); err == nil {
		t.Error("a snapshot for one who has gone")
	}
}

// Two are made at once; others wait their turn, no longer than their patience.
func TestSnapshotsWaitTheirTurn(t *testing.T) {
	u, kind, params := keyframe(t, "court-2")
	for range cap(snapshots) {
		snapshots <- struct{}{}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := Snapshot(ctx, ffmpegPath(t), u, kind, params, 640)
		failed <- err
	}()
	cancel(errors.New("gone"))
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("with two under way: %v", err)
	}
	for range cap(snapshots) {
		<-snapshots
	}
	if _, err := Snapshot(t.Context(), ffmpegPath(t), u, kind, params, 640); err != nil {
		t.Error(err)
	}
}

// A snapshot of a file is its first picture.
func TestSnapshotOfAFile(t *testing.T) {
	t.Parallel()
	file, err := exec.CommandContext(t.Context(), ffmpegPath(t), "-v", "error", "-f", "lavfi", "-i", "color=c=red:s=640x360:r=25:d=1", "-c:v", "libx264",
		"-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := SnapshotOf(t.Context(), ffmpegPath(t), file, 320)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := img.At(100, 100).RGBA(); img.Bounds() != image.Rect(0, 0, 320, 180) || r < 0xe000 || g > 0x2000 || b > 0x2000 {
		t.Errorf("%v, colour %x %x %x", img.Bounds(), r, g, b)
	}
	if data, err := SnapshotOf(t.Context(), ffmpegPath(t), file[:200], 320); err == nil {
		t.Errorf("%d bytes of a file that is none", len(data))
	}
}
