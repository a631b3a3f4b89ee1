package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"avhub/media/rtsp/camera"
	"avhub/recorder/manifest"
)

// courts are the four cameras of the demo court. Their small pictures are 640 by 360, 15
// a second; each begins again after a minute, and shows its number.
var courts = []string{"court-1", "court-2", "court-3", "court-4"}

const (
	smallRate = 15
	largeRate = 25
	clipTime  = time.Minute
)

// startCameras starts avhub camera with the four rooms, and returns its address.
func startCameras(t *testing.T) string {
	t.Helper()
	addr := freeAddr(t)
	args := []string{"camera", "--listen", addr}
	for _, room := range courts {
		args = append(args, room+"=demo:"+room)
	}
	cmd, out := startAvhub(t, nil, args...)
	t.Cleanup(func() { stop(t, cmd, syscall.SIGKILL) })
	out.await(t, listening)
	return addr
}

// recordingOf asks how a source is being recorded.
func (h *hub) recordingOf(t *testing.T, source string) recordingNow {
	t.Helper()
	var r recordingNow
	h.call(t, "GET", "/sources/"+source+"/recording", nil, &r)
	return r
}

// awaitRecording waits until frames of all rooms are being kept: more bytes than there
// were when the hub had just come.
func (h *hub) awaitRecording(t *testing.T) {
	t.Helper()
	before := map[string]int64{}
	await(t, longEnough, "all cameras to be recorded", func() bool {
		all := true
		for _, room := range courts {
			r := h.recordingOf(t, room)
			if r.State != "recording" || len(r.Running) != 1 || r.Running[0].Gap != "" {
				all = false
				continue
			}
			if _, ok := before[room]; !ok {
				before[room] = r.Running[0].Bytes
			}
			all = all && r.Running[0].Bytes > before[room]
		}
		return all
	})
}

// recordingDir is the folder of the one recording of a source.
func (h *hub) recordingDir(t *testing.T, source string) string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(h.dir, "recordings", source, "*", "*"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("recordings of %s: %v, %v", source, dirs, err)
	}
	return dirs[0]
}

// readRecording reads a manifest, and holds its account against itself and against the
// frames that ffprobe finds in the files.
func readRecording(t *testing.T, dir string) *manifest.Recording {
	t.Helper()
	rec, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if rec.Seal == nil {
		t.Fatalf("%s is not sealed", dir)
	}
	found := map[int]uint64{}
	for _, s := range rec.Segments {
		for id, n := range packets(t, filepath.Join(dir, s.File), s) {
			found[id] += n
		}
	}
	for _, tr := range rec.Seal.Tracks {
		if tr.In != tr.Kept+tr.Gapped || tr.Kept != found[tr.ID] {
			t.Errorf("%s, track %d: %d came in, %d kept, %d in gaps; ffprobe finds %d", rec.Source, tr.ID, tr.In, tr.Kept, tr.Gapped, found[tr.ID])
		}
	}
	if off := (rec.Seal.Media + rec.Seal.Gaps - rec.Seal.End).Duration(); off.Abs() > 40*time.Millisecond {
		t.Errorf("%s: media and gaps are %v off the time asked for", rec.Source, off)
	}
	return rec
}

// packets counts the frames of each track with ffprobe.
func packets(t *testing.T, file string, s *manifest.SegmentState) map[int]uint64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=id,nb_read_packets", "-of", "json", file).Output()
	if err != nil {
		t.Errorf("ffprobe %s: %v", file, err)
		return nil
	}
	var answer struct {
		Streams []struct {
			ID      string
			Packets string `json:"nb_read_packets"`
		}
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	found := map[int]uint64{}
	for _, stream := range answer.Streams {
		id, err1 := strconv.ParseInt(stream.ID, 0, 32)
		n, err2 := strconv.ParseUint(stream.Packets, 10, 64)
		if stream.Packets == "" { // a track without a frame in this file
			n, err2 = 0, nil
		}
		if err1 != nil || err2 != nil {
			t.Fatalf("ffprobe %s: %s", file, out)
		}
		found[int(id)] = n
	}
	for id, n := range s.Frames {
		if found[id] != n {
			t.Errorf("%s: ffprobe finds %d frames of track %d, the manifest says %d", file, found[id], id, n)
		}
	}
	return found
}

// checkNumbers reads the numbers burnt into the pictures of a recording: they go on
// within a file and from one to the next, and jump at a gap by as much as it is long.
// It returns how many pictures showed one.
func checkNumbers(t *testing.T, dir string, rec *manifest.Recording, rate int) (seen int) {
	t.Helper()
	loop := int(clipTime/time.Second) * rate
	last, end := -1, manifest.Micros(0)
	for _, s := range rec.Segments {
		if s.Frames[1] == 0 {
			continue // sound only: it was killed before the first keyframe
		}
		shown := numbersIn(t, filepath.Join(dir, s.File), s)
		seen += len(shown)
		if len(shown) == 0 {
			if !s.MidGroup { // after a failed write it may go on in the midst of a group
				t.Errorf("%s %s: none of %d pictures can be decoded", rec.Source, s.File, s.Frames[1])
			}
			last = -1
			continue
		}
		for i := 1; i < len(shown); i++ {
			if shown[i] != (shown[i-1]+1)%loop {
				t.Errorf("%s %s: picture %d shows %d, the one before %d", rec.Source, s.File, i, shown[i], shown[i-1])
			}
		}
		// In a file that goes on in the midst of a group some cannot be shown.
		first := (shown[0] - (int(s.Frames[1]) - len(shown)) + loop) % loop
		if last >= 0 {
			missing := (first - last - 1 + loop) % loop
			gap := (pictureStart(s) - end).Duration()
			if off := gap - time.Duration(missing)*time.Second/time.Duration(rate); off.Abs() > gapSlack || gap == 0 && missing != 0 {
				t.Errorf("%s %s: %d pictures are missing in a gap of %v", rec.Source, s.File, missing, gap)
			}
		}
		last, end = shown[len(shown)-1], s.End()
	}
	return seen
}

// pictureStart is where a segment's first picture stands: sound may have begun before.
func pictureStart(s *manifest.SegmentState) manifest.Micros {
	if i := slices.IndexFunc(s.Parts, func(p manifest.PartState) bool { return p.Keyframe }); i >= 0 && !s.MidGroup {
		return s.Parts[i].Start
	}
	return s.Start
}

// gapSlack is how far a gap's length may be from the time of the pictures that are
// missing: after a restart only the wall clock tells when a picture was taken, and on a
// busy machine the first ones come late.
const gapSlack = 500 * time.Millisecond

// numbersIn decodes a file and reads the number that each picture shows, from its first
// keyframe on.
func numbersIn(t *testing.T, file string, s *manifest.SegmentState) []int {
	t.Helper()
	var width, height int
	for _, track := range s.Tracks {
		if track.Kind == "video" {
			width, height = track.Width, track.Height
		}
	}
	if width == 0 {
		t.Fatalf("%s: no picture is described", file)
	}
	var errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-loglevel", "error", "-i", file, "-map", "0:v", "-vsync", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "-")
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	r := bufio.NewReaderSize(out, width*height)
	for picture := make([]byte, width*height); ; {
		if _, err := io.ReadFull(r, picture); err != nil {
			break
		}
		n, ok := camera.FrameNumber(picture, width, height)
		if !ok {
			n = -1
		}
		all = append(all, n)
	}
	if err := cmd.Wait(); err != nil && !s.MidGroup {
		t.Errorf("ffmpeg %s: %v: %s", file, err, errs.String())
	}
	if errs.Len() > 0 && !s.MidGroup {
		t.Errorf("ffmpeg %s: %s", file, errs.String())
	}
	for s.MidGroup && len(all) > 0 && all[0] < 0 {
		all = all[1:] // a decoder that makes something of pictures before the first keyframe
	}
	return all
}

// verifyRecording lets the program itself verify a recording.
func (h *hub) verifyRecording(t *testing.T, dir string) {
	t.Helper()
	h.run(t, "", "verify", dir, "--key", filepath.Join(dir, "ledger.pub"))
}

// tell writes down what a recording holds.
func tell(t *testing.T, rec *manifest.Recording) {
	t.Helper()
	text := fmt.Sprintf("%s: %v in %d files, media %v, %d gaps of %v", rec.Source, rec.Seal.End.Duration().Round(time.Millisecond), len(rec.Segments),
		rec.Seal.Media.Duration().Round(time.Millisecond), len(rec.Gaps), rec.Seal.Gaps.Duration().Round(time.Millisecond))
	for _, tr := range rec.Seal.Tracks {
		text += fmt.Sprintf("; %s: in %d = kept %d + in gaps %d", tr.Kind, tr.In, tr.Kept, tr.Gapped)
	}
	t.Log(text)
}
