package loudspeaker

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/mix"
	"avhub/media/packet"
)

const (
	// heldWait is how often a loudspeaker is asked for that another holds, and noneWait one
	// that the device says it has not.
	heldWait = 2 * time.Second
	noneWait = 10 * time.Minute
	// healthy is how long a talk has lasted whose end is no reason to be patient.
	healthy = 10 * time.Second
)

// errRetuned says that other voices are to be left out from now on.
var errRetuned = errors.New("retuned")

// speaker is one loudspeaker that is kept.
type speaker struct {
	set    *Set
	id     string
	before *speaker // of the same device, which hangs up
	ctx    context.Context
	stop   context.CancelFunc
	done   chan struct{}
	again  chan struct{} // holds one

	mu      sync.Mutex
	over    bool // nothing is said any more
	without []string
	retune  context.CancelFunc // ends listening to the mix that it has; may be nil
	status  Status
}

func newSpeaker(s *Set, d Device, before *speaker) *speaker {
	sp := &speaker{
		set: s, id: d.ID, before: before, done: make(chan struct{}), again: make(chan struct{}, 1),
		without: slices.Clone(d.Without), status: Status{State: Opening, Since: time.Now()},
	}
	sp.ctx, sp.stop = context.WithCancel(s.ctx)
	return sp
}

// run keeps the loudspeaker until it is ended.
func (sp *speaker) run() {
	defer close(sp.done)
	defer sp.stop()
	if sp.before != nil {
		<-sp.before.done // it hangs up, which does not take long
		sp.before = nil
	}
	var wait time.Duration
	for sp.ctx.Err() == nil {
		began := time.Now()
		err := sp.talk()
		if sp.ctx.Err() != nil || errors.Is(err, mix.ErrClosed) {
			return
		}
		status := statusOf(err)
		if sp.now().State == Reached {
			sp.set.o.Log.Info("a loudspeaker is gone", "device", sp.id, "why", err)
			if time.Since(began) > healthy {
				wait = 0
			}
		}
		sp.show(status)
		wait = min(max(sp.set.o.FirstWait, 2*wait), sp.set.o.MostWait)
		sp.pause(map[State]time.Duration{Held: heldWait, None: noneWait, Away: wait}[status.State], &wait)
	}
}

// pause waits until the device is to be tried again.
func (sp *speaker) pause(d time.Duration, wait *time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-sp.again:
		*wait = 0
	case <-sp.ctx.Done():
	}
}

// talk opens the way to the device and says what the room says, until either ends.
func (sp *speaker) talk() (err error) {
	defer media.Contain(sp.set.o.Log, "loudspeaker "+sp.id, func(fault error) { err = fault })
	t, err := sp.set.o.Open(sp.ctx, sp.id)
	if err != nil {
		return err
	}
	defer t.Close()
	form := mix.PCMA
	if t.Kind() == packet.PCMU {
		form = mix.PCMU
	}
	sp.show(Status{State: Reached})
	for {
		if err := sp.say(t, form); !errors.Is(err, errRetuned) {
			return err
		}
	}
}

// say says the mix without the voices that are left out now.
func (sp *speaker) say(t Talk, form mix.Form) error {
	ctx, cancel := context.WithCancel(sp.ctx)
	defer cancel()
	sp.mu.Lock()
	without := sp.without
	sp.retune = cancel
	sp.mu.Unlock()
	tap, err := sp.set.o.Console.Tap(form, without...)
	if err != nil {
		return err
	}
	defer tap.Close()
	var buf []byte
	for {
		piece, err := tap.Next(ctx, buf)
		switch {
		case sp.ctx.Err() != nil:
			return sp.ctx.Err()
		case ctx.Err() != nil:
			return errRetuned
		case err != nil:
			return err
		}
		buf = piece.Data
		if err := sp.write(t, buf); err != nil {
			return err
		}
	}
}

// write says 20 ms, unless nothing is to be said any more. A talk takes them at once.
func (sp *speaker) write(t Talk, frame []byte) error {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.over {
		return context.Canceled
	}
	return t.Write(frame)
}

// end stops saying anything at once; the device is free when the speaker is done.
func (sp *speaker) end() {
	sp.mu.Lock()
	sp.over = true
	sp.mu.Unlock()
	sp.stop()
}

// leaveOut changes the voices that are left out.
func (sp *speaker) leaveOut(voices []string) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if slices.Equal(sp.without, voices) {
		return
	}
	sp.without = slices.Clone(voices)
	if sp.retune != nil {
		sp.retune()
	}
}

func (sp *speaker) poke() {
	select {
	case sp.again <- struct{}{}:
	default:
	}
}

func (sp *speaker) now() Status {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.status
}

// show notes a status, and tells that it is another. Since stays where only words change.
func (sp *speaker) show(s Status) {
	sp.mu.Lock()
	was := sp.status
	s.Since = was.Since
	if s.State != was.State {
		s.Since = time.Now()
	}
	changed := s != was
	sp.status = s
	sp.mu.Unlock()
	if changed {
		sp.set.o.Changed()
	}
}
