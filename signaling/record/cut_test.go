package record

import (
	"testing"
	"testing/synctest"
	"time"

	"avhub/configs"
	"avhub/recorder/manifest"
	"avhub/rooms"
)

// joined checks that recordings of one source follow each other without a hole, and
// that each is sealed and has lost nothing.
func joined(t *testing.T, all []*manifest.Recording) {
	t.Helper()
	for i, rec := range all {
		if rec.Seal == nil {
			t.Errorf("recording %d is not sealed", i)
		}
		if i > 0 {
			if hole := rec.Zero.Sub(all[i-1].At(all[i-1].End())); hole > 40*time.Millisecond {
				t.Errorf("%v are missing between recordings %d and %d", hole, i-1, i)
			}
		}
		for _, g := range rec.Gaps {
			t.Errorf("recording %d has a gap: %+v", i, g)
		}
	}
}

// A hearing of more files than a seal can name is several recordings of one set.
func TestAHearingOfManyFilesIsCut(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := &court{t: t, root: root, mostFiles: 2}
		c.furnish(configs.RecordInSession)
		c.schedule()
		c.order(rooms.CommandPrepare, "")
		c.order(rooms.CommandOpen, "")
		time.Sleep(5*time.Minute + 10*time.Second)
		c.order(rooms.CommandClose, "")
		time.Sleep(3 * time.Second)
		c.camera.Off()
		c.close()
		all := c.recordings()
		// A file is a minute: the second one of a recording is its last.
		if len(all) < 5 || len(all) > 6 {
			t.Fatalf("%d recordings", len(all))
		}
		joined(t, all)
		for _, rec := range all {
			if len(rec.Segments) > 3 || rec.Set != "h1" || rec.Labels[LabelHearing] != "h1" {
				t.Errorf("%d files in the set %q, for %q", len(rec.Segments), rec.Set, rec.Labels[LabelHearing])
			}
		}
	})
}

// By hand, too, it is a recording a day.
func TestByHandOverMidnight(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sleepUntilMidnightNears()
		c := newCourt(t, root, configs.RecordNever)
		if _, err := c.keeper.Start("court-1", Order{User: "u3", Name: "吴刚"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		if _, err := c.keeper.Stop(t.Context(), "court-1"); err != nil {
			t.Fatal(err)
		}
		c.camera.Off()
		c.close()
		all := c.recordings()
		if len(all) != 2 || all[1].Labels[LabelBy] != "吴刚" {
			t.Fatalf("%d recordings over midnight", len(all))
		}
		joined(t, all)
	})
}
