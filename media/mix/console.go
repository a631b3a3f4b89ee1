package mix

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"avhub/media"
	"avhub/media/transcode"
)

// maxBehind is how much mixing is made good after the machine was busy elsewhere.
const maxBehind = 200 * time.Millisecond

// ErrClosed is what listeners get when the console, or their tap, is closed.
var ErrClosed = errors.New("the mix has ended")

// Options of a console.
type Options struct {
	Name string // of what is mixed, for messages and for the streams it makes
	// Transcoder runs ffmpeg, for voices in AAC and for mixes as Opus. Nil: there is none.
	Transcoder *transcode.Transcoder
	Log        *slog.Logger
}

// Console mixes the sound of media streams as they come. It may be used from any
// goroutine. While nobody listens it decodes nothing.
type Console struct {
	o    Options
	zero time.Time // of the mixer's clock
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	heard atomic.Bool // somebody listens

	mu      sync.Mutex
	mixer   *Mixer
	inputs  map[string]*input
	lines   []*line
	streams []*opusStream
	skipped time.Duration
	closed  bool
}

// NewConsole makes a console and starts its clock.
func NewConsole(o Options) *Console {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Console{o: o, zero: time.Now(), mixer: NewMixer(), inputs: map[string]*input{}}
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.wg.Go(c.run)
	return c
}

// Close ends all voices and listeners, and waits.
func (c *Console) Close() {
	c.end()
	c.wg.Wait()
}

func (c *Console) end() {
	c.stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, l := range c.lines {
		l.wakeAll()
	}
}

// run ticks in real time.
func (c *Console) run() {
	defer media.Contain(c.o.Log, "mix "+c.o.Name, func(error) { c.end() })
	ticker := time.NewTicker(FrameTime)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.catchUp(time.Since(c.zero))
		case <-c.ctx.Done():
			return
		}
	}
}

// catchUp makes the frames that are due.
func (c *Console) catchUp(now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if behind := now - c.mixer.Now(); behind > maxBehind || len(c.lines) == 0 {
		c.mixer.Skip(behind)
		if len(c.lines) > 0 {
			c.skipped += behind
			c.o.Log.Warn("the mix stood still: the machine was busy", "mix", c.o.Name, "for", behind)
		}
	}
	for c.mixer.Now() <= now {
		c.mixer.Tick()
		for _, l := range c.lines {
			l.take(c.zero.Add(c.mixer.Now() - FrameTime - MinDelay))
		}
	}
}

// Add lets a voice in: the sound of a stream, which it follows over reconnects and
// changes of codec until Remove.
func (c *Console) Add(id string, s *media.Stream) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	v, err := c.mixer.Join(id)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", c.o.Name, id, err)
	}
	in := &input{console: c, voice: v, done: make(chan struct{})}
	ctx, stop := context.WithCancel(c.ctx)
	in.stop = stop
	c.inputs[id] = in
	c.wg.Go(func() {
		defer close(in.done)
		in.run(ctx, id, s)
	})
	return nil
}

// Remove takes a voice out and waits until its stream is let go. A voice that is not
// there is no error.
func (c *Console) Remove(id string) {
	c.mu.Lock()
	in := c.inputs[id]
	if in != nil {
		delete(c.inputs, id)
		in.voice.Leave()
		in.stop()
	}
	c.mu.Unlock()
	if in != nil {
		<-in.done
	}
}

// VoiceStatus is how a voice is doing.
type VoiceStatus struct {
	ID      string
	Codec   string // as it comes; empty before
	Problem string // why nothing is heard of it, for a technician; empty when all is well
	VoiceStats
}

// Voices tells how the voices are doing, in the order of their ids.
func (c *Console) Voices() []VoiceStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]VoiceStatus, 0, len(c.inputs))
	for id, in := range c.inputs {
		all = append(all, VoiceStatus{ID: id, Codec: in.codec, Problem: in.problem, VoiceStats: in.voice.Stats()})
	}
	slices.SortFunc(all, func(a, b VoiceStatus) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}

// Listeners is how many take a sum now, in one form or another.
func (c *Console) Listeners() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, l := range c.lines {
		n += len(l.taps)
	}
	for _, s := range c.streams {
		n += s.users - 1 // a stream is one tap, however many take it
	}
	return n
}

// Mixes is how many different sums are made now.
func (c *Console) Mixes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.mixer.combos)
}
