package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"avhub/rooms/store/pgtest"
)

// tryRun runs a command of avhub and returns what it says, and its exit code.
func (h *hub) tryRun(t *testing.T, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary(t), args...)
	var said bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = h.env, &said, &said
	err := cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return said.String(), cmd.ProcessState.ExitCode()
}

// A backup is made while the hub works; what was acknowledged before it began is
// there in the hub that it is restored into, and its audit is whole.
func TestBackUpARunningHubAndRestoreIt(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			database := func() []string {
				if kind == "postgres" {
					return []string{"AVHUB_DATABASE_URL=" + pgtest.Database(t)}
				}
				return nil
			}
			h := newHubIn(t, database())
			h.add(t, map[string]string{"id": "gate", "name": "大门", "court": "heihe"})

			// Courts are added all the time.
			var mu sync.Mutex
			var known []string
			stop := make(chan struct{})
			var writing sync.WaitGroup
			for w := range 3 {
				writing.Go(func() {
					for n := 0; ; n++ {
						select {
						case <-stop:
							return
						default:
						}
						id := fmt.Sprintf("c%d-%d", w, n)
						status := h.call(t, "POST", "/courts", map[string]string{"id": id, "name": "法院" + id, "parent": "heihe"}, nil)
						if status != http.StatusCreated {
							t.Errorf("add court %s: %d", id, status)
							return
						}
						mu.Lock()
						known = append(known, id)
						mu.Unlock()
					}
				})
			}
			await(t, 20*time.Second, "some courts", func() bool { mu.Lock(); defer mu.Unlock(); return len(known) > 20 })
			mu.Lock()
			before := append([]string{}, known...)
			mu.Unlock()
			file := filepath.Join(t.TempDir(), "hub.tar.gz")
			if said, code := h.tryRun(t, "backup", file); code != 0 || !strings.Contains(said, "SHA-256") || strings.Contains(said, "does not verify") {
				t.Fatalf("%d %s", code, said)
			}
			close(stop)
			writing.Wait()
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v %v", info, err)
			}
			if said, code := h.tryRun(t, "backup", file); code != 1 || !strings.Contains(said, "is there already") {
				t.Errorf("overwritten: %d %s", code, said)
			}
			if said, code := h.tryRun(t, "restore", "--check", file); code != 0 || !strings.Contains(said, "can be restored") {
				t.Errorf("%d %s", code, said)
			}
			// Not under a hub that runs, not beside it, and not over it unasked.
			if said, code := h.tryRun(t, "restore", "--force", file); code != 1 || !strings.Contains(said, "another avhub works on it (process ") {
				t.Errorf("under a running hub: %d %s", code, said)
			}
			if said, code := h.tryRun(t, "serve"); code != 1 || !strings.Contains(said, "another avhub works on it") {
				t.Errorf("two hubs on one folder: %d %s", code, said)
			}
			h.end(t, syscall.SIGTERM)
			if said, code := h.tryRun(t, "restore", file); code != 1 || !strings.Contains(said, "--force") {
				t.Errorf("over data: %d %s", code, said)
			}

			// Into a new house.
			fresh := &hub{dir: t.TempDir(), http: freeAddr(t), rtsp: freeAddr(t), args: []string{"serve"}, token: h.token}
			fresh.env = append(append(os.Environ(), "AVHUB_HTTP_LISTEN="+fresh.http, "AVHUB_RTSP_LISTEN="+fresh.rtsp, "AVHUB_WEBRTC_LISTEN="+freeAddr(t), "AVHUB_DATA_DIR="+fresh.dir), database()...)
			if said, code := fresh.tryRun(t, "restore", file); code != 0 || !strings.Contains(said, "restored into") {
				t.Fatalf("%d %s", code, said)
			}
			fresh.start(t)
			t.Cleanup(func() { fresh.end(t, syscall.SIGTERM) })
			var courts struct{ Items []struct{ ID string } }
			if status := fresh.call(t, "GET", "/courts", nil, &courts); status != http.StatusOK {
				t.Fatalf("courts: %d: tokens are in a backup", status)
			}
			have := map[string]bool{}
			for _, c := range courts.Items {
				have[c.ID] = true
			}
			for _, id := range before {
				if !have[id] {
					t.Errorf("%s was acknowledged before the backup and is not in it", id)
				}
			}
			var gate source
			if status := fresh.call(t, "GET", "/sources/gate", nil, &gate); status != http.StatusOK || gate.Name != "大门" {
				t.Errorf("source: %d %+v", status, gate)
			}
			if status := fresh.call(t, "POST", "/courts", map[string]string{"id": "afterwards", "name": "之后", "parent": "heihe"}, nil); status != http.StatusCreated {
				t.Errorf("the restored hub cannot be changed: %d", status)
			}
			// What the command line has done is on its way to the ledger.
			said := func() string {
				lines, err := os.ReadFile(filepath.Join(fresh.dir, "audit", "000001.jsonl"))
				if err != nil {
					t.Fatal(err)
				}
				return string(lines)
			}
			await(t, 10*time.Second, "backup and restore in the audit", func() bool {
				return strings.Contains(said(), `"action":"backup"`) && strings.Contains(said(), `"action":"restore"`)
			})
			fresh.end(t, syscall.SIGTERM)
			if said, code := fresh.tryRun(t, "verify", filepath.Join(fresh.dir, "audit"), "--key", filepath.Join(h.dir, "audit", "ledger.pub")); code != 0 {
				t.Errorf("audit: %d %s", code, said)
			}
			for what, times := range map[string]int{`"action":"backup"`: 1, `"action":"restore"`: 1, `"id":"afterwards"`: 1, `"id":"` + before[0] + `"`: 1} {
				if n := strings.Count(said(), what); n != times {
					t.Errorf("%s stands %d times in the audit, not %d", what, n, times)
				}
			}
		})
	}
}
