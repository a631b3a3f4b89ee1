package playback

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"avhub/recorder"
	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
)

// studio records demo rooms in fake time, with the recorder that hubs use.
type studio struct {
	t        *testing.T
	dir      string
	recorder *recorder.Recorder
}

// record makes recordings in a new folder, and a library over them.
func record(t *testing.T, f func(s *studio)) *Library {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r, err := recorder.New(recorder.Options{
			Dir: dir, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Sync: recorder.SyncNever, Hub: "test", SpillDir: t.TempDir(),
		})
		if err != nil {
			t.Fatal(err)
		}
		f(&studio{t, dir, r})
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
	return New(Options{Dir: dir, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
}

// on connects a room's camera.
func (s *studio) on(room string) *recsource.Source {
	s.t.Helper()
	src, err := recsource.New(room)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := src.On(); err != nil {
		s.t.Fatal(err)
	}
	return src
}

// start begins to record a camera.
func (s *studio) start(src *recsource.Source, room string, labels map[string]string) *recorder.Session {
	s.t.Helper()
	session, err := s.recorder.Start(recorder.Request{Source: room, Name: room, Set: labels["set"], Labels: labels, From: src})
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// stop seals a recording.
func (s *studio) stop(session *recorder.Session) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := session.Stop(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// only is the one recording there is.
func only(t *testing.T, l *Library) *Recording {
	t.Helper()
	page, err := l.List(t.Context(), Query{})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%v: %+v", err, page)
	}
	return opened(t, l, page.Items[0].ID)
}

func opened(t *testing.T, l *Library, id string) *Recording {
	t.Helper()
	r, err := l.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// save writes a movie to a file.
func save(t *testing.T, m *Movie) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "play.mp4")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := m.Open()
	defer r.Close()
	n, err := f.ReadFrom(r)
	if err != nil || n != m.Size() {
		t.Fatalf("%d of %d bytes: %v", n, m.Size(), err)
	}
	return path
}

const second = manifest.Micros(1e6)
