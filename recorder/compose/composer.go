package compose

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Options of a composer.
type Options struct {
	Dir    string // of what was made
	FFmpeg string // empty: nothing can be made
	Keep   int    // how many are kept, default 20
	Wait   int    // how many may wait, default 20
	Log    *slog.Logger
}

// Order is a picture that somebody wants.
type Order struct {
	For        string   // what it belongs to; a job is found by it and its id
	Recordings []string // folders of sealed recordings
	Layout     Layout
	Main       string // source of the large picture; empty: the first
	Number     string // 案号, burnt in
	Watermark  string // burnt in; empty: none
}

// State of a job.
type State string

// States.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Job is a picture in the making, or made.
type Job struct {
	ID       string    `json:"id"`
	For      string    `json:"for"`
	Layout   Layout    `json:"layout"`
	Main     string    `json:"main,omitempty"`
	Mark     string    `json:"watermark,omitempty"`
	State    State     `json:"state"`
	Progress float64   `json:"progress"` // 0 to 1
	Why      string    `json:"why,omitempty"`
	Asked    time.Time `json:"asked"`
	Size     int64     `json:"size,omitempty"` // of the file
	CRC      uint32    `json:"crc,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
}

// ErrBusy says that too many wait.
var ErrBusy = errors.New("too many composed pictures are being made: try again when one is ready")

// Composer makes pictures, one at a time.
type Composer struct {
	o    Options
	ctx  context.Context
	stop context.CancelFunc
	done sync.WaitGroup
	wake chan struct{}

	mu     sync.Mutex
	jobs   map[string]*Job
	orders map[string]Order // of those that wait
}

// New takes the folder. Close ends it.
func New(o Options) (*Composer, error) {
	if o.Keep <= 0 {
		o.Keep = 20
	}
	if o.Wait <= 0 {
		o.Wait = 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("composed pictures: %w", err)
	}
	c := &Composer{o: o, wake: make(chan struct{}, 1), jobs: map[string]*Job{}, orders: map[string]Order{}}
	c.ctx, c.stop = context.WithCancel(context.Background())
	if err := c.load(); err != nil {
		return nil, err
	}
	c.done.Go(c.work)
	return c, nil
}

// Close ends what is being made, and waits.
func (c *Composer) Close() error {
	c.stop()
	c.done.Wait()
	return nil
}

// idOf names an order: the same again is the same job.
func idOf(o Order) string {
	h := sha256.New()
	for _, part := range append([]string{o.For, string(o.Layout), o.Main, o.Number, o.Watermark}, o.Recordings...) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

// Make orders a picture. One that is there, or being made, is returned.
func (c *Composer) Make(o Order) (Job, error) {
	if o.Layout != Grid && o.Layout != PIP {
		return Job{}, fmt.Errorf("there is no layout %q", o.Layout)
	}
	if c.o.FFmpeg == "" {
		return Job{}, ErrNoFFmpeg
	}
	if _, err := planOf(o.Recordings, o.Main); err != nil {
		return Job{}, err
	}
	id := idOf(o)
	c.mu.Lock()
	defer c.mu.Unlock()
	if j := c.jobs[id]; j != nil && j.State != Failed {
		return *j, nil
	}
	if len(c.orders) >= c.o.Wait {
		return Job{}, ErrBusy
	}
	j := &Job{ID: id, For: o.For, Layout: o.Layout, Main: o.Main, Mark: o.Watermark, State: Waiting, Asked: time.Now().UTC()}
	c.jobs[id], c.orders[id] = j, o
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return *j, nil
}

// Jobs are those for something, the latest first.
func (c *Composer) Jobs(what string) []Job {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := []Job{}
	for _, j := range c.jobs {
		if j.For == what {
			all = append(all, *j)
		}
	}
	slices.SortFunc(all, func(a, b Job) int { return b.Asked.Compare(a.Asked) })
	return all
}

// Job finds one by its id.
func (c *Composer) Job(id string) (Job, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if j := c.jobs[id]; j != nil {
		return *j, true
	}
	return Job{}, false
}

func (c *Composer) work() {
	for {
		for id, o := c.next(); id != ""; id, o = c.next() {
			c.make(id, o)
		}
		select {
		case <-c.wake:
		case <-c.ctx.Done():
			return
		}
	}
}

// next is the order that has waited longest.
func (c *Composer) next() (id string, o Order) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return "", o
	}
	for k := range c.orders {
		if id == "" || c.jobs[k].Asked.Before(c.jobs[id].Asked) {
			id = k
		}
	}
	if id != "" {
		o = c.orders[id]
		delete(c.orders, id)
		c.jobs[id].State = Running
	}
	return id, o
}

func (c *Composer) make(id string, o Order) {
	file, err := c.compose(id, o)
	c.mu.Lock()
	j := c.jobs[id]
	if err != nil {
		j.State, j.Why = Failed, err.Error()
		c.o.Log.Error("composed picture", "for", o.For, "err", err)
	} else {
		j.State, j.Progress, j.Size, j.CRC, j.SHA256 = Done, 1, file.Size, file.CRC, file.SHA256
	}
	c.mu.Unlock()
	c.forget()
}

// compose makes the file, and puts it into place when it is whole.
func (c *Composer) compose(id string, o Order) (made Job, err error) {
	font, err := Font(c.ctx)
	if err != nil {
		return made, err
	}
	p, err := planOf(o.Recordings, o.Main)
	if err != nil {
		return made, err
	}
	dir, err := os.MkdirTemp(c.o.Dir, "making-*")
	if err != nil {
		return made, fmt.Errorf("composed pictures: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file, err := p.run(c.ctx, c.o.FFmpeg, font, dir, o, func(done float64) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.jobs[id].Progress = done
	})
	if err != nil {
		return made, err
	}
	j, _ := c.Job(id)
	j.State, j.Progress = Done, 1
	if err := sumsOf(file, &j); err != nil {
		return made, err
	}
	raw, err := json.Marshal(j)
	if err != nil {
		return made, err
	}
	if err := os.WriteFile(filepath.Join(dir, "job"), raw, 0o600); err != nil {
		return made, err
	}
	return j, errors.Join(os.Rename(file, c.File(id)), os.Rename(filepath.Join(dir, "job"), filepath.Join(c.o.Dir, id+".json")))
}
