package playback

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

// killed is a recording as hubs wrote it after a kill: the file after it begins a second
// and a half before its first keyframe.
func killed(t *testing.T, cause manifest.Cause, noSound bool) *Recording {
	t.Helper()
	root := t.TempDir()
	_, err := recordtest.Make(filepath.Join(root, "court-1", "2026-03-02", "r-test"), recordtest.Options{
		Room: "court-1", Segments: 2, NoSound: noSound, Gaps: []recordtest.Gap{{After: 1, Length: 500 * time.Millisecond, Cause: cause, Midst: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return only(t, New(Options{Dir: root}))
}

// What nothing can decode is left out of a movie and of HLS; its sound stays.
func TestPicturesThatNothingCanDecodeAreLeftOut(t *testing.T) {
	t.Parallel()
	rec := killed(t, manifest.CauseHubRestart, false)
	var second *manifest.SegmentState
	rec.View(func(r *manifest.Recording) { second = r.Segments[1] })
	if !second.MidGroup || second.Parts[0].Keyframe {
		t.Fatal("the second file begins with a keyframe")
	}
	first := slices.IndexFunc(second.Parts, func(p manifest.PartState) bool { return p.Keyframe })
	undecodable := second.Parts[first].Start - second.Start
	gone := int(undecodable / 40_000) // 25 pictures a second

	before, err := os.ReadFile(filepath.Join(rec.Dir(), second.File))
	if err != nil {
		t.Fatal(err)
	}
	movie, err := rec.Movie(Span{})
	if err != nil {
		t.Fatal(err)
	}
	all := kept(rec)
	if in := packets(t, save(t, movie)); len(in["video"]) != all[1]-gone || len(in["audio"]) != all[2] {
		t.Errorf("the movie has %d pictures and %d frames of sound, want %d and %d", len(in["video"]), len(in["audio"]), all[1]-gone, all[2])
	}
	from, err := rec.Movie(Span{Start: second.Start})
	if err != nil {
		t.Fatal(err)
	}
	if in := packets(t, save(t, from)); len(in["video"]) != int(second.Frames[1])-gone || len(in["audio"]) != int(second.Frames[2]) {
		t.Errorf("the movie from there has %d pictures and %d frames of sound, want %d and %d", len(in["video"]), len(in["audio"]), int(second.Frames[1])-gone, second.Frames[2])
	}
	list := packets(t, serve(t, rec)+"/index.m3u8")
	if len(list["video"]) != all[1]-gone || len(list["audio"]) != all[2] {
		t.Errorf("HLS has %d pictures and %d frames of sound, want %d and %d", len(list["video"]), len(list["audio"]), all[1]-gone, all[2])
	}
	frames, err := rec.Frames(Span{Start: second.Start, Duration: undecodable + 500_000})
	if err != nil || len(frames) == 0 || !frames[0].Keyframe || frames[0].At < second.Parts[first].Start {
		t.Errorf("pictures from there: %v, %v", frames, err)
	}
	after, err := os.ReadFile(filepath.Join(rec.Dir(), second.File))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file on the disk was changed: %v", err)
	}
}

// Without sound nothing of it is left to play: the gap goes on to the keyframe.
func TestAGapGoesOnWhereNothingCanBeDecoded(t *testing.T) {
	t.Parallel()
	rec := killed(t, manifest.CauseHubRestart, true)
	var second *manifest.SegmentState
	rec.View(func(r *manifest.Recording) { second = r.Segments[1] })
	parts, err := rec.Parts(Span{Start: second.Start, Duration: 10_000_000})
	if err != nil || len(parts) == 0 || !parts[0].Keyframe {
		t.Fatalf("%v, %v", parts, err)
	}
	movie, err := rec.Movie(Span{Start: second.Start})
	if err != nil || movie.Start != parts[0].Start {
		t.Errorf("a movie from there begins at %v, want %v: %v", movie.Start, parts[0].Start, err)
	}
	var list strings.Builder
	if err := rec.Playlist(&list, Gaps{Keep: true}); err != nil || !strings.Contains(list.String(), "#EXT-X-GAP") {
		t.Errorf("%v: %s", err, list.String())
	}
}

// Over a loss in the network the picture goes on from what came before: it is played.
func TestAPictureGoesOnOverALoss(t *testing.T) {
	t.Parallel()
	rec := killed(t, manifest.CauseNetwork, false)
	movie, err := rec.Movie(Span{})
	if err != nil {
		t.Fatal(err)
	}
	if in, all := packets(t, save(t, movie)), kept(rec); len(in["video"]) != all[1] {
		t.Errorf("%d pictures of %d", len(in["video"]), all[1])
	}
}
