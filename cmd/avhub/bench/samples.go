package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// samples are measured times, from many goroutines.
type samples struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *samples) add(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, d)
}

// at is the value that the given part of the samples does not exceed.
func (s *samples) at(part float64) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return 0
	}
	slices.Sort(s.all)
	return s.all[min(int(part*float64(len(s.all))), len(s.all)-1)]
}

func (s *samples) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

func (s *samples) String() string {
	return fmt.Sprintf("p50 %s, p95 %s, p99 %s", ms(s.at(0.5)), ms(s.at(0.95)), ms(s.at(0.99)))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
