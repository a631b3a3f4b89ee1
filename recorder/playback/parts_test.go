package playback

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"avhub/media/rtsp/camera"
	"avhub/recorder/manifest"
)

// Parts begin with what the first picture is decoded from, and follow each other.
func TestPartsOfAStretch(t *testing.T) {
	t.Parallel()
	l, _ := session(t, "court-1")
	rec := only(t, l)
	for _, start := range []manifest.Micros{0, 1_900_000, 2 * second, 59_990_000, 100 * second, 140 * second} {
		parts, err := rec.Parts(Span{Start: start, Duration: 5 * second})
		if err != nil || len(parts) == 0 {
			t.Fatalf("at %v: %d parts, %v", start.Duration(), len(parts), err)
		}
		if first := parts[0]; !first.Keyframe || first.Start > start && first.Start-start > 2*second || start-first.Start > 2*second {
			t.Errorf("at %v they begin with %+v", start.Duration(), first)
		}
		for i := 1; i < len(parts); i++ {
			if before := parts[i-1]; parts[i].Start < before.Start+before.Duration || parts[i].Coding != 1 {
				t.Errorf("%+v follows %+v", parts[i], before)
			}
		}
		if last := parts[len(parts)-1]; last.Start >= start+5*second {
			t.Errorf("the last one is %+v", last)
		}
	}
	if parts, err := rec.Parts(Span{Start: 80 * second, Duration: 5 * second}); err != nil || len(parts) != 0 {
		t.Errorf("in a gap: %v %v", parts, err)
	}
	for _, s := range []Span{{Start: -1, Duration: 1}, {Start: 0}, {Start: 0, Duration: -5}} {
		if _, err := rec.Parts(s); err == nil {
			t.Errorf("%+v: no error", s)
		}
	}
}

// Frames are the pictures' times to the microsecond, gaps and all.
func TestFramesOfAStretch(t *testing.T) {
	t.Parallel()
	l, sent := session(t, "court-4")
	rec := only(t, l)
	all := 0
	var last manifest.Micros = -1
	for from := manifest.Micros(0); from < rec.End(); from += 50 * second {
		frames, err := rec.Frames(Span{Start: from, Duration: 50 * second})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if f.At <= last {
				t.Errorf("%v follows %v", f.At.Duration(), last.Duration())
			}
			last = f.At
		}
		all += len(frames)
	}
	if want := kept(rec)[1]; all != want {
		t.Errorf("%d pictures, %d were kept", all, want)
	}
	frames, err := rec.Frames(Span{Start: 31 * second, Duration: 2 * second})
	if err != nil || len(frames) != 50 {
		t.Fatalf("%d pictures in two seconds: %v", len(frames), err)
	}
	for i, f := range frames {
		var n int
		rec.View(func(r *manifest.Recording) { n = sent(r.At(f.At)) })
		if f.Keyframe != (n%50 == 0) {
			t.Errorf("picture %d of the clip, %d here: a keyframe is %v", n, i, f.Keyframe)
		}
	}
	if _, err := rec.Frames(Span{Duration: MostFrames + 1}); err == nil {
		t.Error("a stretch that is too long")
	}
}

// draw makes a JPEG with ffmpeg.
func draw(ctx context.Context, mp4 []byte, width int) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-f", "mp4", "-i", "pipe:0", "-frames:v", "1", "-vf", "scale="+strconv.Itoa(width)+":-2", "-f", "mjpeg", "pipe:1")
	cmd.Stdin = bytes.NewReader(mp4)
	return cmd.Output()
}

// A thumbnail is the keyframe at or before the time, made once for all who want it.
func TestThumbnails(t *testing.T) {
	t.Parallel()
	for _, room := range []string{"court-1", "court-4"} {
		l, sent := session(t, room)
		var drawn atomic.Int32
		l.o.Picture = func(ctx context.Context, mp4 []byte, width int) ([]byte, error) {
			drawn.Add(1)
			return draw(ctx, mp4, width)
		}
		rec := only(t, l)
		for at, stands := range map[manifest.Micros]manifest.Micros{
			0: 0, 3_999_999: 2 * second, 33 * second: 32 * second, 60 * second: 60 * second, rec.End() + second: -1,
		} {
			data, err := rec.Thumbnail(t.Context(), at, 640)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			gray, size := lumaOf(img)
			n, ok := camera.FrameNumber(gray, size.X, size.Y)
			if size.X != 640 || !ok {
				t.Fatalf("%s at %v: %v, number %v", room, at.Duration(), size, ok)
			}
			if stands < 0 {
				continue
			}
			rec.View(func(r *manifest.Recording) {
				if want := sent(r.At(stands)); n != want {
					t.Errorf("%s at %v: picture %d, want %d", room, at.Duration(), n, want)
				}
			})
		}
		before := drawn.Load()
		var g errgroup.Group
		for range 20 {
			g.Go(func() error {
				_, err := rec.Thumbnail(t.Context(), 40*second, 320)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
		if n := drawn.Load() - before; n != 1 {
			t.Errorf("twenty who want the same thumbnail had it made %d times", n)
		}
	}
}

func TestThumbnailsThatCannotBe(t *testing.T) {
	t.Parallel()
	l, _ := session(t, "court-1")
	rec := only(t, l)
	if _, err := rec.Thumbnail(t.Context(), 0, 320); !errors.Is(err, ErrNoPictures) {
		t.Errorf("without ffmpeg: %v", err)
	}
	fails := errors.New("out of order")
	l.o.Picture = func(context.Context, []byte, int) ([]byte, error) { return nil, fails }
	if _, err := rec.Thumbnail(t.Context(), 0, 320); !errors.Is(err, fails) {
		t.Errorf("ffmpeg failed: %v", err)
	}
	l.o.Picture = draw
	if _, err := rec.Thumbnail(t.Context(), 0, 320); err != nil {
		t.Errorf("a failure was kept: %v", err)
	}
	empty := record(t, func(s *studio) {
		src := s.on("court-1")
		src.Off()
		r := s.start(src, "court-1", nil)
		time.Sleep(5 * time.Second)
		s.stop(r)
	})
	empty.o.Picture = draw
	if _, err := only(t, empty).Thumbnail(t.Context(), 0, 320); !errors.Is(err, ErrNothing) {
		t.Errorf("a recording of nothing: %v", err)
	}
}
