package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"

	"avhub/recorder/manifest"
)

// TestAFullDiskAndBack fills the recordings' disk, 64 MiB of memory, while four cameras are
// recorded, and makes room again: a gap with its cause, an alarm in all its forms, and
// recording goes on by itself. What was recorded before stays, since it is nowhere else.
func TestAFullDiskAndBack(t *testing.T) {
	t.Parallel()
	addr := startCameras(t)
	h, disk := newHubOnSmallDisk(t)
	for _, room := range courts {
		h.add(t, map[string]string{"id": room, "url": "rtsp://" + addr + "/" + room + "_sub"})
		h.awaitFlows(t, room)
		if status := h.call(t, "POST", "/sources/"+room+"/recording", nil, nil); status != 201 {
			t.Fatalf("start of %s: %d", room, status)
		}
	}
	h.awaitRecording(t)
	await(t, longEnough, "finished files", func() bool {
		files, err := filepath.Glob(filepath.Join(disk, "court-*", "*", "*", "000002.mp4"))
		return err == nil && len(files) == len(courts)
	})
	heard := h.listen(t)
	if answer := h.ready(t); len(answer.Reasons) != 0 {
		t.Errorf("before: %v", answer.Reasons)
	}
	sealed := filesIn(t, disk, "000001.mp4")

	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	for _, room := range courts {
		await(t, 2*longEnough, "the gap of "+room, func() bool {
			r := h.recordingOf(t, room)
			return r.State == "gap" && len(r.Running) == 1 && r.Running[0].Gap == string(manifest.CauseDisk)
		})
	}
	if answer := h.ready(t); !strings.Contains(answer.Reasons["recording"], "no space left") {
		t.Errorf("with a full disk readyz says %v", answer.Reasons)
	}
	if n := h.metric(t, "avhub_recording_disk_failed"); n != 1 {
		t.Errorf("avhub_recording_disk_failed is %v with a full disk", n)
	}
	await(t, longEnough, "events of the gap", func() bool {
		return heard.count(func(e event) bool {
			return e.Type == "recording.gap" && strings.Contains(string(e.Data), `"cause":"disk"`)
		}) >= len(courts)
	})

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	h.awaitRecording(t)
	await(t, longEnough, "readyz to be content", func() bool { return len(h.ready(t).Reasons) == 0 })
	if n := h.metric(t, "avhub_recording_disk_failed"); n != 0 {
		t.Errorf("avhub_recording_disk_failed is %v with room again", n)
	}
	for file, size := range filesIn(t, disk, "000001.mp4") {
		if sealed[file] != size {
			t.Errorf("%s has %d bytes, it had %d", file, size, sealed[file])
		}
		delete(sealed, file)
	}
	for file := range sealed {
		t.Errorf("%s has gone, and is nowhere else", file)
	}
	for _, room := range courts {
		if status := h.call(t, "DELETE", "/sources/"+room+"/recording", nil, nil); status != 200 {
			t.Fatalf("stop of %s: %d", room, status)
		}
	}
	// The disk goes with the hub: look at a copy.
	if err := os.CopyFS(filepath.Join(h.dir, "recordings"), os.DirFS(disk)); err != nil {
		t.Fatal(err)
	}
	for _, room := range courts {
		dir := h.recordingDir(t, room)
		rec := readRecording(t, dir)
		tell(t, rec)
		if len(rec.Gaps) == 0 {
			t.Errorf("%s: no gap", room)
		}
		for _, g := range rec.Gaps {
			if g.Cause != manifest.CauseDisk {
				t.Errorf("%s: a gap at %v of %v: %s %s", room, g.Start.Duration(), (g.End() - g.Start).Duration(), g.Cause, g.Detail)
			}
		}
		checkNumbers(t, dir, rec, smallRate)
		h.verifyRecording(t, dir)
		checkFolder(t, dir, rec)
	}
}

// newHubOnSmallDisk starts a hub whose recordings are on a disk of 64 MiB, in a mount
// namespace of its own, for which one need not be root. It returns the disk as it is seen
// from here, while the hub runs.
func newHubOnSmallDisk(t *testing.T) (*hub, string) {
	t.Helper()
	h := &hub{dir: t.TempDir(), http: freeAddr(t), rtsp: freeAddr(t)}
	mount := filepath.Join(h.dir, "small")
	if err := os.Mkdir(mount, 0o700); err != nil {
		t.Fatal(err)
	}
	h.env = append(os.Environ(),
		"AVHUB_HTTP_LISTEN="+h.http, "AVHUB_RTSP_LISTEN="+h.rtsp, "AVHUB_WEBRTC_LISTEN="+freeAddr(t), "AVHUB_DATA_DIR="+h.dir,
		"AVHUB_RECORDING_DIR="+mount, "AVHUB_RECORDING_SEGMENT=5s")
	h.makeBoss(t)
	h.out = &output{}
	h.cmd = exec.Command("unshare", "-rm", "sh", "-c", `mount -t tmpfs -o size=64m avhub "$1" && exec "$2" serve`, "sh", mount, binary(t))
	h.cmd.Env, h.cmd.Stdout, h.cmd.Stderr = h.env, h.out, h.out
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.end(t, syscall.SIGTERM)
		if t.Failed() {
			t.Logf("the hub said:\n%s", h.out)
		}
	})
	h.out.await(t, regexp.MustCompile(`avhub is running`))
	return h, fmt.Sprintf("/proc/%d/root%s", h.cmd.Process.Pid, mount)
}

// fill takes all room of a disk but a little.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var disk syscall.Statfs_t
	if err := syscall.Fstatfs(int(f.Fd()), &disk); err != nil {
		t.Fatal(err)
	}
	if disk.Blocks*uint64(disk.Bsize) != 64<<20 {
		t.Fatalf("the disk has %d bytes", disk.Blocks*uint64(disk.Bsize))
	}
	left := int64(disk.Bavail)*int64(disk.Bsize) - 200<<10
	if _, err := io.CopyN(f, zeros{}, left); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// filesIn are the files of a name with their sizes.
func filesIn(t *testing.T, disk, name string) map[string]int64 {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(disk, "*", "*", "*", name))
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string]int64{}
	for _, file := range found {
		st, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		sizes[file] = st.Size()
	}
	return sizes
}

// readiness is what /readyz answers.
type readiness struct{ Reasons map[string]string }

func (h *hub) ready(t *testing.T) readiness {
	t.Helper()
	answer, err := h.do("GET", "/readyz", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var r readiness
	if err := json.NewDecoder(answer.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

// event is what GET /api/v1/events sends.
type event struct {
	Type string
	Data json.RawMessage
}

// events are those that were heard up to now.
type events struct {
	mu  sync.Mutex
	all []event
}

func (e *events) count(which func(event) bool) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, one := range e.all {
		if which(one) {
			n++
		}
	}
	return n
}

// listen follows the hub's events until the test ends.
func (h *hub) listen(t *testing.T) *events {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+h.http+"/api/v1/events", http.Header{"Authorization": {"Bearer " + h.token}})
	if err != nil {
		t.Fatal(err)
	}
	e, ended := &events{}, make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var one event
			if conn.ReadJSON(&one) != nil {
				return // it was closed
			}
			e.mu.Lock()
			e.all = append(e.all, one)
			e.mu.Unlock()
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-ended })
	return e
}
