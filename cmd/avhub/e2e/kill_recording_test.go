package e2e

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"avhub/recorder/manifest"
)

// TestRecordingThroughKills kills the hub again and again while it records four cameras:
// one recording of each camera, whole but for a gap a kill; each file is read by ffprobe
// and plays in Chromium; what the pictures show says that nothing else is missing.
func TestRecordingThroughKills(t *testing.T) {
	t.Parallel()
	addr := startCameras(t)
	h := newHub(t)
	for _, room := range courts {
		h.add(t, map[string]string{"id": room, "url": "rtsp://" + addr + "/" + room + "_sub"})
		if status := h.call(t, "POST", "/sources/"+room+"/recording", nil, nil); status != 201 {
			t.Fatalf("start of %s: %d", room, status)
		}
	}
	killed := make([]time.Time, *recordingKills)
	back := make([]time.Time, *recordingKills)
	for i := range killed {
		h.awaitRecording(t)
		<-time.After(rand.N(2 * time.Second)) // the moment of the kill is what is random here
		killed[i] = time.Now()
		h.end(t, syscall.SIGKILL)
		if i%3 == 0 {
			<-time.After(awayFor) // nobody has noticed for a while
		}
		back[i] = time.Now()
		h.start(t)
	}
	h.awaitRecording(t)
	for _, room := range courts {
		if status := h.call(t, "DELETE", "/sources/"+room+"/recording", nil, nil); status != 200 {
			t.Fatalf("stop of %s: %d", room, status)
		}
	}
	var files []string
	pictured := map[string]bool{} // files that hold pictures
	var worst time.Duration
	for _, room := range courts {
		dir := h.recordingDir(t, room)
		rec := readRecording(t, dir)
		tell(t, rec)
		worst = max(worst, checkKills(t, rec, killed, back))
		checkNumbers(t, dir, rec, smallRate)
		h.verifyRecording(t, dir)
		checkFolder(t, dir, rec)
		for _, s := range rec.Segments {
			rel, err := filepath.Rel(h.dir, filepath.Join(dir, s.File))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, rel)
			pictured[rel] = s.Frames[1] > 0
		}
	}
	t.Logf("%d kills, the worst cost %v", len(killed), worst)
	played, mute := 0, 0
	for file, saw := range playInChromium(t, h.dir, files) {
		switch {
		case saw.Error != "":
			t.Errorf("Chromium, %s: %s", file, saw.Error)
		case saw.Pictures == 0 && pictured[file]:
			t.Errorf("Chromium, %s: no picture", file)
		case saw.Pictures == 0:
			mute++ // sound only: it was killed before the first keyframe
		default:
			played++
		}
	}
	t.Logf("Chromium has played %d files to their ends, and %d that hold sound only", played, mute)
	if played == 0 {
		t.Error("Chromium has shown no picture at all")
	}
}

// awayFor is how long the hub stays away after some of the kills.
const awayFor = 3 * time.Second

// checkKills holds the gaps against the kills: one each; it begins at most half a second
// before, and ends when the hub is back. It returns the most that a kill has cost.
func checkKills(t *testing.T, rec *manifest.Recording, killed, back []time.Time) (worst time.Duration) {
	t.Helper()
	n := 0
	for _, g := range rec.Gaps {
		if g.Cause != manifest.CauseHubRestart {
			if g.Start > 0 { // it may begin with one: the camera was connected later
				t.Errorf("%s: a gap at %v of %v: %s %s", rec.Source, g.Start.Duration(), (g.End() - g.Start).Duration(), g.Cause, g.Detail)
			}
			continue
		}
		if n < len(killed) {
			worst = max(worst, killed[n].Sub(rec.At(g.Start)))
			if from, to := rec.At(g.Start), rec.At(g.End()); from.After(killed[n].Add(gapSlack)) || to.Before(back[n].Add(-gapSlack)) {
				t.Errorf("%s: the gap is from %v to %v, the hub was away from %v to %v", rec.Source, from, to, killed[n].UTC(), back[n].UTC())
			}
		}
		n++
	}
	if n != len(killed) || rec.Seal.Restarts != len(killed) {
		t.Errorf("%s: %d gaps by restarts, %d restarts in the seal, %d kills", rec.Source, n, rec.Seal.Restarts, len(killed))
	}
	if worst > killCosts {
		t.Errorf("%s: a kill has cost %v", rec.Source, worst)
	}
	return worst
}

// killCosts is what a kill may cost: the part in hand, half a second, and what a busy
// machine adds between a packet's arrival and the disk.
const killCosts = 1500 * time.Millisecond

// checkFolder looks for files that the manifest does not speak of, and for a mark that
// the recording is still open.
func checkFolder(t *testing.T, dir string, rec *manifest.Recording) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.mp4"))
	if err != nil || len(found) != len(rec.Segments) {
		t.Errorf("%s: %d files for %d segments, %v", rec.Source, len(found), len(rec.Segments), err)
	}
	root := filepath.Dir(filepath.Dir(filepath.Dir(dir)))
	if _, err := os.Stat(filepath.Join(root, ".open", rec.ID)); err == nil {
		t.Errorf("%s is sealed and still marked as open", rec.ID)
	}
}
