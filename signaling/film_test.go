package signaling_test

import (
	"context"
	"crypto/ed25519"
	"testing"
	"testing/synctest"
	"time"

	"avhub/recorder"
	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
	"avhub/rooms"
)

// film records 40 s of a demo room in fake time, with five seconds' adjournment, and
// returns the recording's id. Unless it is sealed it stays open.
func (h *hub) film(t *testing.T, room string, labels map[string]string, sealed bool) (id string) {
	t.Helper()
	return h.longFilm(t, room, labels, sealed, 20*time.Second)
}

// longFilm records as much before the adjournment.
func (h *hub) longFilm(t *testing.T, room string, labels map[string]string, sealed bool, before time.Duration) (id string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, err := recorder.New(recorder.Options{Dir: h.films, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Sync: recorder.SyncNever, SpillDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		src, err := recsource.New(room)
		if err != nil {
			t.Fatal(err)
		}
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		session, err := r.Start(recorder.Request{Source: room, Name: room, Set: labels["hearing"], Labels: labels, From: src})
		if err != nil {
			t.Fatal(err)
		}
		id = session.ID()
		time.Sleep(before)
		if err := session.Pause(manifest.CauseAdjournment, "休息", &manifest.Person{ID: "u1", Name: "王建国"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		session.Resume()
		time.Sleep(15 * time.Second)
		if sealed {
			if err := session.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		src.Off()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
	return id
}

func hearingLabels(x rooms.Hearing) map[string]string {
	return map[string]string{"for": "hearing", "hearing": x.ID, "case": x.Case, "number": "（2026）黑1102民初23号", "title": x.Title, "court": x.Court}
}
