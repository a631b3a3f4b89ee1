package camera

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"

	"avhub/media/packet"
)

// decode makes pictures of access units: the luma of each, 640x360.
func decode(t *testing.T, kind packet.Kind, units [][][]byte) [][]byte {
	t.Helper()
	var stream bytes.Buffer
	for _, nalus := range units {
		for _, n := range nalus {
			stream.Write([]byte{0, 0, 0, 1})
			stream.Write(n)
		}
	}
	format := map[packet.Kind]string{packet.H264: "h264", packet.H265: "hevc"}[kind]
	cmd := exec.Command("ffmpeg", "-hide_banner", "-loglevel", "error", "-f", format, "-i", "pipe:0",
		"-vsync", "passthrough", "-vf", "scale=640:360", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1")
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &stream, &out, &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		t.Fatalf("ffmpeg decodes with: %v %s", err, said.String())
	}
	var pictures [][]byte
	for out.Len() > 0 {
		pictures = append(pictures, out.Next(640*360))
	}
	return pictures
}

// numbers reads the frame numbers of decoded pictures.
func numbers(t *testing.T, pictures [][]byte) []int {
	t.Helper()
	var all []int
	for i, p := range pictures {
		n, ok := FrameNumber(p, 640, 360)
		if !ok {
			t.Fatalf("picture %d shows no number", i)
		}
		all = append(all, n)
	}
	return all
}

// Every clip shows the index of each picture, so that whoever watches knows
// which one it is: looked at in the keyframes, and in one whole group.
func TestClipsNumberTheirPictures(t *testing.T) {
	t.Parallel()
	channels, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range channels {
		for which, clip := range []*Clip{c.Main, c.Sub} {
			t.Run(fmt.Sprint(c.Name, which), func(t *testing.T) {
				t.Parallel()
				var units [][][]byte
				var want []int
				for i, s := range clip.Video.Samples {
					if s.Keyframe && i%150 == 0 || i < 15 {
						units = append(units, append(append([][]byte{}, clip.Video.params...), s.Data...))
						want = append(want, i)
					}
				}
				if got := numbers(t, decode(t, clip.Video.Kind, units)); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("the pictures show %v, not %v", got, want)
				}
			})
		}
	}
}

// draw is a picture that shows a number.
func draw(n, width, height int) []byte {
	luma := make([]byte, width*height)
	cells := []int{1, 0, 1, 0}
	parity := 0
	for i := range 16 {
		bit := n >> (15 - i) & 1
		parity ^= bit
		cells = append(cells, bit)
	}
	cells = append(cells, parity)
	for i, white := range cells {
		for x := range width / 32 {
			for y := height * 93 / 100; y < height*93/100+height/20; y++ {
				luma[y*width+width*11/64+i*(width/32)+x] = byte(235 * white)
			}
		}
	}
	return luma
}

func TestANumberThatIsDamagedIsNotBelieved(t *testing.T) {
	t.Parallel()
	const w, h = 640, 360
	for _, n := range []int{0, 1, 0x5555, 1499, 65535} {
		if got, ok := FrameNumber(draw(n, w, h), w, h); !ok || got != n {
			t.Errorf("%d is read as %d %t", n, got, ok)
		}
	}
	for cell := range 21 {
		luma := draw(1234, w, h)
		for x := range w / 32 {
			for y := range h {
				at := y*w + w*11/64 + cell*(w/32) + x
				luma[at] = 235 - luma[at]
			}
		}
		if n, ok := FrameNumber(luma, w, h); ok {
			t.Errorf("with cell %d turned over it is read as %d", cell, n)
		}
	}
	if _, ok := FrameNumber(make([]byte, w*h), w, h); ok {
		t.Error("a black picture has a number")
	}
	if _, ok := FrameNumber(nil, 0, 0); ok {
		t.Error("no picture has a number")
	}
}
