package egress

import (
	"context"
	"runtime"
	"sync"
	"time"

	"avhub/media"
)

// shardSize is how many viewers a shard takes before another is opened, as
// long as there are cores for it.
const shardSize = 32

// keyframeEvery bounds how often a publisher is asked for a keyframe.
const keyframeEvery = time.Second

// Fanout sends one stream to its viewers.
type Fanout struct {
	stream *media.Stream
	// keyframe asks the source for a keyframe; nil where it cannot be asked.
	keyframe func()

	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu      sync.Mutex
	shards  []*shard
	closed  bool
	err     error // why the stream ended
	lastKey time.Time
}

// NewFanout makes a fan-out without viewers; keyframe may be nil.
func NewFanout(stream *media.Stream, keyframe func()) *Fanout {
	ctx, stop := context.WithCancel(context.Background())
	return &Fanout{stream: stream, keyframe: keyframe, ctx: ctx, stop: stop}
}

// Attach begins to send to a viewer: the pictures since the last keyframe at
// once, then live. It returns when the viewer is live.
func (f *Fanout) Attach(ctx context.Context, v *Viewer) error {
	v.mu.Lock()
	v.base = f
	if v.Video != nil {
		v.track = v.Video.Track
	}
	if v.Audio != nil {
		_, end := f.stream.Group()
		v.Audio.settle(f, end)
	}
	v.mu.Unlock()
	if v.Video != nil {
		v.catchUp(ctx, f, v.Video, v.Video.Track)
		if v.isWaiting() {
			f.wantKeyframe(time.Now())
		}
	}
	return f.take(v)
}

func (v *Viewer) isWaiting() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.Video.waiting
}

// take gives the viewer to a shard.
func (f *Fanout) take(v *Viewer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.err != nil:
		return f.err
	case f.closed:
		return media.ErrClosed
	case v.gone.Load():
		return nil
	}
	f.shardFor().add(v)
	return nil
}

// Detach stops sending to a viewer. When it returns nothing more of this stream
// is sealed for it.
func (f *Fanout) Detach(v *Viewer) {
	v.markGone()
	f.drop(v)
}

// drop takes the viewer off its shard.
func (f *Fanout) drop(v *Viewer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.shards {
		if s.remove(v) {
			return
		}
	}
}

// Viewers is how many viewers are attached.
func (f *Fanout) Viewers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, s := range f.shards {
		n += len(s.snapshot())
	}
	return n
}

// Close ends the fan-out and waits for its goroutines. Viewers are not told.
func (f *Fanout) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.stop()
	f.wg.Wait()
}

// start runs something that Close waits for; not after Close.
func (f *Fanout) start(run func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.wg.Go(run)
	}
}

// shardFor finds the shard with the fewest viewers, or opens one. f.mu is held.
func (f *Fanout) shardFor() *shard {
	var best *shard
	fewest := 0
	for _, s := range f.shards {
		if n := len(s.snapshot()); best == nil || n < fewest {
			best, fewest = s, n
		}
	}
	if best != nil && (fewest < shardSize || len(f.shards) >= runtime.GOMAXPROCS(0)) {
		return best
	}
	s := &shard{fanout: f}
	f.shards = append(f.shards, s)
	reader := f.stream.Subscribe(media.ReaderOptions{Derived: true})
	f.wg.Go(func() {
		err := s.run(f.ctx, reader)
		f.mu.Lock()
		if f.err == nil {
			f.err = err
		}
		f.mu.Unlock()
		s.end(err)
	})
	return s
}

// wantKeyframe asks the source for a keyframe, at most once a second.
func (f *Fanout) wantKeyframe(now time.Time) {
	f.mu.Lock()
	due := f.keyframe != nil && now.Sub(f.lastKey) >= keyframeEvery
	if due {
		f.lastKey = now
	}
	f.mu.Unlock()
	if due {
		f.keyframe()
	}
}

// cached is the size of the pictures kept since the last keyframe of a track, 0
// without one.
func (f *Fanout) cached(track int) (size int) {
	units, _ := f.stream.Group()
	for _, u := range units {
		if u.Track == track {
			size += u.Size()
		}
	}
	return size
}
