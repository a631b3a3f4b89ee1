package sources

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A source's changes within this time are told once.
const settle = 100 * time.Millisecond

// changes tells of sources that have changed, from one goroutine.
type changes struct {
	tell func(id string)
	wake chan struct{}
	quit chan struct{}
	once sync.Once
	done chan struct{}

	mu     sync.Mutex
	marked map[string]bool
}

func startChanges(tell func(string)) *changes {
	c := &changes{
		tell: tell, marked: map[string]bool{},
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	go c.run()
	return c
}

// mark never blocks.
func (c *changes) mark(id string) {
	c.mu.Lock()
	c.marked[id] = true
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *changes) run() {
	defer close(c.done)
	timer := time.NewTimer(settle)
	defer timer.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-c.wake:
		}
		timer.Reset(settle)
		select {
		case <-c.quit:
			return
		case <-timer.C:
		}
		c.mu.Lock()
		marked := c.marked
		c.marked = map[string]bool{}
		c.mu.Unlock()
		for _, id := range slices.Sorted(maps.Keys(marked)) {
			c.tell(id)
		}
	}
}

// close waits until the last call has returned.
func (c *changes) close() {
	c.once.Do(func() { close(c.quit) })
	<-c.done
}
