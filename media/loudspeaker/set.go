package loudspeaker

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"avhub/media/mix"
	"avhub/media/packet"
)

// Talk is the way to a device's loudspeaker, as *rtsp.Talk is one.
type Talk interface {
	Kind() packet.Kind // PCMA or PCMU
	Write(frame []byte) error
	Close()
}

// Device is a loudspeaker that is to be kept.
type Device struct {
	ID      string
	Without []string // voices that it does not say: those of microphones beside it
}

// Options of a set. Console and Open are needed.
type Options struct {
	Console *mix.Console
	// Open opens the way to a device, as rtsp.Desk.Open does. The way ends with ctx.
	Open func(ctx context.Context, device string) (Talk, error)
	// Changed is called when a status has changed. It must not wait.
	Changed func()
	// FirstWait is how long after a failure the first new try is, 0 means 1 s; MostWait how
	// long the waits become, 0 means 30 s.
	FirstWait, MostWait time.Duration
	Log                 *slog.Logger
}

// Set keeps the loudspeakers of one room. It may be used from any goroutine.
type Set struct {
	o    Options
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu       sync.Mutex
	speakers map[string]*speaker
	ending   map[string]*speaker // those that hang up
	closed   bool
}

// NewSet makes a set that keeps none.
func NewSet(o Options) *Set {
	if o.Changed == nil {
		o.Changed = func() {}
	}
	if o.FirstWait == 0 {
		o.FirstWait = time.Second
	}
	if o.MostWait == 0 {
		o.MostWait = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Set{o: o, speakers: map[string]*speaker{}, ending: map[string]*speaker{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Keep makes the loudspeakers that are kept these. It waits for no device: others are
// silent when it returns, and free a moment later.
func (s *Set) Keep(devices []Device) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, sp := range s.speakers {
		if !slices.ContainsFunc(devices, func(d Device) bool { return d.ID == id }) {
			s.end(sp)
		}
	}
	for _, d := range devices {
		if sp := s.speakers[d.ID]; sp != nil {
			sp.leaveOut(d.Without)
		} else if !s.closed {
			s.begin(d)
		}
	}
}

// begin is called with s.mu held.
func (s *Set) begin(d Device) {
	sp := newSpeaker(s, d, s.ending[d.ID])
	s.speakers[d.ID] = sp
	s.wg.Go(func() {
		sp.run()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ending[d.ID] == sp {
			delete(s.ending, d.ID)
		}
	})
}

// end is called with s.mu held.
func (s *Set) end(sp *speaker) {
	delete(s.speakers, sp.id)
	s.ending[sp.id] = sp
	sp.end()
}

// Again has a device tried at once that could not be reached: it may be back.
func (s *Set) Again(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp := s.speakers[id]; sp != nil {
		sp.poke()
	}
}

// Status is how a loudspeaker is doing; false: it is not kept.
func (s *Set) Status(id string) (Status, bool) {
	s.mu.Lock()
	sp := s.speakers[id]
	s.mu.Unlock()
	if sp == nil {
		return Status{}, false
	}
	return sp.now(), true
}

// States are those of all that are kept, in no order.
func (s *Set) States() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []State
	for _, sp := range s.speakers {
		all = append(all, sp.now().State)
	}
	return all
}

// Close ends all talks and waits until the devices are free.
func (s *Set) Close() {
	s.mu.Lock()
	s.closed = true
	for _, sp := range s.speakers {
		s.end(sp)
	}
	s.mu.Unlock()
	s.stop()
	s.wg.Wait()
}
