package recorder

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"avhub/recorder/manifest"
)

// cuts of the power in the test of it.
const cuts = 100

// TestPowerCuts cuts the power at 100 moments of a recording: at most a second is
// lost each time, and what an entry of the manifest says is in the files.
func TestPowerCuts(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		root, d := filepath.Join(base, "disk"), newFaulty()
		r := newRecorder(t, root, d.options)
		src := newSource(t, "court-1")
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		s := start(t, r, src)
		at := make([]time.Time, cuts)
		for i := range cuts {
			time.Sleep(500*time.Millisecond + rand.N(2*time.Second))
			at[i] = time.Now()
			d.cut(t, root, filepath.Join(base, fmt.Sprint(i)))
		}
		stop(t, s)
		src.Off()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for i := range cuts {
			afterCut(t, filepath.Join(base, fmt.Sprint(i)), at[i])
		}
	})
}

// afterCut starts a recorder on what a power cut has left.
func afterCut(t *testing.T, root string, at time.Time) {
	t.Helper()
	r := newRecorder(t, root, nil)
	defer func() { _ = r.Close() }()
	open := r.Suspended()
	if len(open) != 1 {
		t.Fatalf("%s: %d recordings are open", root, len(open))
	}
	dir := r.suspended[open[0].ID].dir
	if err := r.Finish(context.Background(), open[0].ID, at); err != nil {
		t.Fatal(err)
	}
	rec := read(t, dir)
	whole(t, rec)
	verified(t, dir)
	if len(rec.Gaps) != 1 || rec.Gaps[0].Cause != manifest.CauseHubRestart {
		t.Fatalf("%s: gaps %+v", root, rec.Gaps)
	}
	if lost := at.Sub(rec.At(rec.Gaps[0].Start)); lost > 520*time.Millisecond {
		t.Errorf("%s: the cut cost %v", root, lost)
	}
}

// TestASlowDiskLosesNothing stalls the disk for five seconds.
func TestASlowDiskLosesNothing(t *testing.T) {
	t.Parallel()
	for name, memory := range map[string]int{"in memory": 0, "by the spill file": 8 << 10} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				d := newFaulty()
				r := newRecorder(t, root, func(o *Options) { d.options(o); o.Memory = memory })
				src := newSource(t, "court-1")
				if err := src.On(); err != nil {
					t.Fatal(err)
				}
				s := start(t, r, src)
				time.Sleep(3 * time.Second)
				stalled := false
				d.mu.Lock()
				d.before = func() {
					if !stalled {
						stalled = true
						time.Sleep(5 * time.Second)
					}
				}
				d.mu.Unlock()
				time.Sleep(4 * time.Second)
				if _, spilled := s.queue.lag(); (spilled > 0) != (memory > 0) {
					t.Errorf("%d bytes are in the spill file", spilled)
				}
				time.Sleep(3 * time.Second)
				rec := stop(t, s)
				src.Off()
				if len(rec.Gaps) > 0 || rec.Seal.Tracks[0].Gapped > 0 {
					t.Errorf("gaps: %+v", rec.Gaps)
				}
				whole(t, rec)
				verified(t, s.Dir())
				_ = r.Close()
			})
		})
	}
}

// TestAFailedSync gives the file up for good, and loses nothing.
func TestAFailedSync(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := newFaulty()
		r := newRecorder(t, root, d.options)
		src := newSource(t, "court-1")
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		s := start(t, r, src)
		time.Sleep(3 * time.Second)
		d.mu.Lock()
		d.sync = unix.EIO
		d.mu.Unlock()
		time.Sleep(time.Second)
		if r.Disk().Err == nil && len(read(t, s.Dir()).Segments) < 2 {
			t.Error("nothing was noticed within a second")
		}
		time.Sleep(2 * time.Second)
		rec := stop(t, s)
		src.Off()
		if len(rec.Segments) < 2 || !rec.Segments[0].Ended.Abandoned || len(rec.Gaps) > 0 {
			t.Errorf("%d segments, gaps %+v", len(rec.Segments), rec.Gaps)
		}
		whole(t, rec)
		verified(t, s.Dir())
		_ = r.Close()
	})
}

// TestAFullDisk is a gap with its cause, and recording goes on by itself.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := newFaulty()
		r := newRecorder(t, root, d.options)
		src := newSource(t, "court-1")
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		s := start(t, r, src)
		time.Sleep(3 * time.Second)
		d.mu.Lock()
		d.limit = true // the manifest finds no room either
		d.mu.Unlock()
		time.Sleep(10 * time.Second)
		if st := s.Status(); st.Gap == nil || st.Gap.Cause != manifest.CauseDisk || r.Disk().Err == nil {
			t.Errorf("status with a full disk: %+v, %v", st.Gap, r.Disk().Err)
		}
		d.mu.Lock()
		d.limit = false
		d.mu.Unlock()
		time.Sleep(5 * time.Second)
		if st := s.Status(); st.Gap != nil || r.Disk().Err != nil {
			t.Errorf("status with room again: %+v, %v", st.Gap, r.Disk().Err)
		}
		rec := stop(t, s)
		src.Off()
		if len(rec.Gaps) != 1 || rec.Gaps[0].Cause != manifest.CauseDisk {
			t.Fatalf("gaps: %+v", rec.Gaps)
		}
		if gap := (rec.Gaps[0].End() - rec.Gaps[0].Start).Duration(); gap < 5*time.Second || gap > 12*time.Second {
			t.Errorf("the gap lasts %v", gap)
		}
		whole(t, rec)
		verified(t, s.Dir())
		_ = r.Close()
	})
}

// TestSuspendedAndContinued stops the hub in good order: the recording goes on in the
// same folder, with one gap.
func TestSuspendedAndContinued(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, root, nil)
		src := newSource(t, "court-2")
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		s := start(t, r, src)
		time.Sleep(5 * time.Second)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		src.Off()
		time.Sleep(7 * time.Second)
		r = newRecorder(t, root, nil)
		src = newSource(t, "court-2") // another stream, with a timeline of its own
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		again, err := r.Continue(s.ID(), src)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		rec := stop(t, again)
		src.Off()
		whole(t, rec)
		if len(rec.Gaps) != 1 || rec.Gaps[0].Cause != manifest.CauseHubRestart || rec.Seal.Restarts != 1 {
			t.Fatalf("gaps %+v", rec.Gaps)
		}
		if gap := (rec.Gaps[0].End() - rec.Gaps[0].Start).Duration(); (gap - 7*time.Second).Abs() > 100*time.Millisecond {
			t.Errorf("the gap lasts %v", gap)
		}
		if again.Dir() != s.Dir() {
			t.Error("another folder")
		}
		_ = r.Close()
	})
}

// TestAnnexes are added to a recording that runs and to one that is sealed.
func TestAnnexes(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, root, nil)
		src := newSource(t, "court-1")
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		s := start(t, r, src)
		time.Sleep(2 * time.Second)
		src.Off()
		time.Sleep(5 * time.Second)
		hold := manifest.Hold{On: true, Reason: "appeal", By: manifest.Person{ID: "u1", Name: "李"}}
		if err := r.Annex(t.Context(), s.Dir(), manifest.KindHold, hold); err != nil {
			t.Fatal(err)
		}
		stop(t, s)
		for kind, body := range map[string]any{
			manifest.KindExplanation: manifest.Explanation{Gap: 1, Text: "停电", By: manifest.Person{ID: "u2", Name: "王"}},
		} {
			if err := r.Annex(t.Context(), s.Dir(), kind, body); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Annex(t.Context(), s.Dir(), manifest.KindPart, manifest.Part{}); err == nil {
			t.Error("a part was added to a sealed recording")
		}
		rec := read(t, s.Dir())
		if rec.Held == nil || rec.Explanations[1].Text != "停电" {
			t.Errorf("held %v, explained %v", rec.Held, rec.Explanations)
		}
		_ = r.Close()
	})
}

// TestTwoRecordersOnOneFolder is refused.
func TestTwoRecordersOnOneFolder(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	r := newRecorder(t, root, nil)
	if _, err := New(Options{Dir: root, Key: testKey()}); err == nil {
		t.Error("a second recorder has got the folder")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root); err != nil {
		t.Fatal(err)
	}
}
