package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"avhub/recorder/manifest"
)

// Options of an archive.
type Options struct {
	Store *Store
	Dir   string   // of the queue
	Roots []string // folders of recordings, spelt as Annex wants them
	// Annex adds a receipt to a recording's manifest; when it returns nil that is on disk.
	Annex   func(ctx context.Context, dir, kind string, body any) error
	Told    func(Event) // hears what an operator should know; must not wait
	Workers int         // files at once, default 2
	Log     *slog.Logger
	// Backoff bounds the wait after a failure; default 1 s to 1 minute.
	BackoffMin, BackoffMax time.Duration
}

// Archive sends what is queued. Its methods may be called at once, also before Run.
type Archive struct {
	o     Options
	queue *queue
	lock  *os.File
	wake  chan struct{}
	heard chan heard
	onWay atomic.Int64 // heard and not yet on disk

	snapshots sync.Mutex // held while the manifest of a recording that goes on is sent

	mu     sync.Mutex
	health health
	away   bool
	status Status
}

// heard is something to be queued, from whoever must not wait.
type heard struct {
	dir, name string
	body      segmentTask
}

const maxHeard = 8192

// New opens the queue. One process at a time may.
func New(o Options) (*Archive, error) {
	if o.Store == nil || o.Dir == "" || o.Annex == nil || len(o.Roots) == 0 {
		return nil, errors.New("archive: Store, Dir, Roots and Annex are needed")
	}
	setDefaults(&o)
	q, err := openQueue(o.Dir, o.Roots)
	if err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(o.Dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("archive: queue: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("archive: another process works on the queue: is the hub running twice on one data_dir?"), lock.Close())
	}
	a := &Archive{o: o, queue: q, lock: lock, wake: make(chan struct{}, 1), heard: make(chan heard, maxHeard)}
	a.health.min, a.health.max = o.BackoffMin, o.BackoffMax
	return a, nil
}

func setDefaults(o *Options) {
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.BackoffMin <= 0 {
		o.BackoffMin = time.Second
	}
	if o.BackoffMax <= 0 {
		o.BackoffMax = time.Minute
	}
	if o.Told == nil {
		o.Told = func(Event) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Segment queues a segment that has ended. It does not wait for the disk: what a crash
// takes before it is there, the next start finds.
func (a *Archive) Segment(dir string, end manifest.SegmentEnd) {
	a.hear(heard{dir, manifest.SegmentFile(end.Segment), segmentTask{Size: end.Size, SHA256: end.SHA256}})
}

// Sealed queues the manifest of a recording that has ended, and whatever of it is not
// archived yet. It does not wait.
func (a *Archive) Sealed(dir string) { a.hear(heard{dir: dir, name: taskFinish}) }

// Changed queues the manifest of a sealed recording to which something was added. It
// does not wait.
func (a *Archive) Changed(dir string) {
	if _, err := os.Stat(filepath.Join(dir, manifest.SealFileName)); err == nil {
		a.Sealed(dir)
	}
}

// Hold puts a legal hold on all objects of a recording, those to come included, or
// takes it off. When it returns nil it is in the queue.
func (a *Archive) Hold(dir string, on bool) error {
	if err := a.queue.change(dir, func(t *tracked) { t.Held = on }); err != nil {
		return err
	}
	if err := a.queue.add(dir, taskHold, segmentTask{}); err != nil {
		return err
	}
	a.Changed(dir)
	a.rouse()
	return nil
}

// hear takes what is to be queued. Should the disk be so slow that thousands wait, a
// recording's finish looks for what is missing.
func (a *Archive) hear(h heard) {
	a.onWay.Add(1)
	select {
	case a.heard <- h:
	default:
		a.onWay.Add(-1)
		a.o.Log.Warn("archive: the queue's disk is slow, a segment is queued at the recording's end", "dir", h.dir, "file", h.name)
	}
}

// rouse wakes a worker.
func (a *Archive) rouse() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends.
func (a *Archive) Run(ctx context.Context) {
	var g sync.WaitGroup
	g.Go(func() { a.listen(ctx) })
	g.Go(func() {
		if err := a.sweep(ctx); err != nil {
			a.o.Log.Error("archive: looking for recordings that are not archived", "err", err)
		}
	})
	for range a.o.Workers {
		g.Go(func() { a.work(ctx) })
	}
	g.Go(func() { a.report(ctx) })
	g.Wait()
}

// Close gives the queue free, after Run has ended.
func (a *Archive) Close() error {
	a.flush()
	a.o.Store.Close()
	return a.lock.Close()
}

// listen puts onto the disk what is heard.
func (a *Archive) listen(ctx context.Context) {
	for {
		select {
		case h := <-a.heard:
			a.enqueue(h)
		case <-ctx.Done():
			a.flush()
			return
		}
	}
}

func (a *Archive) flush() {
	for {
		select {
		case h := <-a.heard:
			a.enqueue(h)
		default:
			return
		}
	}
}

func (a *Archive) enqueue(h heard) {
	defer a.onWay.Add(-1)
	if err := a.queue.add(h.dir, h.name, h.body); err != nil {
		a.o.Log.Error("archive: queue", "dir", h.dir, "file", h.name, "err", err)
		a.fail(err)
		return
	}
	a.rouse()
}
