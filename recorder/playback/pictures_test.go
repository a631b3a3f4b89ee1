package playback

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"avhub/media/rtsp/camera"
	"avhub/recorder/manifest"
)

// shown is a picture that ffmpeg has decoded: when it is shown, and its number.
type shown struct {
	at     time.Duration
	number int
}

// decode decodes the first pictures of a file, at most so many; 0: all.
func decode(t *testing.T, path string, most int) []shown {
	t.Helper()
	const width, height = 320, 180
	args := []string{"-v", "error", "-copyts", "-i", path, "-an", "-fps_mode", "passthrough"}
	if most > 0 {
		args = append(args, "-frames:v", strconv.Itoa(most))
	}
	// Times are printed by showinfo, pictures come out of stdout.
	args = append(args, "-vf", fmt.Sprintf("scale=%d:%d:flags=area,format=gray,showinfo=checksum=0", width, height), "-f", "rawvideo", "-")
	args[1] = "info"
	cmd := exec.CommandContext(t.Context(), "ffmpeg", args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, said.String())
	}
	var all []shown
	for line := range bytes.Lines(said.Bytes()) {
		_, rest, ok := bytes.Cut(line, []byte("pts_time:"))
		if !ok || len(bytes.Fields(rest)) == 0 {
			continue
		}
		at, err := strconv.ParseFloat(string(bytes.Fields(rest)[0]), 64)
		if err != nil {
			t.Fatal(err)
		}
		picture := out.Next(width * height)
		n, ok := camera.FrameNumber(picture, width, height)
		if !ok {
			n = -1
		}
		all = append(all, shown{time.Duration(at * float64(time.Second)), n})
	}
	return all
}

// packet is what ffprobe says of one.
type packet struct {
	Type string `json:"codec_type"`
	PTS  string `json:"pts_time"`
	DTS  string `json:"dts_time"`
	Pos  string `json:"pos"`
}

func (p packet) pts(t *testing.T) time.Duration { return seconds(t, p.PTS) }
func (p packet) dts(t *testing.T) time.Duration { return seconds(t, p.DTS) }

func seconds(t *testing.T, text string) time.Duration {
	t.Helper()
	s, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(s * float64(time.Second)).Round(time.Microsecond)
}

// packets are those of a file or playlist, by type. Whatever ffprobe complains of
// fails the test.
func packets(t *testing.T, path string, args ...string) map[string][]packet {
	t.Helper()
	args = append([]string{"-v", "warning", "-show_entries", "packet=codec_type,pts_time,dts_time,pos", "-of", "json"}, append(args, path)...)
	cmd := exec.CommandContext(t.Context(), "ffprobe", args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || said.Len() > 0 {
		t.Fatalf("ffprobe: %v: %s", err, said.String())
	}
	return byType(t, out)
}

// at is the number of the picture that is shown at a time.
func at(pictures []shown, when time.Duration) int {
	slices.SortFunc(pictures, func(a, b shown) int { return int(a.at - b.at) })
	n := -1
	for _, p := range pictures {
		if p.at <= when+time.Millisecond/2 {
			n = p.number
		}
	}
	return n
}

// kept counts frames that the manifest says are in files, by track.
func kept(r *Recording) map[int]int {
	n := map[int]int{}
	r.View(func(rec *manifest.Recording) {
		for _, s := range rec.Segments {
			for id, frames := range s.Frames {
				n[id] += int(frames)
			}
		}
	})
	return n
}

// lumaOf is a picture's brightness, a byte a pixel.
func lumaOf(img image.Image) ([]byte, image.Point) {
	size := img.Bounds().Size()
	y := img.(*image.YCbCr)
	luma := make([]byte, 0, size.X*size.Y)
	for row := range size.Y {
		luma = append(luma, y.Y[row*y.YStride:row*y.YStride+size.X]...)
	}
	return luma, size
}

// packetsOf are those of a damaged file, of which ffprobe may complain.
func packetsOf(t *testing.T, path string, args ...string) map[string][]packet {
	t.Helper()
	args = append([]string{"-v", "quiet", "-show_entries", "packet=codec_type,pts_time,dts_time,pos", "-of", "json"}, append(args, path)...)
	out, err := exec.CommandContext(t.Context(), "ffprobe", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return byType(t, out)
}

func byType(t *testing.T, out []byte) map[string][]packet {
	t.Helper()
	var found struct{ Packets []packet }
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	by := map[string][]packet{}
	for _, p := range found.Packets {
		by[p.Type] = append(by[p.Type], p)
	}
	return by
}
