package recorder

import (
	"sync"
	"time"

	"avhub/media"
)

// item is one thing on the way from the intake to the cutter: a unit, new tracks, or
// an order. Their order is kept.
type item struct {
	unit   *media.Unit
	tracks []media.Track
	order  func(c *cutter, at time.Duration)
	at     time.Duration // when it came, on the stream's timeline
}

// queue holds what the disk is too slow for: in memory up to a bound, and what comes
// then in a spill file. What that cannot hold either is left out; the cutter sees it
// by the units' ordinals.
type queue struct {
	most  int
	spill func() (*spill, error)
	wake  chan struct{}

	mu     sync.Mutex
	items  []item
	bytes  int
	file   *spill // nil while memory is enough
	lost   uint64
	closed bool
}

func newQueue(most int, open func() (*spill, error)) *queue {
	return &queue{most: most, spill: open, wake: make(chan struct{}, 1)}
}

// put never waits for the cutter.
func (q *queue) put(it item) {
	q.mu.Lock()
	q.place(it)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) place(it item) {
	if q.closed {
		return
	}
	if q.file == nil && (it.unit == nil || q.bytes+it.unit.Size() <= q.most) {
		q.add(it)
		return
	}
	if q.file == nil {
		file, err := q.spill()
		if err != nil {
			q.refuse(it)
			return
		}
		q.file = file
	}
	if err := q.file.put(it); err != nil {
		q.refuse(it)
	}
}

// refuse leaves a unit out. Orders are never left out: they may overtake units.
func (q *queue) refuse(it item) {
	if it.unit != nil {
		q.lost++
		return
	}
	q.add(it)
}

func (q *queue) add(it item) {
	q.items = append(q.items, it)
	if it.unit != nil {
		q.bytes += it.unit.Size()
	}
}

// take returns the oldest item, if there is one.
func (q *queue) take() (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 && q.file != nil {
		q.fetch()
	}
	if len(q.items) == 0 {
		return item{}, false
	}
	it := q.items[0]
	q.items[0] = item{}
	q.items = q.items[1:]
	if it.unit != nil {
		q.bytes -= it.unit.Size()
	}
	return it, true
}

// fetch reads from the spill file, which ends when it is empty.
func (q *queue) fetch() {
	for len(q.items) < 256 && q.bytes < q.most/2 {
		it, ok, err := q.file.take()
		if err != nil {
			q.lost += q.file.left()
		}
		if !ok || err != nil {
			q.file.close()
			q.file = nil
			return
		}
		q.add(it)
	}
}

// lag is how many bytes wait.
func (q *queue) lag() (memory int, spilled int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.file != nil {
		spilled = q.file.size()
	}
	return q.bytes, spilled
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.items = nil
	if q.file != nil {
		q.file.close()
		q.file = nil
	}
}
