// Package sources keeps the hub's sources by id: it starts them, watches them,
// says how they do, opens them on demand, and takes changes while they run.
//
// A source has a main and perhaps a sub [Line]. A line owns one [media.Stream]
// for as long as it exists: whoever reads it stays attached while the camera
// goes and comes back, or is replaced by another.
//
//	set := sources.New(sources.Options{Changed: publish})
//	set.Put(sources.Config{ID: "court-1", URL: "rtsp://10.0.0.5/main"})
//	line, err := set.Line("court-1", sources.Main)
//	stream, release, err := line.Acquire(ctx)
//	defer release()
//
// Invariants:
//   - every line has one goroutine; nothing waits for a camera while holding a
//     lock, so an unknown or broken camera never slows another;
//   - Put, Remove and Close never wait for a camera's answer;
//   - a fault while reading one source is contained and shown as its cause.
package sources

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"avhub/media/rtsp"
)

// Config is what a source is.
type Config struct {
	ID        string
	URL       string // rtsp or rtsps; empty: an encoder publishes it
	SubURL    string // empty: no sub stream
	Transport rtsp.Transport
	OnDemand  bool // open only while somebody watches
}

// Quality names a line of a source.
type Quality string

// The lines of a source.
const (
	Main Quality = "main"
	Sub  Quality = "sub"
)

// ErrUnknown says that there is no such source, or that it has no such line.
var ErrUnknown = errors.New("unknown source")

// Options are the set's. The zero value is good.
type Options struct {
	Log *slog.Logger // default: none
	// Changed is told that a status of a source has changed, at most ten times
	// a second for one source. It is called from one goroutine of the set.
	Changed func(id string)
	Linger  time.Duration // how long an on-demand line stays open unwatched; default 10 s
	Wait    time.Duration // how long Acquire waits; default 10 s
	Backoff Backoff
	Timeout time.Duration // of opening a session; default 10 s
	Stall   time.Duration // default 5 s; see rtsp.PullOptions
	// InsecureTLS accepts any certificate of rtsps cameras: theirs are
	// self-signed as a rule.
	InsecureTLS bool
}

func (o *Options) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Changed == nil {
		o.Changed = func(string) {}
	}
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&o.Linger, 10 * time.Second}, {&o.Wait, 10 * time.Second}, {&o.Timeout, 10 * time.Second}, {&o.Stall, 5 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	o.Backoff.setDefaults()
}

// Set is a hub's sources. It may be used from any goroutine.
type Set struct {
	o       Options
	ctx     context.Context
	cancel  context.CancelFunc
	changes *changes
	lines   sync.WaitGroup // goroutines of lines

	mu      sync.Mutex
	sources map[string]map[Quality]*Line
	closed  bool
}

// New makes an empty set. Close it.
func New(o Options) *Set {
	o.setDefaults()
	s := &Set{o: o, sources: map[string]map[Quality]*Line{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.changes = startChanges(o.Changed)
	return s
}

// Put adds a source or changes it. Lines whose settings are the same keep
// running; a line with another address is reconnected and keeps its readers. It
// returns at once.
func (s *Set) Put(c Config) error {
	if err := check(&c); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("the hub is shutting down")
	}
	lines := s.sources[c.ID]
	if lines == nil {
		lines = map[Quality]*Line{}
		s.sources[c.ID] = lines
	}
	s.putLine(lines, c, Main, c.URL)
	if c.SubURL != "" {
		s.putLine(lines, c, Sub, c.SubURL)
	} else if sub := lines[Sub]; sub != nil {
		delete(lines, Sub)
		sub.stop()
	}
	s.changes.mark(c.ID)
	return nil
}

func check(c *Config) error {
	switch {
	case c.ID == "":
		return errors.New("a source needs an id")
	case !c.Transport.Valid():
		return fmt.Errorf("source %s: transport %q: take auto, tcp, udp or multicast", c.ID, c.Transport)
	}
	for _, u := range []string{c.URL, c.SubURL} {
		if u != "" && !rtsp.ValidURL(u) {
			return fmt.Errorf("source %s: the address must look like rtsp://user:password@host/path", c.ID)
		}
	}
	if c.Transport == "" {
		c.Transport = rtsp.Auto
	}
	return nil
}

func (s *Set) putLine(lines map[Quality]*Line, c Config, q Quality, url string) {
	settings := settings{url: strings.TrimSpace(url), transport: c.Transport, onDemand: c.OnDemand}
	if l := lines[q]; l != nil {
		l.configure(settings)
		return
	}
	lines[q] = startLine(s, c.ID, q, settings)
}

// Remove takes a source away and waits until it has ended; its readers get
// media.ErrClosed.
func (s *Set) Remove(id string) error {
	s.mu.Lock()
	lines, ok := s.sources[id]
	delete(s.sources, id)
	s.mu.Unlock()
	if !ok {
		return fmt.Errorf("%w %s", ErrUnknown, id)
	}
	end(lines)
	return nil
}

func end(lines map[Quality]*Line) {
	for _, l := range lines {
		l.stop()
	}
	for _, l := range lines {
		<-l.done
	}
}

// Close ends all sources and waits for them.
func (s *Set) Close() {
	s.mu.Lock()
	all := s.sources
	s.sources = map[string]map[Quality]*Line{}
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	for _, lines := range all {
		end(lines)
	}
	s.lines.Wait() // also those that were taken away
	s.changes.close()
}

// Line finds a line of a source, or returns ErrUnknown.
func (s *Set) Line(id string, q Quality) (*Line, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.sources[id][q]
	if !ok {
		return nil, fmt.Errorf("%w %s (%s)", ErrUnknown, id, q)
	}
	return l, nil
}

// IDs are the sources' ids in order.
func (s *Set) IDs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, 0, len(s.sources))
	for id := range s.sources {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
