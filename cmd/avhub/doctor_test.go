package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"avhub/configs"
	"avhub/media"
	"avhub/media/rtsp"
)

// testDoctor lives in a world where all is well but what a test changes.
func testDoctor(t *testing.T) *doctor {
	t.Helper()
	bin := t.TempDir()
	program(t, bin, "ffmpeg", `case "$2" in -version) echo "ffmpeg version 7.1 Copyright (c) 2000";; *) echo " A..... libopus  x"; echo " V..... libx264  y"; echo " T.C drawtext  V->V";; esac`)
	program(t, bin, "timedatectl", "echo yes")
	return &doctor{
		now: func() time.Time { return time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC) },
		look: func(name string) (string, error) {
			path := filepath.Join(bin, name)
			_, err := os.Stat(path)
			return path, err
		},
		probe: func(_ context.Context, url string, _ rtsp.Transport) rtsp.Report {
			if strings.Contains(url, "dead") {
				return rtsp.Report{Cause: &media.Cause{Code: media.CauseRefused, Detail: "nothing listens at dead:554: is the camera on?"}}
			}
			return rtsp.Report{Transport: "tcp", Findings: []rtsp.Finding{{Code: "b_frames", Level: "warn", Detail: "it sends B-frames"}}}
		},
	}
}

func program(t *testing.T, dir, name, script string) {
	t.Helper()
	// Written under another name and moved: a program that is being written cannot be run.
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path+".new", []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// examined is the doctor's text on a configuration whose ports are free ones.
func examined(t *testing.T, d *doctor, yaml string) (string, findings) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "avhub.yaml")
	text := "data_dir: " + filepath.Join(dir, "data") + "\n" + yaml
	for _, section := range []string{"http", "rtsp", "webrtc"} {
		if !strings.Contains(yaml, section+":") {
			text += section + `: {listen: "127.0.0.1:0"}` + "\n"
		}
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all := d.examine(t.Context(), path, nil)
	var out bytes.Buffer
	all.write(&out)
	return out.String(), all
}

func TestDoctorFindsAllWell(t *testing.T) {
	t.Parallel()
	text, all := examined(t, testDoctor(t), "sources: [{id: encoder}]\n")
	if !all.good() || strings.Contains(text, "!") {
		t.Error(text)
	}
	for _, want := range []string{"✓ ffmpeg: ffmpeg version 7.1, ", "✓ clock: 2027-03-01 09:00:00", "synchronised", "data will be made", "GiB are free", "source encoder: waits"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestDoctorLooksAtTheRelaysPorts(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	at := taken.Addr().String()
	text, all := examined(t, testDoctor(t), "http: {listen: \"127.0.0.1:0\", tls: self-signed}\n"+
		"webrtc: {listen: \"127.0.0.1:0\", turn: {listen: \"127.0.0.1:0\", tls_listen: \""+at+"\"}}\n")
	for _, want := range []string{"✓ webrtc.turn.listen (udp)", "✓ webrtc.turn.listen (tcp)", "✗ webrtc.turn.tls_listen (tcp): " + at + " is held by"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if all.good() {
		t.Error("a port that is taken is good")
	}
	if text, _ := examined(t, testDoctor(t), ""); strings.Contains(text, "turn") {
		t.Errorf("a relay that is off is looked at:\n%s", text)
	}
}

func TestDoctorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		yaml  string
		world func(*testing.T, *doctor)
		want  string
		good  bool
	}{
		"no ffmpeg":           {world: without("ffmpeg"), want: "! ffmpeg: is not here", good: true},
		"ffmpeg lacks opus":   {world: script("ffmpeg", "echo libx264"), want: "✗ ffmpeg"},
		"ffmpeg lacks x264":   {world: script("ffmpeg", "echo ' libopus '"), want: "! ffmpeg", good: true},
		"transcode, no x264":  {yaml: "media: {transcode: true}\n", world: script("ffmpeg", "echo ' libopus '"), want: "✗ ffmpeg"},
		"ffmpeg cannot write": {world: script("ffmpeg", "echo ' libopus  libx264 '"), want: "! composed pictures", good: true},
		"ffmpeg broken":       {world: script("ffmpeg", "exit 3"), want: "does not run"},
		"no NTP":              {world: script("timedatectl", "echo no"), want: "! clock", good: true},
		"no timedatectl":      {world: without("timedatectl"), want: "cannot be told", good: true},
		"year":                {world: func(_ *testing.T, d *doctor) { d.now = func() time.Time { return time.Unix(0, 0) } }, want: "✗ clock: 1970"},
		"dead camera":         {yaml: "sources: [{id: a, url: rtsp://u:geheim@dead/}]\n", want: "✗ source a: nothing listens"},
		"B-frames":            {yaml: "sources: [{id: a, url: rtsp://u:geheim@h/}]\n", want: "! source a: it sends B-frames", good: true},
		"dead sub stream":     {yaml: "sources: [{id: a, url: rtsp://h/, sub_url: rtsp://dead/}]\n", want: "✗ source a (sub): nothing listens"},
		"wrong key":           {yaml: "lgo: {}\n", want: `✗ configuration`},
		"no effect":           {yaml: "transcription: {engine: vosk}\n", want: "! configuration: transcription.engine has no effect", good: true},
		"no sources":          {want: "! sources: there are none", good: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testDoctor(t)
			if c.world != nil {
				c.world(t, d)
			}
			text, all := examined(t, d, c.yaml)
			if !strings.Contains(text, c.want) || all.good() != c.good {
				t.Errorf("good %v, want %v and %q in\n%s", all.good(), c.good, c.want, text)
			}
			if strings.Contains(text, "geheim") {
				t.Errorf("a password is shown:\n%s", text)
			}
		})
	}
}

func without(name string) func(*testing.T, *doctor) {
	return func(_ *testing.T, d *doctor) {
		look := d.look
		d.look = func(n string) (string, error) {
			if n == name {
				return "", errors.New("not found")
			}
			return look(n)
		}
	}
}

func script(name, text string) func(*testing.T, *doctor) {
	return func(t *testing.T, d *doctor) {
		path, err := d.look(name)
		if err != nil {
			t.Fatal(err)
		}
		program(t, filepath.Dir(path), name, text)
	}
}

func TestDoctorSaysWhoHoldsAPort(t *testing.T) {
	t.Parallel()
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	text, all := examined(t, testDoctor(t), fmt.Sprintf("rtsp: {listen: %q}\n", held.Addr()))
	want := fmt.Sprintf("✗ rtsp.listen (tcp): %s is held by ", held.Addr())
	if all.good() || !strings.Contains(text, want) || !strings.Contains(text, fmt.Sprintf("(process %d)", os.Getpid())) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

func TestDoctorKnowsARunningHub(t *testing.T) {
	t.Parallel()
	hub := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/door" {
			fmt.Fprint(w, `{"set_up":true,"oidc":false,"demo":[],"ca":false}`)
		}
	})
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	for secure, server := range map[bool]*httptest.Server{false: httptest.NewServer(hub), true: httptest.NewTLSServer(hub)} {
		defer server.Close()
		if at := server.Listener.Addr().String(); !hubAnswers(t.Context(), at, secure) {
			t.Errorf("a hub is known by its answer, with TLS %v", secure)
		}
	}
	if hubAnswers(t.Context(), other.Listener.Addr().String(), false) {
		t.Error("another server was taken for a hub")
	}
}

func TestDoctorLooksAtTheDataFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]level{dir: fine, filepath.Join(dir, "a", "b"): fine, file: fails, filepath.Join(file, "data"): fails, "/proc/avhub": fails} {
		if got := examineDataDir(path); got[0].Level != want && (want != fine || got[0].Level == fails) {
			t.Errorf("%s: %+v, want %s", path, got, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".avhub*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDoctorReadsTheDevicesPageToo(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	src := configs.DefaultSource()
	src.ID, src.URL = "stored", "rtsp://dead/"
	if err := configs.NewSourceStore(data).Put(src); err != nil {
		t.Fatal(err)
	}
	all := testDoctor(t).examineCameras(t.Context(), &configs.Config{DataDir: data})
	if len(all) != 1 || all[0].Level != fails || all[0].Check != "source stored" {
		t.Errorf("%+v", all)
	}
}

func TestDoctorWritesJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	all := findings{{fine, "a", "b", ""}, {fails, "c", "rtsp://u:geheim@h/ is dead", "e"}}
	if err := all.writeJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		OK     bool
		Checks []finding
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.OK || len(got.Checks) != 2 || got.Checks[1].Do != "e" || strings.Contains(out.String(), "geheim") {
		t.Errorf("%v: %s", err, out.String())
	}
}
