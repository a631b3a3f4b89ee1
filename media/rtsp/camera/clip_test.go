package camera

import (
	"bytes"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"avhub/media/packet"
)

// A film as people have them: B-frames and Opus. Pictures are sent in decoding
// order and keep the times at which they are shown.
func TestOpenReadsAFilmWithBFrames(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "film.mp4")
	out, err := exec.Command("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2",
		"-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25",
		"-c:a", "libopus", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	clip, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if clip.Video.Kind != packet.H264 || clip.Audio.Kind != packet.Opus || clip.Length != 2*time.Second || len(clip.Video.Samples) != 50 {
		t.Fatalf("%s and %s, %v, %d pictures", clip.Video.Kind, clip.Audio.Kind, clip.Length, len(clip.Video.Samples))
	}
	shown := map[time.Duration]bool{}
	keyframes, reordered := 0, 0
	for i, s := range clip.Video.Samples {
		shown[s.PTS.Round(time.Millisecond)] = true
		if s.Keyframe {
			keyframes++
		}
		if i > 0 && s.PTS < clip.Video.Samples[i-1].PTS {
			reordered++
		}
		for _, n := range s.Data {
			if packet.IsParamSet(packet.H264, n) {
				t.Errorf("picture %d brings parameter sets, which are sent apart", i)
			}
		}
	}
	if keyframes != 2 || reordered == 0 || len(shown) != 50 {
		t.Errorf("%d keyframes, %d pictures out of order, %d times", keyframes, reordered, len(shown))
	}
	for i := range 50 {
		if at := time.Duration(i) * 40 * time.Millisecond; !shown[at] {
			t.Errorf("no picture is shown at %v", at)
		}
	}
}

func TestOpenTakesALawFromBeside(t *testing.T) {
	t.Parallel()
	channel, err := DemoChannel("court-3")
	if err != nil {
		t.Fatal(err)
	}
	a := channel.Main.Audio
	if a.Kind != packet.PCMA || a.Rate != 8000 || len(a.Samples) != 3000 || len(a.Samples[0].Data[0]) != 160 {
		t.Fatalf("%s, %d Hz, %d frames of %d bytes", a.Kind, a.Rate, len(a.Samples), len(a.Samples[0].Data[0]))
	}
	if last := a.Samples[2999].PTS; last != 59980*time.Millisecond {
		t.Errorf("the last frame is at %v", last)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	whole, err := clips.ReadFile("clips/court-1_sub.mp4")
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{
		"text.mp4":  {Data: []byte("this is no film")},
		"empty.mp4": {Data: nil},
		"torn.mp4":  {Data: whole[:len(whole)/2]},
	}
	for name, want := range map[string]string{
		"text.mp4": "make one with ffmpeg", "empty.mp4": "make one with ffmpeg", "torn.mp4": "lies outside the file", "away.mp4": "not exist",
	} {
		if _, err := open(dir, name); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "away.mp4")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestAClipWithoutLengthIsRefused(t *testing.T) {
	t.Parallel()
	c := &Clip{Video: &Track{Kind: packet.H264, Samples: make([]Sample, 2)}}
	if err := c.measure(); err == nil {
		t.Errorf("a clip of %v cannot be played in a loop", c.Length)
	}
}

// FuzzParse: whatever a file holds, it is read or refused, without panic and
// without memory for samples that are not there.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"black-h264.mp4", "black-h265.mp4"} {
		data, err := clips.ReadFile("clips/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(bytes.ReplaceAll(data, []byte{0, 0, 0, 2}, []byte{0xff, 0xff, 0xff, 0xff}))
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		clip, err := parse(data)
		if err != nil || clip.measure() != nil {
			return
		}
		for _, track := range []*Track{clip.Video, clip.Audio} {
			if track == nil {
				continue
			}
			for _, s := range track.Samples {
				for _, part := range s.Data {
					if len(part) > len(data) {
						t.Errorf("a sample of %d bytes in a file of %d", len(part), len(data))
					}
				}
			}
			newCursor(track, clip.Length)
		}
	})
}
