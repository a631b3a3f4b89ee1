package signaling_test

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"avhub/media/rtsp/rawcam"
	"avhub/signaling"
)

func TestProbeSaysWhatACameraSends(t *testing.T) {
	t.Parallel()
	c := cameras(t, "court-2")
	h := newHub(t)
	var r signaling.ProbeResult
	h.api(t, "POST", "/sources/probe", fields{"url": c.URL("court-2")}, http.StatusOK, &r)
	if !r.OK || r.Cause != nil || r.Transport == "" || r.ElapsedMS <= 0 || r.FirstKeyframeMS <= 0 ||
		r.Video == nil || r.Video.Codec != "H264" || r.Video.Width != 1280 || r.Audio == nil || r.Audio.Codec != "AAC" || len(r.Findings) == 0 {
		t.Errorf("%+v", r)
	}
}

func TestProbeSaysWhyNot(t *testing.T) {
	t.Parallel()
	c := cameras(t, "court-1")
	h := newHub(t)
	for name, url := range map[string]string{
		"not_found":    c.URL("attic"),
		"unauthorized": strings.Replace(c.URL("court-1"), password, "wrong", 1),
		"refused":      "rtsp://127.0.0.1:1/x",
	} {
		var r signaling.ProbeResult
		h.api(t, "POST", "/sources/probe", fields{"url": url}, http.StatusOK, &r)
		if r.OK || r.Cause == nil || r.Cause.Code != name || r.Cause.Detail == "" {
			t.Errorf("%s: %+v", name, r.Cause)
		}
	}
	for _, url := range []string{"", "http://10.0.0.5/x", "rtsp://"} {
		p := h.api(t, "POST", "/sources/probe", fields{"url": url}, http.StatusUnprocessableEntity, nil).problem(t)
		if !slices.ContainsFunc(p.Errors, func(e signaling.FieldError) bool { return e.Location == "body.url" }) {
			t.Errorf("%q: %+v", url, p)
		}
	}
}

func TestProbesAreLimited(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	silent := rawcam.Start(t, rawcam.Habits{HangAt: "DESCRIBE"})
	var probes sync.WaitGroup
	for range 4 {
		probes.Go(func() {
			h.ask(t, "POST", "/api/v1/sources/probe", `{"url":"`+silent.URL("/x")+`"}`, "Content-Type", "application/json")
		})
	}
	await(t, "four probes under way", func() bool { return silent.Connections() == 4 })
	if p := h.api(t, "POST", "/sources/probe", fields{"url": silent.URL("/x")}, http.StatusTooManyRequests, nil).problem(t); p.Code != "too_many_probes" {
		t.Errorf("%+v", p)
	}
	silent.Close()
	probes.Wait()
	var r signaling.ProbeResult
	h.api(t, "POST", "/sources/probe", fields{"url": silent.URL("/x")}, http.StatusOK, &r)
}

func TestSnapshotIsThePicture(t *testing.T) {
	t.Parallel()
	h := court(t)
	h.awaitState(t, "court-1", "live")
	for query, width := range map[string]int{"": 640, "?width=320": 320, "?stream=main&width=3840": 1280} {
		var a *answer
		await(t, "a keyframe", func() bool {
			a = h.ask(t, "GET", "/api/v1/sources/court-1/snapshot.jpg"+query, "")
			return a.StatusCode != http.StatusConflict
		})
		picture, err := jpeg.Decode(bytes.NewReader([]byte(a.body)))
		if err != nil || a.Header.Get("Content-Type") != "image/jpeg" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s %v", query, a.StatusCode, a.Header.Get("Content-Type"), err)
			continue
		}
		if got := picture.Bounds(); got.Dx() != width || got.Dy() != width*9/16 {
			t.Errorf("%s: %v", query, got)
		}
	}
}

func TestSnapshotSaysWhyNot(t *testing.T) {
	t.Parallel()
	h := newHub(t, push, offline)
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"nowhere/snapshot.jpg":           {404, "unknown_source"},
		"away/snapshot.jpg":              {409, "not_live"},
		"field-1/snapshot.jpg":           {409, "not_live"},
		"away/snapshot.jpg?width=5":      {422, "invalid"},
		"away/snapshot.jpg?width=100000": {422, "invalid"},
		"away/snapshot.jpg?stream=best":  {422, "invalid"},
		"away/snapshot.jpg?width=';ls'":  {422, "invalid"},
	} {
		if p := h.api(t, "GET", "/sources/"+path, nil, want.status, nil).problem(t); p.Code != want.code {
			t.Errorf("%s: %+v", path, p)
		}
	}
}
