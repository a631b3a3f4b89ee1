package e2e

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"avhub/cmd/avhub/whepclient"
)

func TestWhatTheAPIChangedSurvivesAKill(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.add(t, map[string]string{"id": "hall", "name": "大厅", "url": "rtsp://viewer:s3cret@127.0.0.1:1/hall"})
	if status := h.call(t, "PATCH", "/sources/hall", map[string]string{"name": "诉讼服务大厅"}, nil); status != http.StatusOK {
		t.Fatalf("PATCH: %d", status)
	}
	h.add(t, map[string]string{"id": "gone", "url": "rtsp://127.0.0.1:1/gone"})
	if status := h.call(t, "DELETE", "/sources/gone", nil, nil); status != http.StatusNoContent {
		t.Fatalf("DELETE: %d", status)
	}
	h.end(t, syscall.SIGKILL)
	h.start(t)
	var list struct{ Items []source }
	h.call(t, "GET", "/sources", nil, &list)
	if len(list.Items) != 1 || list.Items[0].ID != "hall" || list.Items[0].Name != "诉讼服务大厅" {
		t.Fatalf("after the restart: %+v", list.Items)
	}
	if strings.Contains(h.out.String(), "s3cret") {
		t.Error("the log has the password")
	}
}

func TestStopIsGraceful(t *testing.T) {
	t.Parallel()
	h := newHub(t, "--demo", "--demo-cameras", freeAddr(t))
	h.awaitState(t, "court-1", "live")
	v, err := whepclient.Watch(t.Context(), whepclient.Options{URL: h.whep("court-1"), Sound: true})
	if err != nil {
		t.Fatal(err)
	}
	<-v.Keyframe()
	took := h.end(t, syscall.SIGTERM)
	if took > 10*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if code := h.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ended with %d:\n%s", code, h.out)
	}
	v.Vanish()
}

func TestACameraThatIsKilledIsBackWithin3s(t *testing.T) {
	t.Parallel()
	addr := freeAddr(t)
	yard := func() func() {
		cmd, out := startAvhub(t, nil, "camera", "--listen", addr, "yard=demo:court-1")
		out.await(t, listening)
		return func() { stop(t, cmd, syscall.SIGKILL) }
	}
	kill := yard()
	h := newHub(t)
	h.add(t, map[string]string{"id": "yard", "url": "rtsp://" + addr + "/yard"})
	h.awaitFlows(t, "yard")
	v, err := whepclient.Watch(t.Context(), whepclient.Options{URL: h.whep("yard"), Sound: true})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Vanish()
	<-v.Keyframe()

	kill()
	h.awaitState(t, "yard", "offline")
	before := v.Packets()
	kill = yard()
	defer kill()
	await(t, 3*time.Second, "packets at the viewer that was there before", func() bool { return v.Packets() > before+50 })
}
