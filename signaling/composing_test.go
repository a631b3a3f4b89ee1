package signaling_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/recorder/compose"
	"avhub/rooms"
	"avhub/signaling"
)

// composing lets the hub of the test make composed pictures.
func (h *hub) composing(t *testing.T, o *signaling.Options, ffmpeg string) {
	var err error
	if o.Composer, err = compose.New(compose.Options{Dir: t.TempDir(), FFmpeg: ffmpeg}); err != nil {
		t.Fatal(err)
	}
	closes(t, o.Composer.Close)
}

// A composed picture is made beside the evidence and put into the case file when asked
// for; it belongs to its hearing alone.
func TestAComposedPictureInACaseFile(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	path := "/api/v1/hearings/" + x.ID
	if a := h.as(t, b.judge, "POST", path+"/compositions", `{"layout":"grid"}`); a.StatusCode != 404 || a.problem(t).Code != "nothing_recorded" {
		t.Errorf("of nothing: %d %s", a.StatusCode, a.body)
	}
	h.faultyFilm(t, "court-1", hearingLabels(x))
	for who, c := range map[string]struct {
		token, body string
		want        int
	}{
		"an inspector": {b.inspector, `{"layout":"grid"}`, 403}, "another court's clerk": {b.otherClerk, `{"layout":"grid"}`, 404},
		"a spiral": {b.judge, `{"layout":"spiral"}`, 422}, "what cannot be shown": {b.judge, `{"layout":"grid","watermark":"a\u202eb"}`, 422},
	} {
		if a := h.as(t, c.token, "POST", path+"/compositions", c.body); a.StatusCode != c.want {
			t.Errorf("%s: %d %s", who, a.StatusCode, a.body)
		}
	}
	made := into[signaling.Composition](t, h.as(t, b.judge, "POST", path+"/compositions", `{"layout":"pip","main":"court-1","watermark":"供阅卷 张三"}`))
	if a := h.as(t, b.judge, "GET", path+"/export"+because+"&composed="+made.ID, ""); made.State != "done" && a.StatusCode != 409 && a.StatusCode != 200 {
		t.Errorf("before it is made: %d %.200s", a.StatusCode, a.body)
	}
	made = h.composedBy(t, b.clerk, path, made.ID)
	if made.Size == 0 || made.Layout != "pip" {
		t.Errorf("%+v", made)
	}
	a := h.as(t, b.judge, "GET", path+"/export"+because+"&composed="+made.ID, "")
	z, err := zip.NewReader(bytes.NewReader([]byte(a.body)), int64(len(a.body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("（2026）黑1102民初23号/composed.mp4")
	if err != nil {
		t.Fatal(err)
	}
	movie, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "composed.mp4")
	if err := os.WriteFile(file, movie, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", file).CombinedOutput()
	if err != nil || strings.Join(strings.Fields(string(out)), " ") != "h264 aac" {
		t.Errorf("%s, %v", out, err)
	}
	plan := x.Plan
	plan.Start = plan.Start.Add(24 * time.Hour)
	raw, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	other := into[rooms.Hearing](t, h.as(t, b.clerk, "POST", "/api/v1/hearings", string(raw)))
	h.film(t, "court-3", hearingLabels(other), true)
	for _, wrong := range []string{"/api/v1/hearings/" + other.ID + "/export" + because + "&composed=" + made.ID, path + "/export" + because + "&composed=nothing", "/api/v1/cases/" + x.Case + "/export" + because + "&composed=" + made.ID} {
		if a := h.as(t, b.judge, "GET", wrong, ""); a.StatusCode != 404 {
			t.Errorf("%s: %d", wrong, a.StatusCode)
		}
	}
	await(t, "the audit has it", func() bool {
		for _, e := range h.audited(t, b.auditor, rooms.ExportCaseFile, x.ID) {
			if e.Detail["compose"] == "pip" && e.Detail["watermark"] == "供阅卷 张三" {
				return true
			}
		}
		return false
	})
}

// composedBy waits until a picture is made, which takes as long as the machine is busy.
func (h *hub) composedBy(t *testing.T, token, path, id string) signaling.Composition {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, c := range into[items[signaling.Composition]](t, h.as(t, token, "GET", path+"/compositions", "")).Items {
			if c.ID == id && c.State == "done" {
				return c
			}
			if c.State == "failed" {
				t.Fatal(c.Why)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("waited in vain for the picture")
		}
	}
}
