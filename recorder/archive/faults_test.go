package archive

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"avhub/recorder/manifest"
)

// childEnv makes this program one that archives until it is killed.
const childEnv = "AVHUB_TEST_ARCHIVE"

func TestMain(m *testing.M) {
	if endpoint := os.Getenv(childEnv); endpoint != "" {
		archiveUntilKilled(endpoint)
	}
	os.Exit(m.Run())
}

// archiveUntilKilled is a hub as far as its archive goes.
func archiveUntilKilled(endpoint string) {
	f := &folder{root: os.Getenv(childEnv + "_ROOT")}
	store, err := Open(StoreOptions{Endpoint: endpoint, Region: "us-east-1", Bucket: "court", AccessKey: "hub", SecretKey: "hub-password", Lock: LockGovernance, PartSize: 5 << 20})
	if err != nil {
		panic(err)
	}
	a, err := New(Options{
		Store: store, Dir: os.Getenv(childEnv + "_QUEUE"), Roots: []string{f.root}, Annex: f.annex, Workers: 4,
		BackoffMin: 5 * time.Millisecond, BackoffMax: 50 * time.Millisecond,
	})
	if err != nil {
		panic(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	fmt.Println("running")
	a.Run(ctx)
}

// TestErrorsAndKills: 100 segments through a store of which 30 requests in 100 go wrong,
// by a program that is killed again and again, as the store is too: each is there once,
// and is what was recorded.
func TestErrorsAndKills(t *testing.T) {
	t.Parallel()
	s, _, f := lockedStore(t)
	bad := newBadStore(t, s.URL)
	bad.percent = 30
	queueDir := t.TempDir()
	var dirs []string
	var ends [][]manifest.SegmentEnd
	for r := range 4 {
		sizes := make([]int, 25)
		for i := range sizes {
			sizes[i] = 20_000 + 1000*i
			if i%8 == 3 {
				sizes[i] = 11_000_000 // in three parts
			}
		}
		dir, e := f.recording(t, fmt.Sprintf("r%d", r), map[string]string{LabelCase: "c1"}, true, sizes...)
		dirs, ends = append(dirs, dir), append(ends, e)
	}
	random := rand.New(rand.NewPCG(3, 4))
	kills := 0
	limit := time.Now().Add(8 * time.Minute)
	for left := 1; left > 0; kills++ {
		if time.Now().After(limit) {
			t.Fatalf("%d files are left after %d kills", left, kills)
		}
		cmd := child(t, bad.URL, f.root, queueDir)
		// Killed after so many bytes or some time, whichever comes first: in mid-upload.
		at, life := bad.sent.Load()+int64(1_000_000+random.IntN(20_000_000)), time.Now().Add(5*time.Second)
		for bad.sent.Load() < at && time.Now().Before(life) {
			time.Sleep(2 * time.Millisecond)
		}
		if kills%6 == 2 { // the store's turn
			s.Stop()
			s.Again(t)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		st, err := ReadStatus(queueDir)
		if err != nil {
			t.Fatal(err)
		}
		left = st.Queue
	}
	if kills < 5 {
		t.Errorf("only %d kills", kills)
	}
	t.Logf("%d kills, %d requests went wrong", kills, bad.faults.Load())
	for i, dir := range dirs {
		exactlyOnce(t, s, dir, ends[i])
		prefix := "recordings/court-1/2026-03-02/" + filepath.Base(dir) + "/"
		if all := versions(t, s, prefix); len(all) != 25+5 {
			t.Errorf("%s: %d objects", prefix, len(all))
		}
	}
	uploads, err := openStore(t, storeOptions(s, s.URL)).core.ListMultipartUploads(t.Context(), s.Bucket, "", "", "", "", 100)
	if err != nil || len(uploads.Uploads) > 0 {
		t.Errorf("uploads that were never finished are left: %v, %v", uploads.Uploads, err)
	}
}

func child(t *testing.T, endpoint, root, queueDir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"="+endpoint, childEnv+"_ROOT="+root, childEnv+"_QUEUE="+queueDir)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if _, err := io.ReadFull(out, make([]byte, len("running"))); err != nil {
		_ = cmd.Wait()
		t.Fatalf("the archive does not start: %v: %s", err, errs.String())
	}
	return cmd
}

// TestStoreAway: while the store is away nothing waits for it, nothing is lost, and an
// operator is told once.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	bad := newBadStore(t, s.URL)
	o.Endpoint = bad.URL
	s.Stop()
	dir, ends := f.recording(t, "r1", nil, true, 40_000, 50_000, 60_000)
	a := start(t, o, f, t.TempDir())
	for _, e := range ends {
		began := time.Now()
		a.Segment(dir, e)
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("queueing took %v", took)
		}
	}
	a.Sealed(dir)
	if e := <-a.events; e.Kind != EventAway || e.Detail == "" {
		t.Errorf("%+v", e)
	}
	wait(t, "many tries", time.Minute, func() (bool, string) {
		st, _ := a.Status()
		return st.Failures > 10, fmt.Sprintf("%+v", st)
	})
	st, err := a.Status()
	if err != nil || !st.Away || st.Queue != len(ends)+1 || st.Oldest.IsZero() || st.Error == "" {
		t.Errorf("%+v, %v", st, err)
	}
	bad.broken.Store(true) // it comes back, and answers 500
	s.Again(t)
	n := bad.faults.Load()
	wait(t, "answers of 500", time.Minute, func() (bool, string) { return bad.faults.Load() > n+5, "" })
	a.stop() // the hub is restarted meanwhile
	a = start(t, o, f, a.o.Dir)
	bad.broken.Store(false)
	a.drained(t, time.Minute)
	exactlyOnce(t, s, dir, ends)
}

// TestEventsOfAway: away once, back once, however long it takes.
func TestEventsOfAway(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	bad := newBadStore(t, s.URL)
	o.Endpoint = bad.URL
	bad.broken.Store(true)
	dir, ends := f.recording(t, "r1", nil, true, 40_000)
	a := start(t, o, f, t.TempDir())
	a.Segment(dir, ends[0])
	wait(t, "many failures", time.Minute, func() (bool, string) { return bad.faults.Load() > 12, "" })
	bad.broken.Store(false)
	a.drained(t, time.Minute)
	a.stop()
	close(a.events)
	var kinds []string
	for e := range a.events {
		kinds = append(kinds, string(e.Kind))
	}
	if got := strings.Join(kinds, " "); got != "away back" {
		t.Errorf("told: %s", got)
	}
}

// TestSlowStore: at 100 kB/s a segment takes its time and is not given up; one of several
// parts goes on where it was when the hub is restarted.
func TestSlowStore(t *testing.T) {
	t.Parallel()
	s, o, f := lockedStore(t)
	bad := newBadStore(t, s.URL)
	bad.rate.Store(100_000)
	o.Endpoint = bad.URL
	const small, long = 800_000, 5<<20 + 700_000
	dir, ends := f.recording(t, "r1", nil, true, small, long)
	a := start(t, o, f, t.TempDir())
	wait(t, "the small segment", time.Minute, func() (bool, string) {
		st, _ := a.Status()
		return st.Bytes >= small, fmt.Sprint(bad.sent.Load())
	})
	bad.rate.Store(600_000)
	wait(t, "the first part of the long segment", time.Minute, func() (bool, string) {
		return bad.sent.Load() > small+5<<20+200_000, fmt.Sprint(bad.sent.Load())
	})
	a.stop()
	a = start(t, o, f, a.o.Dir)
	a.drained(t, time.Minute)
	exactlyOnce(t, s, dir, ends)
	if sent := bad.sent.Load(); sent > long+small+900_000 {
		t.Errorf("%d bytes were sent for %d: the first part was sent again", sent, long+small)
	}
	if st, err := a.Status(); err != nil || st.Failures > 0 {
		t.Errorf("%+v, %v", st, err)
	}
}
