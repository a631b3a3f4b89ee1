package signaling_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"avhub/signaling"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	h := newHub(t, push, offline)
	if a := h.ask(t, "GET", "/healthz", ""); a.StatusCode != http.StatusOK || a.body != "alive\n" {
		t.Errorf("healthz: %d %s", a.StatusCode, a.body)
	}
	h.awaitState(t, "away", "offline")
	var ready struct {
		Ready   bool
		Reasons map[string]string
		Sources map[string]int
	}
	a := h.ask(t, "GET", "/readyz", "")
	if err := json.Unmarshal([]byte(a.body), &ready); err != nil {
		t.Fatal(err)
	}
	// Cameras that are away do not make the hub unready.
	if a.StatusCode != http.StatusOK || !ready.Ready || len(ready.Reasons) != 0 || ready.Sources["offline"] != 2 || ready.Sources["live"] != 0 {
		t.Errorf("readyz: %d %s", a.StatusCode, a.body)
	}
}

func TestTheHubTellsOfItself(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	var hub signaling.Hub
	h.api(t, "GET", "/hub", nil, http.StatusOK, &hub)
	if hub.Version != "1.2.3" || !hub.FFmpeg || hub.RTSPPort != 8554 || time.Since(hub.Time).Abs() > time.Minute || time.Since(hub.Started).Abs() > time.Minute {
		t.Errorf("%+v", hub)
	}
}
