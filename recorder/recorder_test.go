package recorder

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
)

func testKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, 32)) }

// newRecorder makes one in a folder of the test's own.
func newRecorder(t *testing.T, dir string, change func(*Options)) *Recorder {
	t.Helper()
	o := Options{Dir: dir, Key: testKey(), Sync: SyncNever, Hub: "test", Log: slog.New(slog.NewTextHandler(t.Output(), nil)), SpillDir: t.TempDir()}
	if change != nil {
		change(&o)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newSource(t *testing.T, room string) *recsource.Source {
	t.Helper()
	s, err := recsource.New(room)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t *testing.T, r *Recorder, s *recsource.Source) *Session {
	t.Helper()
	session, err := r.Start(Request{Source: "court-1", Name: "第一法庭", From: s, Labels: map[string]string{"hearing": "h1"}})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func stop(t *testing.T, s *Session) *manifest.Recording {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	return read(t, s.Dir())
}

func read(t *testing.T, dir string) *manifest.Recording {
	t.Helper()
	rec, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// TestTenMinutesAreWhole records them in fake time: nothing is missing, and the account
// says so.
func TestTenMinutesAreWhole(t *testing.T) {
	for _, room := range []string{"court-1", "court-2", "court-3", "court-4"} {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t, root, nil)
				src := newSource(t, room)
				if err := src.On(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(3 * time.Second)
				asked := time.Now()
				s := start(t, r, src)
				time.Sleep(10 * time.Minute)
				rec := stop(t, s)
				src.Off()
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				if !rec.Zero.Before(asked) || asked.Sub(rec.Zero) > 5*time.Second {
					t.Errorf("it begins %v before it was asked for", asked.Sub(rec.Zero))
				}
				whole(t, rec)
				verified(t, s.Dir())
				if len(rec.Gaps) > 0 {
					t.Errorf("gaps: %+v", rec.Gaps[0].Gap)
				}
				if want := time.Since(rec.Zero); rec.Seal.End.Duration() < want-40*time.Millisecond || rec.Seal.End.Duration() > want+40*time.Millisecond {
					t.Errorf("it reaches %v, asked for were %v", rec.Seal.End.Duration(), want)
				}
				if n := len(rec.Segments); n != 11 { // ten minutes, and what the keyframe gave before
					t.Errorf("%d segments", n)
				}
				for i, seg := range rec.Segments[1:] {
					if seg.Start != rec.Segments[i].End() {
						t.Errorf("segment %d begins at %d, the one before ended at %d", i+2, seg.Start, rec.Segments[i].End())
					}
					if seg.MidGroup {
						t.Errorf("segment %d begins without a keyframe", i+2)
					}
				}
			})
		})
	}
}

// whole checks a sealed recording's account.
func whole(t *testing.T, rec *manifest.Recording) {
	t.Helper()
	if rec.Seal == nil {
		t.Fatal("it is not sealed")
	}
	kept := map[int]uint64{}
	for _, s := range rec.Segments {
		for id, n := range s.Frames {
			kept[id] += n
		}
	}
	if len(rec.Seal.Tracks) == 0 {
		t.Error("no tracks")
	}
	for _, tr := range rec.Seal.Tracks {
		if tr.In != tr.Kept+tr.Gapped || tr.Kept != kept[tr.ID] {
			t.Errorf("track %d: %d came in, %d kept (%d by the parts), %d in gaps", tr.ID, tr.In, tr.Kept, kept[tr.ID], tr.Gapped)
		}
	}
	if sum := rec.Seal.Media + rec.Seal.Gaps - rec.Seal.End; sum < -40_000 || sum > 40_000 {
		t.Errorf("media %v and gaps %v do not make %v", rec.Seal.Media.Duration(), rec.Seal.Gaps.Duration(), rec.Seal.End.Duration())
	}
}
