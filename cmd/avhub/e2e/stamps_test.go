package e2e

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"avhub/recorder/stamp/tsatest"
)

// TestStampsAreAskedForAfterARestart: the authority is away while a camera is recorded
// and the hub is killed. When both are back, all that waited is stamped, and verifies.
func TestStampsAreAskedForAfterARestart(t *testing.T) {
	t.Parallel()
	authority, err := tsatest.New(tsatest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	authority.Away(true)
	server := httptest.NewServer(authority)
	t.Cleanup(server.Close)
	roots := filepath.Join(t.TempDir(), "tsa.pem")
	if err := os.WriteFile(roots, authority.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHubIn(t, []string{"AVHUB_RECORDING_TSA_URL=" + server.URL, "AVHUB_RECORDING_TSA_CA=" + roots}, "--demo", "--demo-cameras", freeAddr(t))
	h.awaitState(t, "court-1", "live")
	const path = "/sources/court-1/recording"
	if status := h.call(t, "POST", path, nil, nil); status != 201 {
		t.Fatalf("start: %d", status)
	}
	await(t, longEnough, "bytes in a file", func() bool {
		r := h.recordingOf(t, "court-1")
		return len(r.Running) == 1 && r.Running[0].Bytes > 10_000
	})
	dir := h.recordingDir(t, "court-1")
	if status := h.call(t, "DELETE", path, nil, nil); status != 200 {
		t.Fatalf("stop: %d", status)
	}
	await(t, longEnough, "a stamp to wait", func() bool { return h.metric(t, "avhub_time_stamps_waiting") > 0 })
	h.end(t, syscall.SIGKILL)

	authority.Away(false)
	h.start(t)
	await(t, longEnough, "the stamps", func() bool {
		return h.metric(t, "avhub_time_stamps_total") > 0 && h.metric(t, "avhub_time_stamps_waiting") == 0
	})
	out, err := exec.Command(binary(t), "verify", dir, "--key", filepath.Join(dir, "ledger.pub"), "--tsa-ca", roots).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !strings.Contains(string(out), "(trusted)") {
		t.Errorf("verify trusts no stamp: %s", out)
	}
	t.Log(string(out))
}
