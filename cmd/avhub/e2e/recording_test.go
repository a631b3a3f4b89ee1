package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"avhub/recorder/manifest"
)

// recordingNow is how the API says that a source is being recorded.
type recordingNow struct {
	State   string
	Running []struct {
		ID    string
		Bytes int64
		Gap   string
	}
}

// TestARecordingGoesOnAfterAKill records a demo camera by hand, kills the hub, starts it
// again, and stops: one recording, whole but for a named gap, in files that play.
func TestARecordingGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	h := newHub(t, "--demo", "--demo-cameras", freeAddr(t))
	h.awaitState(t, "court-1", "live")
	const path = "/sources/court-1/recording"
	if status := h.call(t, "POST", path, nil, nil); status != 201 {
		t.Fatalf("start: %d", status)
	}
	if status := h.call(t, "POST", path, nil, nil); status != 409 {
		t.Errorf("a second start: %d", status)
	}
	running := func() (r recordingNow) {
		h.call(t, "GET", path, nil, &r)
		return r
	}
	await(t, 10*time.Second, "bytes in a file", func() bool {
		r := running()
		return len(r.Running) == 1 && r.Running[0].Bytes > 10_000
	})
	id := running().Running[0].ID
	h.end(t, syscall.SIGKILL)
	h.start(t)
	started := time.Now()
	await(t, 15*time.Second, "the same recording to go on", func() bool {
		r := running()
		return r.State == "recording" && len(r.Running) == 1 && r.Running[0].ID == id && r.Running[0].Bytes > 10_000
	})
	t.Logf("recording again %v after the start", time.Since(started).Round(time.Millisecond))
	if n := h.metric(t, `avhub_recording_active{source="court-1",for="hand"}`); n != 1 {
		t.Errorf("avhub_recording_active is %v", n)
	}
	if status := h.call(t, "DELETE", path, nil, nil); status != 200 {
		t.Fatalf("stop: %d", status)
	}
	if s := running().State; s != "off" {
		t.Errorf("after the stop it is %s", s)
	}
	checkRecording(t, h, id)
}

func checkRecording(t *testing.T, h *hub, id string) {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(h.dir, "recordings", "court-1", "*", id))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("folders of %s: %v, %v", id, dirs, err)
	}
	rec, err := manifest.Read(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	if rec.Seal == nil || rec.Seal.Restarts != 1 || len(rec.Gaps) != 1 || rec.Gaps[0].Cause != manifest.CauseHubRestart {
		t.Errorf("sealed %v, gaps %+v", rec.Seal != nil, rec.Gaps)
	}
	if asked := rec.Asked.Sub(rec.Zero); asked < 0 || asked > 5*time.Second {
		t.Errorf("it begins %v before it was asked for", asked)
	}
	for _, s := range rec.Segments {
		file := filepath.Join(dirs[0], s.File)
		out, err := exec.Command("ffprobe", "-v", "error", "-count_packets", "-select_streams", "v", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", s.File, err, out)
		}
		if got := strings.TrimSpace(strings.Split(string(out), "\n")[0]); got == "" || got == "0" {
			t.Errorf("%s holds %q pictures", s.File, got)
		}
		if out, err := exec.Command("ffmpeg", "-nostdin", "-v", "fatal", "-i", file, "-f", "null", "-").CombinedOutput(); err != nil {
			t.Errorf("%s does not play: %v: %s", s.File, err, out)
		}
	}
}
