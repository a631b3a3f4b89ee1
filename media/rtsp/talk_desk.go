package rtsp

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Desk sees to it that a loudspeaker is one talker's at a time. The zero value is ready;
// it may be used from any goroutine.
//
//	talk, err := desk.Open(ctx, "court-1", "clerk Li", rtsp.TalkOptions{URL: url})
type Desk struct {
	mu   sync.Mutex
	held map[string]Holding
}

// Holding says who talks to whom.
type Holding struct {
	Source string // whose loudspeaker
	Holder string // who talks, as people call them
	Since  time.Time
}

// HeldError refuses a second talker.
type HeldError struct{ Holding }

// Error implements error.
func (e *HeldError) Error() string {
	return fmt.Sprintf("the loudspeaker of %s is in use: %s has had it since %s; wait until they hang up, or ask them to",
		e.Source, e.Holder, e.Since.Format(time.TimeOnly))
}

// Open opens a talk to a source's loudspeaker for a holder, as OpenTalk does, unless
// another holds it: then the error is a *HeldError. The loudspeaker is free again when
// the talk has ended, for whatever reason.
func (d *Desk) Open(ctx context.Context, source, holder string, o TalkOptions) (*Talk, error) {
	d.mu.Lock()
	if other, ok := d.held[source]; ok {
		d.mu.Unlock()
		return nil, &HeldError{other}
	}
	if d.held == nil {
		d.held = map[string]Holding{}
	}
	d.held[source] = Holding{source, holder, time.Now()}
	d.mu.Unlock()
	release := func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.held, source)
	}
	t, err := openTalk(ctx, o, release)
	if err != nil {
		release()
		return nil, err
	}
	return t, nil
}

// Holdings are the talks that are open, in the order of their sources.
func (d *Desk) Holdings() []Holding {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Holding, 0, len(d.held))
	for _, h := range d.held {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b Holding) int {
		if a.Source < b.Source {
			return -1
		}
		return 1
	})
	return all
}
