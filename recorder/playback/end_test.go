package playback

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avhub/recorder/manifest"
)

// A recording that is stopped at the instant a picture comes ends where that picture
// begins. It was recorded: whatever plays the recording to its end shows it.
func TestThePictureAtTheVeryEndIsPlayed(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{
		"a keyframe":       2 * time.Second, // begins a part
		"a keyframe later": 6 * time.Second, // might begin a segment of HLS
		"another picture":  4*time.Second + 360*time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := only(t, record(t, func(s *studio) {
				src := s.on("court-1")
				time.Sleep(2 * time.Second)
				session := s.start(src, "court-1", nil)
				time.Sleep(after)
				synctest.Wait() // the picture has come
				s.stop(session)
				src.Off()
			}))
			all := kept(rec)
			var last manifest.PartState
			rec.View(func(r *manifest.Recording) {
				parts := r.Segments[len(r.Segments)-1].Parts
				last = parts[len(parts)-1]
			})
			if strings.HasPrefix(name, "a keyframe") && last.Start < rec.End() {
				t.Fatalf("the last part begins at %v, the recording ends at %v: nothing is tried", last.Start.Duration(), rec.End().Duration())
			}
			for what, span := range map[string]Span{"the movie": {}, "the movie with its gaps": {KeepGaps: true}, "the movie of just so long": {Duration: rec.End()}} {
				m, err := rec.Movie(span)
				if err != nil {
					t.Fatal(err)
				}
				if in := packets(t, save(t, m)); len(in["video"]) != all[1] || len(in["audio"]) != all[2] {
					t.Errorf("%s has %d pictures and %d of sound, the manifest %d and %d", what, len(in["video"]), len(in["audio"]), all[1], all[2])
				}
			}
			if in := packets(t, serve(t, rec)+"/index.m3u8"); len(in["video"]) != all[1] || len(in["audio"]) != all[2] {
				t.Errorf("HLS has %d pictures and %d of sound, the manifest %d and %d", len(in["video"]), len(in["audio"]), all[1], all[2])
			}
			var list strings.Builder
			if err := rec.Playlist(&list, Gaps{}); err != nil {
				t.Fatal(err)
			}
			itemsOf(t, list.String()) // each lasts for some time
			parts, err := rec.Parts(Span{Start: rec.End() - second, Duration: second})
			if err != nil || len(parts) == 0 || parts[len(parts)-1].Offset != last.Offset {
				t.Errorf("the parts of the last second end with %+v, the recording with %+v: %v", parts, last, err)
			}
		})
	}
}

// A stretch that ends before the recording does ends before the picture that comes then.
func TestAStretchEndsBeforeThePictureAtItsEnd(t *testing.T) {
	t.Parallel()
	l, _ := session(t, "court-1")
	rec := only(t, l)
	parts, err := rec.Parts(Span{Start: 10 * second, Duration: 2 * second})
	if err != nil || len(parts) == 0 {
		t.Fatal(parts, err)
	}
	if last := parts[len(parts)-1]; last.Start >= 12*second {
		t.Errorf("it goes on to the part at %v", last.Start.Duration())
	}
}
