package retention

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

const segmentSize = 1000

// world is a disk with recordings, an archive and an audit.
type world struct {
	t      *testing.T
	root   string
	keeper *Keeper
	free   int64
	now    time.Time
	said   []string // what was asked and told, in order

	unconfirmed map[string]bool // by key
	auditErr    error
	heldCases   map[string]bool
	heldErr     error
}

const total = 100 * segmentSize

func newWorld(t *testing.T) *world {
	w := &world{t: t, root: t.TempDir(), free: total, now: now, unconfirmed: map[string]bool{}, heldCases: map[string]bool{}}
	k, err := New(Options{
		Roots: []string{w.root}, Keep: 90 * day, LowMark: 0.10,
		Annex: w.annex,
		Audit: func(_ context.Context, d Deletion) error {
			w.said = append(w.said, fmt.Sprintf("audit %s %v %s", d.ID, d.Files, d.Labels["case"]))
			return w.auditErr
		},
		Confirm: func(_ context.Context, a manifest.Archived) error {
			if w.unconfirmed[a.Where] {
				return errors.New("it is not there any more")
			}
			return nil
		},
		Held: func(_ context.Context, labels map[string]string) (bool, error) {
			return w.heldCases[labels["case"]], w.heldErr
		},
		Changed: func(dir string) { w.said = append(w.said, "changed "+filepath.Base(dir)) },
		Told: func(e Event) {
			if e.Kind != Deleted && e.Kind != Kept {
				w.said = append(w.said, string(e.Kind))
			}
		},
		space: func(string) (Space, error) { return Space{w.free, total}, nil },
		now:   func() time.Time { return w.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.keeper = k
	return w
}

func (w *world) open(dir string) *ledger.Ledger {
	w.t.Helper()
	l, err := ledger.Open(dir, ledger.Options{Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Purpose: manifest.Purpose, Name: ledger.Manifest, HeadEvery: -1})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *world) annex(ctx context.Context, dir, kind string, body any) error {
	if tomb, ok := body.(manifest.Tombstone); ok {
		for _, file := range tomb.Files { // the tombstone comes before the file goes
			if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
				w.t.Errorf("%s went before its tombstone: %v", file, err)
			}
		}
		w.said = append(w.said, fmt.Sprintf("tombstone %v %s", tomb.Files, tomb.Rule))
	}
	l := w.open(dir)
	_, err := l.Append(ctx, kind, w.now, body)
	return errors.Join(err, l.Close())
}

// recording writes one of n segments that ended so many days ago, and sealed it.
func (w *world) recording(id string, daysAgo, n int, archived bool) string {
	w.t.Helper()
	zero := now.Add(-time.Duration(daysAgo) * day)
	dir := filepath.Join(w.root, "court-1", zero.Format(time.DateOnly), id)
	l := w.open(dir)
	put := func(kind string, body any) {
		w.t.Helper()
		if _, err := l.Append(w.t.Context(), kind, zero, body); err != nil {
			w.t.Fatal(err)
		}
	}
	put(manifest.KindBegin, manifest.Begin{Format: manifest.Format, ID: id, Source: "court-1", Labels: map[string]string{"case": "case-" + id}, Zero: zero})
	for i := 1; i <= n; i++ {
		file, at := manifest.SegmentFile(i), manifest.Micros(i*60_000_000)
		put(manifest.KindSegment, manifest.Segment{Segment: i, File: file, Start: at, UTC: zero, Size: segmentSize})
		if err := os.WriteFile(filepath.Join(dir, file), make([]byte, segmentSize), 0o600); err != nil {
			w.t.Fatal(err)
		}
		put(manifest.KindSegmentEnd, manifest.SegmentEnd{Segment: i, Size: segmentSize, SHA256: "aa", Start: at, End: at, UTC: zero.Add(time.Duration(i) * time.Minute)})
		if archived {
			put(manifest.KindArchived, manifest.Archived{File: file, SHA256: "aa", Where: "b/" + id + "/" + file})
		}
	}
	put(manifest.KindSeal, manifest.Seal{Segments: n})
	if err := l.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.free -= int64(n) * segmentSize
	return dir
}

// look lets the keeper look once, and counts what has come free.
func (w *world) look() error {
	before := w.there()
	err := w.keeper.Look(w.t.Context())
	w.free += int64(len(before)-len(w.there())) * segmentSize
	return err
}

// there lists the segments on the disk, as id/number.
func (w *world) there() []string {
	var files []string
	err := filepath.WalkDir(w.root, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".mp4") {
			files = append(files, filepath.Base(filepath.Dir(path))+"/"+strings.TrimSuffix(filepath.Base(path), ".mp4")[5:])
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return files
}

func TestLowMarkTakesTheOldestThatMayGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.recording("ancient", 400, 2, false) // never archived
	w.recording("b", 200, 3, true)
	held := w.recording("held", 300, 2, true)
	w.recording("case", 250, 2, true)
	c := w.recording("c", 100, 5, true)
	young := w.recording("young", 80, 4, true)
	if err := w.annex(t.Context(), held, manifest.KindHold, manifest.Hold{On: true, Reason: "appeal", By: manifest.Person{ID: "u1"}}); err != nil {
		t.Fatal(err)
	}
	w.heldCases["case-case"] = true
	all := w.there()

	w.free = 10 * segmentSize // at the mark, not below
	if err := w.look(); err != nil || len(w.there()) != len(all) {
		t.Fatalf("something went without need: %v, %v", w.there(), err)
	}
	w.free = 8 * segmentSize // 12 are wanted: 4 segments go
	if err := w.look(); err != nil {
		t.Fatal(err)
	}
	want := []string{"case/1", "case/2", "held/1", "held/2", "ancient/1", "ancient/2", "c/2", "c/3", "c/4", "c/5", "young/1", "young/2", "young/3", "young/4"}
	got := w.there()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
	if text := strings.Join(w.said, "\n"); text != `audit b [000001.mp4 000002.mp4 000003.mp4] case-b
tombstone [000001.mp4 000002.mp4 000003.mp4] low_mark
changed b
audit c [000001.mp4] case-c
tombstone [000001.mp4] low_mark
changed c` {
		t.Errorf("in this order:\n%s", text)
	}
	rec, err := manifest.Read(c)
	if err != nil || rec.Segments[0].Gone == nil || rec.Segments[0].Gone.Reason == "" || rec.Segments[1].Gone != nil {
		t.Errorf("%+v, %v", rec, err)
	}

	// The disk fills on: all that may go goes, and then it is said that nothing may.
	w.said = nil
	w.free = 0
	if err := w.look(); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(2 * time.Minute)
	w.free = 1 * segmentSize
	if err := w.look(); err != nil {
		t.Fatal(err)
	}
	if got := w.there(); len(got) != 2+2+2+4 {
		t.Errorf("left are %v", got)
	}
	if last := w.said[len(w.said)-1]; last != string(Low) {
		t.Errorf("an operator is not told: %v", w.said)
	}
	st := w.keeper.Status()[0]
	if !st.Low || st.Blocked[NotArchived] != 2*segmentSize || st.Blocked[Held] != 4*segmentSize || st.Blocked[NotExpired] != 4*segmentSize || st.Deleted != 8*segmentSize {
		t.Errorf("%+v", st)
	}
	// Time goes by: the young ones expire. The held and the unarchived stay for good.
	w.now = now.Add(5000 * day)
	w.free = 0
	for range 3 {
		w.now = w.now.Add(2 * time.Minute)
		if err := w.look(); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.there(); len(got) != 6 {
		t.Errorf("left are %v", got)
	}
	if _, err := os.Stat(filepath.Join(young, "manifest.jsonl")); err != nil {
		t.Errorf("the manifest stays: %v", err)
	}
}

func TestWhatIsNotSureStays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(w *world, dir string)
		left  int
	}{
		"the archive has one no more": {func(w *world, _ string) { w.unconfirmed["b/a/000002.mp4"] = true }, 1},
		"the audit is away":           {func(w *world, _ string) { w.auditErr = errors.New("disk full") }, 3},
		"holds are not known":         {func(w *world, _ string) { w.heldErr = errors.New("database is away") }, 3},
		"the manifest is broken": {func(w *world, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "manifest.jsonl"), []byte("{}\n"), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, 3},
	} {
		w := newWorld(t)
		dir := w.recording("a", 200, 3, true)
		w.free = 0
		c.spoil(w, dir)
		_ = w.look()
		if got := w.there(); len(got) != c.left {
			t.Errorf("%s: left are %v, want %d", name, got, c.left)
		}
		if c.left == 3 && len(w.keeper.Status()) == 1 && !w.keeper.Status()[0].Low {
			t.Errorf("%s: an operator is not told", name)
		}
	}
}

// TestACrashAfterTheTombstone: the file that was left goes at the next look.
func TestACrashAfterTheTombstone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := w.recording("a", 200, 2, true)
	if err := w.annex(t.Context(), dir, manifest.KindTombstone, manifest.Tombstone{Files: []string{"000001.mp4"}, Rule: RuleLowMark}); err != nil {
		t.Fatal(err)
	}
	w.said = nil
	w.free = 11*segmentSize - 1500 // one segment's room is wanted, after that of the one that was left
	if err := w.look(); err != nil {
		t.Fatal(err)
	}
	if got := w.there(); len(got) > 1 || slices.Contains(got, "a/1") {
		t.Errorf("left are %v", got)
	}
	if text := strings.Join(w.said, "\n"); strings.Contains(text, "000001.mp4") {
		t.Errorf("it was audited twice:\n%s", text)
	}
}

func TestFullIsForetold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	full := time.Time{}
	for full.IsZero() || w.free > 0 {
		if err := w.keeper.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(w.said, string(Filling)) && full.IsZero() {
			full = w.keeper.Status()[0].Full
			if ahead := time.Duration(w.free/500) * 2 * time.Second; ahead < time.Minute {
				t.Errorf("said only %v ahead", ahead)
			}
		}
		w.now, w.free = w.now.Add(2*time.Second), w.free-500 // 250 bytes a second
	}
	if off := full.Sub(w.now).Abs(); off > 5*time.Second {
		t.Errorf("foretold for %v, it is full at %v", full, w.now)
	}
	w.free = total
	for range 400 {
		w.now = w.now.Add(2 * time.Second)
		if err := w.keeper.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if last := w.said[len(w.said)-1]; last != string(Eased) {
		t.Errorf("%v", w.said)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Roots: []string{"a"}, Keep: day, LowMark: 0.1}); err == nil {
		t.Error("a keeper without an audit")
	}
	o := newWorld(t).keeper.o
	for _, mark := range []float64{0, 1, -1} {
		o.LowMark = mark
		if _, err := New(o); err == nil {
			t.Errorf("a mark of %v", mark)
		}
	}
}
