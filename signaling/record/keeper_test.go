package record

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avhub/configs"
	"avhub/recorder"
	"avhub/recorder/manifest"
	"avhub/recorder/recsource"
	"avhub/rooms"
)

// court is a court with one courtroom, in fake time.
type court struct {
	t       *testing.T
	root    string
	camera  *recsource.Source
	sources []configs.Source

	mu      sync.Mutex
	hearing *rooms.Hearing
	down    error // the database's

	recorder *recorder.Recorder
	keeper   *Keeper

	mostFiles int
}

func newCourt(t *testing.T, root string, record configs.Record) *court {
	t.Helper()
	c := &court{t: t, root: root}
	c.furnish(record)
	return c
}

// furnish brings the camera, and opens.
func (c *court) furnish(record configs.Record) {
	src := configs.DefaultSource()
	src.ID, src.Name, src.SiteID, src.Court, src.Record = "court-1", "第一法庭", "room-1", "heihe", record
	c.sources = []configs.Source{src}
	c.plugIn()
	c.open()
}

// plugIn connects the camera.
func (c *court) plugIn() {
	camera, err := recsource.New("court-1")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := camera.On(); err != nil {
		c.t.Fatal(err)
	}
	c.camera = camera
}

func (c *court) open() {
	r, err := recorder.New(recorder.Options{Dir: c.root, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Sync: recorder.SyncNever, Log: slog.New(slog.NewTextHandler(c.t.Output(), nil))})
	if err != nil {
		c.t.Fatal(err)
	}
	c.recorder = r
	c.keeper = NewKeeper(Options{
		Recorder: r, MostFiles: c.mostFiles, Sources: func() []configs.Source {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.sources
		},
		Line: func(string) (recorder.Source, error) { return c.camera, nil },
		Hearings: func(context.Context) ([]rooms.Hearing, map[string]string, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.hearing == nil || !c.hearing.State.Begun() || c.hearing.State.Over() {
				return nil, nil, c.down
			}
			return []rooms.Hearing{*c.hearing}, map[string]string{c.hearing.ID: "（2026）黑11民初1号"}, c.down
		},
	})
}

func (c *court) close() {
	_ = c.keeper.Close()
	if err := c.recorder.Close(); err != nil {
		c.t.Error(err)
	}
}

// restart stops the hub in good order and starts it again a while later.
func (c *court) restart(after time.Duration) {
	c.close()
	c.camera.Off()
	time.Sleep(after)
	c.plugIn()
	c.open()
}

func (c *court) schedule() {
	h, _, err := rooms.Schedule("h1", rooms.Plan{
		Case: "c1", Court: "heihe", Site: "room-1", Kind: rooms.KindTrial, Title: "买卖合同纠纷", Start: time.Now().Add(time.Hour), Minutes: 60, Public: true,
		Panel: []rooms.Member{{User: "u1", Name: "王建国", Part: rooms.PartPresidingJudge}, {User: "u2", Name: "李静", Part: rooms.PartClerk}},
	}, rooms.Actor{User: "u2", Name: "李静"}, time.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hearing = &h
}

// order is the judge's.
func (c *court) order(kind rooms.CommandKind, why string) {
	c.t.Helper()
	c.mu.Lock()
	_, err := c.hearing.Apply(rooms.Actor{User: "u1", Name: "王建国"}, rooms.Command{Kind: kind, Why: why}, time.Now())
	c.mu.Unlock()
	if err != nil {
		c.t.Fatal(err)
	}
	c.keeper.Stir()
}

// recordings are all on disk, by their beginning.
func (c *court) recordings() []*manifest.Recording {
	c.t.Helper()
	dirs, err := filepath.Glob(filepath.Join(c.root, "*", "*", "*"))
	if err != nil {
		c.t.Fatal(err)
	}
	var all []*manifest.Recording
	for _, dir := range dirs {
		if st, err := os.Stat(dir); err != nil || !st.IsDir() {
			continue
		}
		rec, err := manifest.Read(dir)
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, rec)
	}
	slices.SortFunc(all, func(a, b *manifest.Recording) int { return a.Zero.Compare(b.Zero) })
	return all
}

func causes(rec *manifest.Recording) []manifest.Cause {
	var list []manifest.Cause
	for _, g := range rec.Gaps {
		list = append(list, g.Cause)
	}
	return list
}

// TestAHearing is recorded from its opening to its closing, with its interruptions and
// through a restart of the hub.
func TestAHearing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t, root, configs.RecordInSession)
		c.schedule()
		time.Sleep(5 * time.Second)
		if n := len(c.recordings()); n != 0 {
			t.Fatalf("%d recordings before the opening", n)
		}
		c.order(rooms.CommandPrepare, "")
		opened := time.Now()
		c.order(rooms.CommandOpen, "")
		time.Sleep(10 * time.Second)
		c.order(rooms.CommandAdjourn, "休息十分钟")
		time.Sleep(5 * time.Second)
		c.restart(3 * time.Second)
		time.Sleep(2 * time.Second)
		c.order(rooms.CommandResume, "")
		time.Sleep(5 * time.Second)
		c.restart(4 * time.Second)
		time.Sleep(5 * time.Second)
		c.order(rooms.CommandClosedSession, "涉及商业秘密")
		time.Sleep(5 * time.Second)
		c.order(rooms.CommandResume, "")
		time.Sleep(5 * time.Second)
		c.order(rooms.CommandClose, "")
		time.Sleep(3 * time.Second)
		c.camera.Off()
		c.close()

		all := c.recordings()
		if len(all) != 1 {
			t.Fatalf("%d recordings of one camera in one hearing", len(all))
		}
		rec := all[0]
		if rec.Seal == nil || rec.Set != "h1" || rec.Labels[LabelNumber] != "（2026）黑11民初1号" || rec.Labels[LabelFor] != LabelHearing {
			t.Errorf("sealed %v, labels %v", rec.Seal != nil, rec.Labels)
		}
		if !rec.Zero.Before(opened.Add(time.Second)) {
			t.Errorf("it begins at %v, the hearing was opened at %v", rec.Zero, opened)
		}
		want := []manifest.Cause{manifest.CauseAdjournment, manifest.CauseHubRestart, manifest.CauseClosedSession}
		if got := causes(rec); !slices.Equal(got, want) {
			t.Errorf("gaps by %v, want %v", got, want)
		}
		if by := rec.Gaps[0].By; by == nil || by.Name != "王建国" || rec.Gaps[0].Detail != "休息十分钟" {
			t.Errorf("the adjournment is by %+v, %q", by, rec.Gaps[0].Detail)
		}
	})
}

// sleepUntilMidnightNears leaves ten seconds of the day, in fake time.
func sleepUntilMidnightNears() {
	now := time.Now().Local()
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.Local)
	time.Sleep(time.Until(midnight) - 10*time.Second)
}

// TestAlways is a recording a day.
func TestAlways(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sleepUntilMidnightNears()
		c := newCourt(t, root, configs.RecordAlways)
		time.Sleep(20 * time.Second)
		c.mu.Lock()
		c.down = errors.New("the database is away") // what runs goes on
		c.mu.Unlock()
		time.Sleep(10 * time.Second)
		c.camera.Off()
		c.close()
		all := c.recordings()
		if len(all) != 2 || all[0].Seal == nil || all[1].Seal != nil {
			t.Fatalf("%d recordings over midnight", len(all))
		}
		if hole := all[1].Zero.Sub(all[0].At(all[0].End())); hole > 40*time.Millisecond {
			t.Errorf("%v are missing at midnight", hole)
		}
	})
}

// TestByHand runs until it is stopped, through a restart too.
func TestByHand(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t, root, configs.RecordNever)
		if _, err := c.keeper.Start("court-1", Order{User: "u3", Name: "吴刚"}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.keeper.Start("court-1", Order{}); !errors.Is(err, ErrRuns) {
			t.Errorf("a second start: %v", err)
		}
		if _, err := c.keeper.Start("court-9", Order{}); !errors.Is(err, ErrUnknownSource) {
			t.Errorf("an unknown source: %v", err)
		}
		time.Sleep(5 * time.Second)
		c.restart(2 * time.Second)
		time.Sleep(5 * time.Second)
		if _, err := c.keeper.Stop(t.Context(), "court-1"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.keeper.Stop(t.Context(), "court-1"); !errors.Is(err, ErrNotByHand) {
			t.Errorf("a second stop: %v", err)
		}
		c.camera.Off()
		c.close()
		all := c.recordings()
		if len(all) != 1 || all[0].Seal == nil || all[0].Labels[LabelBy] != "吴刚" || all[0].Seal.Restarts != 1 {
			t.Errorf("%d recordings", len(all))
		}
	})
}

// TestAHearingClosedWithoutItsSource is sealed when the source is taken away.
func TestASourceTakenAway(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t, root, configs.RecordAlways)
		time.Sleep(5 * time.Second)
		c.mu.Lock()
		c.sources = nil
		c.mu.Unlock()
		c.keeper.Stir()
		time.Sleep(3 * time.Second)
		all := c.recordings()
		if len(all) != 1 || all[0].Seal == nil {
			t.Errorf("%d recordings, sealed %v", len(all), all[0].Seal != nil)
		}
		c.camera.Off()
		c.close()
	})
}
