package signaling_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"avhub/media/mediatest"
	"avhub/media/sources"
	"avhub/signaling"
)

// publish makes a browser publish by WHIP until the test or its session ends;
// it returns the session's address.
func (h *hub) publish(t *testing.T, id string) string {
	t.Helper()
	p, err := mediatest.NewPublisher()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	t.Cleanup(func() {
		stop()
		running.Wait()
		_ = p.PC.GracefulClose() // nothing can be done about it
	})
	offer, err := p.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := h.offer(t, "/whip/"+id, offer)
	if a.StatusCode != http.StatusCreated {
		t.Fatalf("WHIP: %d %s", a.StatusCode, a.body)
	}
	if err := p.Accept(a.body); err != nil {
		t.Fatal(err)
	}
	running.Go(func() {
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return a.Header.Get("Location")
}

func TestWHIPPublishes(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	session := h.publish(t, "field-1")
	h.awaitState(t, "field-1", "live")
	await(t, "a picture", func() bool {
		var s signaling.Source
		h.api(t, "GET", "/sources/field-1", nil, http.StatusOK, &s)
		return s.Kind == "push" && s.Main.Video != nil && s.Main.Video.Codec == "H264" && s.Main.Video.Width == 640 &&
			s.Main.Audio != nil && s.Main.Audio.SampleRate == 48000 && s.Main.Packets > 0
	})
	if a := h.offer(t, "/whep/field-1", recorded(t, "chrome-viewer")); a.StatusCode != http.StatusCreated {
		t.Errorf("a viewer is answered %d %s", a.StatusCode, a.body)
	}

	second := h.offer(t, "/whip/field-1", recorded(t, "obs-publisher"))
	if second.StatusCode != http.StatusConflict || second.problem(t).Code != "already_fed" {
		t.Errorf("a second publisher is answered %d %s", second.StatusCode, second.body)
	}

	if a := h.ask(t, "DELETE", session, ""); a.StatusCode != http.StatusOK {
		t.Errorf("DELETE: %d %s", a.StatusCode, a.body)
	}
	h.awaitState(t, "field-1", "offline")
	h.publish(t, "field-1") // and the next may come
	h.awaitState(t, "field-1", "live")
}

func TestWHIPSaysWhyNot(t *testing.T) {
	t.Parallel()
	h := newHub(t, push, offline)
	video := "m=video 9 UDP/TLS/RTP/SAVPF 96"
	for name, c := range map[string]struct {
		door, sdp string
		status    int
		code      string
	}{
		"unknown source":          {"/whip/nowhere", recorded(t, "obs-publisher"), 404, "unknown_source"},
		"a source that is pulled": {"/whip/away", recorded(t, "obs-publisher"), 409, "not_push"},
		"an offer to receive":     {"/whip/field-1", recorded(t, "chrome-viewer"), 400, "bad_sdp"},
		"no codec that goes on":   {"/whip/field-1", strings.NewReplacer("H264/", "H265/", "OPUS/", "mp3/").Replace(recorded(t, "obs-publisher")), 406, "no_common_codec"},
		"two pictures":            {"/whip/field-1", strings.NewReplacer(video, "m=video 9 UDP/TLS/RTP/SAVPF 97\r\na=mid:2\r\na=sendonly\r\n"+video).Replace(recorded(t, "obs-publisher")), 400, "bad_sdp"},
		"nonsense":                {"/whip/field-1", "hello", 400, "bad_sdp"},
	} {
		t.Run(name, func(t *testing.T) {
			a := h.offer(t, c.door, c.sdp)
			if a.StatusCode != c.status {
				t.Fatalf("%d, want %d: %s", a.StatusCode, c.status, a.body)
			}
			if p := a.problem(t); p.Code != c.code {
				t.Errorf("code %s, want %s: %s", p.Code, c.code, p.Detail)
			}
		})
	}
	if line, err := h.set.Line("field-1", sources.Main); err != nil || line.Stream().Fed() {
		t.Errorf("one of them took the source: %v", err)
	}
}
