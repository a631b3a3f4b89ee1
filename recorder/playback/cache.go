package playback

import (
	"container/list"
	"sync"
)

// cache keeps what was used last, up to a sum of costs. The zero value keeps
// nothing; set most.
type cache[K comparable, V any] struct {
	most int

	mu   sync.Mutex
	sum  int
	by   map[K]*list.Element
	used list.List // of *cached, the last used first
}

type cached[K comparable, V any] struct {
	key   K
	value V
	cost  int
}

func (c *cache[K, V]) get(key K) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.by[key]
	if !ok {
		return v, false
	}
	c.used.MoveToFront(e)
	return e.Value.(*cached[K, V]).value, true
}

// put keeps a value, in place of an older one of the key. What costs more than all
// may is kept alone.
func (c *cache[K, V]) put(key K, v V, cost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.by[key]; ok {
		c.drop(e)
	}
	if c.by == nil {
		c.by = map[K]*list.Element{}
	}
	c.by[key] = c.used.PushFront(&cached[K, V]{key, v, cost})
	c.sum += cost
	for c.sum > c.most && c.used.Len() > 1 {
		c.drop(c.used.Back())
	}
}

func (c *cache[K, V]) remove(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.by[key]; ok {
		c.drop(e)
	}
}

func (c *cache[K, V]) drop(e *list.Element) {
	x := e.Value.(*cached[K, V])
	c.used.Remove(e)
	delete(c.by, x.key)
	c.sum -= x.cost
}
