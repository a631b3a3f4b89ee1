package recorder

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"avhub/media/rtsp/camera"
)

// The small clips' pictures.
const subWidth, subHeight = 640, 360

// clipPictures is how many pictures a small clip has before it begins again, and
// clipPicture how long each lasts.
const (
	clipPictures = 900
	clipPicture  = time.Second / 15
)

// numbers decodes a file with ffmpeg and reads the number that each picture shows. A
// file that begins without a keyframe may be complained of.
func numbers(t *testing.T, path string, width, height int, midGroup bool) []int {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command("ffmpeg", "-nostdin", "-loglevel", "error", "-i", path, "-map", "0:v", "-vsync", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "-")
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all []int
	r := bufio.NewReaderSize(out, width*height)
	picture := make([]byte, width*height)
	for {
		if _, err := io.ReadFull(r, picture); err != nil {
			break
		}
		n, ok := camera.FrameNumber(picture, width, height)
		if !ok {
			n = -1
		}
		all = append(all, n)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("ffmpeg %s: %v: %s", path, err, errs.String())
	}
	if errs.Len() > 0 && !midGroup {
		t.Errorf("ffmpeg %s: %s", path, errs.String())
	}
	return all
}

// consecutive checks that each picture is the one after that before.
func consecutive(numbers []int) error {
	for i := 1; i < len(numbers); i++ {
		if numbers[i] != (numbers[i-1]+1)%clipPictures {
			return fmt.Errorf("picture %d shows %d, the one before %d", i, numbers[i], numbers[i-1])
		}
	}
	return nil
}
