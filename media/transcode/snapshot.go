package transcode

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// Limits of snapshots.
const (
	snapshotLimit = 8 * time.Second // waiting for one's turn included
	maxJPEG       = 4 << 20
)

// snapshots has a place for each that is made at once.
var snapshots = make(chan struct{}, 2)

// Snapshot decodes a keyframe to a JPEG of at most maxWidth pixels' width.
func Snapshot(ctx context.Context, ffmpeg string, u *media.Unit, kind packet.Kind, params packet.ParamSets, maxWidth int) ([]byte, error) {
	format := map[packet.Kind]string{packet.H264: "h264", packet.H265: "hevc"}[kind]
	if format == "" {
		return nil, fmt.Errorf("no snapshots of %s pictures", kind)
	}
	return still(ctx, ffmpeg, format, annexB(u, params), maxWidth)
}

// SnapshotOf decodes the first picture of an MP4 file, of whatever codec, to a JPEG
// of at most maxWidth pixels' width.
func SnapshotOf(ctx context.Context, ffmpeg string, mp4 []byte, maxWidth int) ([]byte, error) {
	return still(ctx, ffmpeg, "mp4", mp4, maxWidth)
}

// still has ffmpeg make a JPEG of the first picture of its input.
func still(ctx context.Context, ffmpeg, format string, input []byte, maxWidth int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	select {
	case snapshots <- struct{}{}:
		defer func() { <-snapshots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("too many snapshots at once: try again in a moment")
	}
	cmd := exec.CommandContext(ctx, ffmpeg, "-hide_banner", "-loglevel", "error", "-threads", "1", "-f", format, "-i", "pipe:0",
		"-frames:v", "1", "-vf", fmt.Sprintf("scale='min(%d,iw)':-2", maxWidth), "-q:v", "5", "-f", "mjpeg", "pipe:1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	var said tail
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("snapshot: not made in time: try again in a moment: %w", context.Cause(ctx))
	}
	if err != nil || out.Len() == 0 || out.Len() > maxJPEG {
		return nil, fmt.Errorf("snapshot: ffmpeg could not decode the picture (%v): %s", err, said.String())
	}
	return out.Bytes(), nil
}

// annexB is a unit as a byte stream, its parameter sets first.
func annexB(u *media.Unit, params packet.ParamSets) []byte {
	var b bytes.Buffer
	for _, nalu := range append([][]byte{params.VPS, params.SPS, params.PPS}, u.Data...) {
		if len(nalu) > 0 {
			b.Write([]byte{0, 0, 0, 1})
			b.Write(nalu)
		}
	}
	return b.Bytes()
}
