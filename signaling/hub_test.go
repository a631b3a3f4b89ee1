package signaling_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"avhub/configs"
	"avhub/media/relay"
	"avhub/media/rtsp"
	"avhub/media/rtsp/camera"
	"avhub/media/sources"
	"avhub/media/transcode"
	"avhub/media/webrtc"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/hall"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hub is what avhub serve builds, with its doors on a free port.
type hub struct {
	url string // http://host:port
	log *logText
	set *sources.Set

	loud  rtsp.Desk
	meets *hall.Hall
	doors *signaling.Server
	court *people
	films string // folder of recordings
	boss  string // token of somebody who may everything

	annexed *annexed
}

// newHub starts a hub with sources of its configuration file.
func newHub(t *testing.T, fromFile ...configs.Source) *hub {
	t.Helper()
	return newHubWith(t, variation{}, fromFile...)
}

// variation is what is different about a hub.
type variation struct {
	options func(*signaling.Options)
	roles   []office.RoleRule // of the identity provider
}

// newHubWith starts a hub that is different.
func newHubWith(t *testing.T, v variation, fromFile ...configs.Source) *hub {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal("the tests need ffmpeg: make setup-test installs it")
	}
	h := &hub{log: &logText{}}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	transcoder := transcode.New(transcode.Options{FFmpeg: ffmpeg, Log: log})
	closes(t, transcoder.Close)

	events := signaling.NewEvents(time.Now())
	catalog, set := newCatalog(t, configs.NewSourceStore(t.TempDir()), events, log)
	h.set = set
	h.films = t.TempDir()
	library := playback.New(playback.Options{Dir: h.films, Log: log, Picture: func(ctx context.Context, mp4 []byte, width int) ([]byte, error) {
		return transcode.SnapshotOf(ctx, ffmpeg, mp4, width)
	}})
	var meets atomic.Pointer[hall.Hall]
	h.court = newCourt(t, catalog, signaling.RecordingFacts(library), func(kind string, o rooms.Object, data any) {
		events.HearingChanged(kind, o, data)
		meets.Load().HearingChanged(o.ID)
	}, log, v.roles...)
	h.boss = h.court.boss()
	browsers, err := webrtc.NewServer(webrtc.Options{Listen: "127.0.0.1:0", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	closes(t, browsers.Close)
	viewers := relay.New(relay.Options{Sources: h.set, WebRTC: browsers, Transcoder: transcoder, Log: log})
	catalog.CountViewers(viewers.Viewers)
	meets.Store(hall.New(hall.Options{
		Office: h.court.office, WebRTC: browsers, Relay: viewers, Transcoder: transcoder, Line: set.Line, Cameras: catalog.CamerasOf, Talk: catalog.Talks(&h.loud), Log: log,
	}))
	h.meets = meets.Load()
	closes(t, h.meets.Close)

	o := signaling.Options{
		Hub:    signaling.Hub{Version: "1.2.3", FFmpeg: true, RTSPPort: 8554, Started: time.Now()},
		Office: h.court.office, Catalog: catalog, Library: library, Relay: viewers, WebRTC: browsers, Hall: meets.Load(), ThisMachine: true, Origins: []string{"https://portal.example.cn"},
		ICE:    signaling.ICE{Servers: []webrtc.ICEServer{{URLs: []string{"stun:stun.court.example"}}}, Log: log},
		Pages:  http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!doctype html>") }),
		FFmpeg: ffmpeg, Transcoders: transcoder.Running, Log: log,
	}
	h.annexing(t, &o)
	h.composing(t, &o, ffmpeg)
	if v.options != nil {
		v.options(&o)
	}
	doors := signaling.NewServer(o)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.doors = doors
	h.url = "http://" + listener.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := doors.Serve(listener); err != nil {
			t.Error(err)
		}
	})
	closes(t, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		defer serving.Wait()
		return doors.Close(ctx)
	})
	if err := catalog.Load(fromFile); err != nil {
		t.Fatal(err)
	}
	return h
}

func newCatalog(t *testing.T, store *configs.SourceStore, events *signaling.Events, log *slog.Logger) (*signaling.Catalog, *sources.Set) {
	t.Helper()
	var catalog *signaling.Catalog
	set := sources.New(sources.Options{Log: log, Changed: func(id string) { catalog.Changed(id) }})
	catalog = signaling.NewCatalog(set, store, events)
	closes(t, func() error { set.Close(); return nil })
	return catalog, set
}

func closes(t *testing.T, close func() error) {
	t.Helper()
	t.Cleanup(func() {
		if err := close(); err != nil {
			t.Error(err)
		}
	})
}

// logText keeps what the hub logs.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// The cameras' user and password.
const user, password = "viewer", "k3ep-0ut"

// cameras are the rooms of the demo court behind a password.
func cameras(t *testing.T, rooms ...string) *camera.Server {
	t.Helper()
	o := camera.Options{Listen: "127.0.0.1:0", User: user, Password: password}
	for _, room := range rooms {
		channel, err := camera.DemoChannel(room)
		if err != nil {
			t.Fatal(err)
		}
		o.Channels = append(o.Channels, channel)
	}
	server, err := camera.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	closes(t, func() error { server.Close(); return nil })
	return server
}

// source is a source of the configuration file.
func source(id, url string) configs.Source {
	s := configs.DefaultSource()
	s.ID, s.Name, s.URL = id, id, configs.URL(url)
	return s
}

// Sources that need no camera.
var (
	offline = source("away", "rtsp://"+user+":"+password+"@127.0.0.1:1/x") // nobody listens there
	push    = source("field-1", "")
)

// answer is an answer that has been read.
type answer struct {
	*http.Response
	body string
}

// problem is the answer's problem; it fails if it is none.
func (a *answer) problem(t *testing.T) signaling.Problem {
	t.Helper()
	var p signaling.Problem
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%s %s: Content-Type %s", a.Request.Method, a.Request.URL.Path, got)
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if p.Status != a.StatusCode || p.Title == "" || p.Detail == "" || p.Code == "" {
		t.Errorf("%s %s: %d with the problem %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body)
	}
	return p
}

// ask sends a request; headers are pairs of name and value.
func (h *hub) ask(t *testing.T, method, path, body string, headers ...string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.boss)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &answer{got, string(text)}
}

// api asks the API with JSON, expects a status, and reads the answer into out
// unless that is nil.
func (h *hub) api(t *testing.T, method, path string, in any, want int, out any) *answer {
	t.Helper()
	var body string
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = string(raw)
	}
	a := h.ask(t, method, "/api/v1"+path, body, "Content-Type", "application/json")
	if a.StatusCode != want {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, a.StatusCode, want, a.body)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(a.body), out); err != nil {
			t.Fatalf("%v: %s", err, a.body)
		}
	}
	return a
}

// awaitState waits until a source's main stream is in a state.
func (h *hub) awaitState(t *testing.T, id, state string) {
	t.Helper()
	await(t, id+" is "+state, func() bool {
		var s signaling.Source
		h.api(t, "GET", "/sources/"+id, nil, http.StatusOK, &s)
		return s.Main.State == state
	})
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("waited in vain for: " + what)
		}
	}
}
