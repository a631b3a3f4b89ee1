package recorder

import (
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A gap after a kill is as long as the hub was away, however long that was: media and
// gaps are the time asked for.
func TestARestartsGapIsAsLongAsTheHubWasAway(t *testing.T) {
	for _, away := range []time.Duration{100 * time.Millisecond, 2 * time.Second, 3 * time.Hour} {
		t.Run(away.String(), func(t *testing.T) {
			t.Parallel()
			root, killed := t.TempDir(), t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				r, src := newRecorder(t, root, nil), newSource(t, "court-1")
				if err := src.On(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Second)
				s := start(t, r, src)
				time.Sleep(7300 * time.Millisecond)
				// What a kill leaves is what stands on the disk at a moment.
				if err := os.CopyFS(killed, os.DirFS(root)); err != nil {
					t.Fatal(err)
				}
				at := time.Now()
				stop(t, s)
				src.Off()
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(away - time.Since(at))

				r, src = newRecorder(t, killed, nil), newSource(t, "court-1")
				if err := src.On(); err != nil {
					t.Fatal(err)
				}
				back := time.Now()
				s, err := r.Continue(r.Suspended()[0].ID, src)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Second)
				rec := stop(t, s)
				asked := time.Since(rec.Zero)
				src.Off()
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				whole(t, rec)
				verified(t, s.Dir())
				if off := rec.Seal.End.Duration() - asked; off.Abs() > 40*time.Millisecond {
					t.Errorf("media and gaps are %v, asked for were %v", rec.Seal.End.Duration(), asked)
				}
				if len(rec.Gaps) != 1 {
					t.Fatalf("%d gaps", len(rec.Gaps))
				}
				g := rec.Gaps[0]
				// The part in hand is lost, and pictures come every 66 ms.
				if lost := at.Sub(rec.At(g.Start)); lost < 0 || lost > 500*time.Millisecond {
					t.Errorf("the gap begins %v before the kill", lost)
				}
				if late := rec.At(g.End()).Sub(back); late < -40*time.Millisecond || late > 100*time.Millisecond {
					t.Errorf("the gap ends %v after the hub was back", late)
				}
			})
		})
	}
}
