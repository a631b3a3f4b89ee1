package signaling

import (
	"encoding/json"
	"net/http"
	"time"

	"avhub/media"
)

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("alive\n"))
}

// Readiness is the answer of /readyz.
type readiness struct {
	Ready   bool              `json:"ready"`
	Reasons map[string]string `json:"reasons,omitempty"` // by part: what is missing
	Sources map[string]int    `json:"sources"`           // by state
}

// readyz says whether the hub can do its work. A camera that is offline does
// not make it unready; a closing hub does.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	answer := readiness{Ready: true, Reasons: map[string]string{}, Sources: map[string]int{}}
	for _, st := range []media.State{media.Idle, media.Connecting, media.Live, media.Degraded, media.Offline} {
		answer.Sources[string(st)] = 0
	}
	for _, src := range s.o.Catalog.List() {
		answer.Sources[string(src.Main.State)]++
	}
	if !s.o.Hub.FFmpeg {
		answer.Reasons["ffmpeg"] = "not found: AAC sound is not converted, no snapshots; run avhub doctor"
	}
	if s.o.Recorder != nil {
		if d := s.o.Recorder.Disk(); d.Err != nil {
			answer.Reasons["recording"] = "the disk takes nothing since " + d.Since.UTC().Format(time.RFC3339) + ": " + d.Err.Error()
		}
		for source, why := range s.o.Keeper().Failed() {
			answer.Reasons["recording "+source] = why
		}
	}
	if writable, _ := s.o.Office.AuditState(); !writable {
		answer.Reasons["audit"] = "cannot be written: changes are refused, what is being watched goes on; look at the hub's log and at the disk"
	}
	status := http.StatusOK
	if s.ctx.Err() != nil {
		answer.Ready, status = false, http.StatusServiceUnavailable
		answer.Reasons["hub"] = "stopping"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the client may have gone
}
