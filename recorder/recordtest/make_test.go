package recordtest

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// probed is what ffprobe says of a file.
type probed struct {
	Format  struct{ StartTime, Duration string }
	Streams []struct {
		CodecName string `json:"codec_name"`
		StartTime string `json:"start_time"`
		Duration  string
		Frames    string `json:"nb_read_frames"`
	}
}

func probe(t *testing.T, path string) probed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_frames", "-show_format", "-show_streams", "-of", "json", path).CombinedOutput()
	if err != nil {
		t.Fatalf("ffprobe %s: %v: %s", path, err, out)
	}
	var p struct {
		probed
		Format struct {
			StartTime string `json:"start_time"`
			Duration  string
		}
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatalf("ffprobe complains of %s: %s", path, out)
	}
	p.probed.Format.StartTime, p.probed.Format.Duration = p.Format.StartTime, p.Format.Duration
	return p.probed
}

func seconds(t *testing.T, s string) time.Duration {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(f * float64(time.Second))
}

// decode holds that ffmpeg finds nothing to complain of in all frames.
func decode(t *testing.T, path string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "warning", "-i", path, "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("ffmpeg %s: %v: %s", path, err, out)
	}
}

var rooms = map[string]struct {
	o      Options
	codecs []string
}{
	"H.264 and Opus":                {Options{Room: "court-1", Segments: 2, Length: time.Second}, []string{"h264", "opus"}},
	"H.264 and AAC":                 {Options{Room: "court-2", Segments: 2, Length: time.Second}, []string{"h264", "aac"}},
	"H.264 and FLAC":                {Options{Room: "court-3", Segments: 2, Length: time.Second}, []string{"h264", "flac"}},
	"H.265 and AAC":                 {Options{Room: "court-4", Segments: 2, Length: time.Second}, []string{"hevc", "aac"}},
	"small":                         {Options{Room: "court-1", Small: true, NoSound: true}, []string{"h264"}},
	"Opus alone":                    {Options{Room: "court-1", NoPicture: true}, []string{"opus"}},
	"FLAC alone":                    {Options{Room: "court-3", NoPicture: true, SM3: true}, []string{"flac"}},
	"beyond the clip's end, no gap": {Options{Room: "court-2", Small: true, Segments: 2, Length: 45 * time.Second}, []string{"h264", "aac"}},
	"gaps and an open end": {Options{Room: "court-2", Small: true, Open: true, Gaps: []Gap{
		{After: 0, Length: time.Second, Cause: manifest.CauseSourceOffline},
		{After: 2, Length: 3 * time.Second, Cause: manifest.CauseAdjournment, By: &manifest.Person{ID: "u1", Name: "王审判长"}},
	}}, []string{"h264", "aac"}},
}

// TestFilesPlay holds the files against what ffprobe and ffmpeg make of them, and
// against the manifest.
func TestFilesPlay(t *testing.T) {
	t.Parallel()
	for name, x := range rooms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Make(t.TempDir(), x.o)
			if err != nil {
				t.Fatal(err)
			}
			if report, err := ledger.Verify(r.Dir, ledger.VerifyOptions{Key: r.Public, Head: &r.Head}); err != nil || !report.Whole() {
				t.Errorf("%+v %v", report, err)
			}
			if (r.Manifest.Seal == nil) != x.o.Open {
				t.Errorf("sealed: %v", r.Manifest.Seal != nil)
			}
			for _, s := range r.Manifest.Segments {
				check(t, filepath.Join(r.Dir, s.File), s, x.codecs)
			}
			account(t, r.Manifest)
		})
	}
}

func check(t *testing.T, path string, s *manifest.SegmentState, codecs []string) {
	t.Helper()
	decode(t, path)
	p := probe(t, path)
	if at := seconds(t, p.Format.StartTime); at.Abs() > 40*time.Millisecond {
		t.Errorf("%s begins at %v", s.File, at)
	}
	if d, want := seconds(t, p.Format.Duration), (s.End() - s.Start).Duration(); (d - want).Abs() > 40*time.Millisecond {
		t.Errorf("%s lasts %v, and %v by the manifest", s.File, d, want)
	}
	if len(p.Streams) != len(codecs) {
		t.Fatalf("%s: %d tracks", s.File, len(p.Streams))
	}
	for i, stream := range p.Streams {
		if frames := fmt.Sprint(s.Frames[s.Tracks[i].ID]); stream.CodecName != codecs[i] || stream.Frames != frames {
			t.Errorf("%s: track %d has %s frames of %s, want %s of %s", s.File, i, stream.Frames, stream.CodecName, frames, codecs[i])
		}
	}
}

// account holds that media and gaps fill the timeline.
func account(t *testing.T, r *manifest.Recording) {
	t.Helper()
	var media, gaps manifest.Micros
	for _, s := range r.Segments {
		media += s.End() - s.Start
	}
	for _, g := range r.Gaps {
		gaps += g.End() - g.Start
	}
	if media+gaps != r.End() {
		t.Errorf("media %v and gaps %v are not %v", media.Duration(), gaps.Duration(), r.End().Duration())
	}
}

func TestBig(t *testing.T) {
	t.Parallel()
	for _, media := range []bool{false, true} {
		r, err := Big(t.TempDir(), BigOptions{Lines: 10_000, Media: media})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := manifest.Read(r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if rec.Last < 10_000 || rec.Last > 10_200 || rec.Seal == nil || (rec.Segments[0].Gone == nil) != media {
			t.Errorf("%d lines", rec.Last)
		}
		if media {
			check(t, filepath.Join(r.Dir, rec.Segments[1].File), rec.Segments[1], []string{"opus"})
		}
	}
}
