package transcode

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/camera"
)

func TestH265BecomesH264ThatBrowsersPlay(t *testing.T) {
	t.Parallel()
	s := playing(t, "court-4")
	take(t, s, 0, 80) // the first viewer comes later than the camera
	tr, _ := newTranscoder(t, time.Millisecond)
	out, release, err := tr.H264(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	made := take(t, out, 0, 60)
	keyframes := 0
	for i, u := range made {
		if i > 0 && u.PTS <= made[i-1].PTS {
			t.Errorf("picture %d goes back in time: browsers take no B-frames", i)
		}
		onTimeline := s.Epoch().Add(time.Duration(u.PTS) * time.Second / 90000)
		if off := u.UTC.Sub(onTimeline); off < -100*time.Millisecond || off > 100*time.Millisecond {
			t.Errorf("picture %d says it was taken %s after its place on the timeline", i, off)
		}
		if !u.Keyframe {
			continue
		}
		keyframes++
		info, err := packet.ParseSPS(packet.H264, packet.FindParamSets(packet.H264, u.Data).SPS)
		if err != nil || info.Width != 1280 || info.Height != 720 || info.Reorder || info.Profile != "Constrained Baseline" {
			t.Errorf("%+v %v", info, err)
		}
	}
	if keyframes == 0 || keyframes > 3 {
		t.Errorf("%d keyframes in 60 pictures", keyframes)
	}
}

// film is court-2 as other cameras send it: with B-frames, which no browser plays.
func film(t *testing.T) *camera.Clip {
	t.Helper()
	file := filepath.Join(t.TempDir(), "film.mp4")
	out, err := exec.Command("ffmpeg", "-nostdin", "-loglevel", "error", "-i", "../rtsp/camera/clips/court-2.mp4", "-t", "20",
		"-c:v", "libx264", "-preset", "superfast", "-bf", "3", "-g", "50", "-c:a", "copy", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	clip, err := camera.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return clip
}

// shown decodes pictures, which may be reordered, and reads their numbers.
func shown(t *testing.T, made []*media.Unit) []int {
	t.Helper()
	var stream bytes.Buffer
	for _, u := range made {
		stream.Write(annexB(u, packet.ParamSets{}))
	}
	cmd := exec.Command("ffmpeg", "-hide_banner", "-loglevel", "error", "-f", "h264", "-i", "pipe:0", "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1")
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &stream, &out, &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		t.Fatalf("ffmpeg decodes with: %v %s", err, said.String())
	}
	var numbers []int
	for out.Len() > 0 {
		n, ok := camera.FrameNumber(out.Next(1280*720), 1280, 720)
		if !ok {
			t.Fatalf("picture %d shows no number", len(numbers))
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// note notes the number of each picture of the source by its time, until asked
// for them.
func note(t *testing.T, s *media.Stream) func() map[int64]int {
	t.Helper()
	r := s.Subscribe(media.ReaderOptions{Tracks: []int{0}, FromKeyframe: true})
	noted := make(chan map[int64]int, 1)
	go func() {
		index := map[int64]int{}
		for {
			u, _, err := r.Next(context.Background())
			if err != nil {
				noted <- index
				return
			}
			index[u.PTS] = int(u.RTP+1800) / 3600
		}
	}()
	t.Cleanup(r.Close)
	return func() map[int64]int { r.Close(); return <-noted }
}

// Each picture made shows the picture that the source had at that time, from
// the first on, and the sound goes along.
func TestConvertedPicturesAreThoseOfTheirTime(t *testing.T) {
	t.Parallel()
	court4, err := camera.DemoChannel("court-4")
	if err != nil {
		t.Fatal(err)
	}
	for name, clip := range map[string]*camera.Clip{"H.265": court4.Main, "H.264 with B-frames": film(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := playingClip(t, name, clip)
			numbersOf := note(t, s)
			tr, procs := newTranscoder(t, time.Millisecond)
			began := time.Now()
			out, release, err := tr.H264(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			t.Logf("the first picture is there after %v", time.Since(began))
			if tracks := out.Tracks(); len(tracks) != 2 || tracks[0].Kind != packet.H264 || tracks[1].Kind != packet.Opus {
				t.Fatalf("tracks %+v", tracks)
			}
			made := read(t, out, media.ReaderOptions{Tracks: []int{0}, FromKeyframe: true}, 60)
			if sound := take(t, out, 1, 10); out.Epoch() != s.Epoch() || sound[9].PTS*90000/opusRate < made[0].PTS {
				t.Errorf("the sound is not on the picture's timeline")
			}
			index := numbersOf()
			numbers := shown(t, made)
			if len(numbers) != len(made) {
				t.Fatalf("%d of %d pictures can be decoded", len(numbers), len(made))
			}
			for i, u := range made {
				if want, ok := index[u.PTS]; !ok || numbers[i] != want {
					t.Errorf("picture %d shows %d, the source had %d then (%t)", i, numbers[i], want, ok)
				}
			}
			// On a busy machine one may have been found hanging, and started again.
			eventually(t, "a process for the picture and one for the sound", func() bool { return procs.running() == 2 })
			release()
			eventually(t, "both processes end", func() bool { return tr.Running() == 0 && procs.running() == 0 })
		})
	}
}

func TestPicturesThatAreNotConverted(t *testing.T) {
	t.Parallel()
	tr, _ := newTranscoder(t, time.Millisecond)
	off := New(Options{FFmpeg: "ffmpeg"})
	defer off.Close()
	if _, _, err := off.H264(t.Context(), playing(t, "court-4")); err == nil || !strings.Contains(err.Error(), "media.transcode") {
		t.Errorf("switched off: %v", err)
	}
	vp8 := media.NewStream("vp8")
	feed, err := vp8.Open([]media.Track{{Kind: packet.VP8, ClockRate: 90000}})
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	if _, _, err := tr.H264(t.Context(), vp8); err == nil || !strings.Contains(err.Error(), "VP8") {
		t.Errorf("VP8: %v", err)
	}
	for range maxVideo {
		s := playing(t, "court-4")
		_, release, err := tr.H264(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	if _, _, err := tr.H264(t.Context(), playing(t, "court-4")); !errors.Is(err, ErrTooMany) {
		t.Errorf("one too many: %v", err)
	}
	// One whose viewer leaves before the first picture has ended.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	late := newTranscoderOf(t, time.Millisecond, "cat >/dev/null")
	if _, _, err := late.H264(ctx, playing(t, "court-4")); !errors.Is(err, context.Canceled) {
		t.Errorf("a viewer who leaves: %v", err)
	}
	eventually(t, "nothing runs for a viewer who has left", func() bool { return late.Running() == 0 })
}
