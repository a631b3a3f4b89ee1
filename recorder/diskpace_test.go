package recorder

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// diskPace measures, beside a test, how long this machine takes to bring a few bytes
// onto the disk: on a busy one that is longer than a part, and no recorder can keep
// what the disk has not taken.
type diskPace struct {
	mu    sync.Mutex
	tries []diskTry
}

type diskTry struct{ begun, done time.Time }

// measureDisk measures in a folder until the test ends.
func measureDisk(t *testing.T, dir string) *diskPace {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "pace"))
	if err != nil {
		t.Fatal(err)
	}
	p, stop, done := &diskPace{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		some := make([]byte, 32<<10)
		for {
			try := diskTry{begun: time.Now()}
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
			_, err := f.WriteAt(some, 0)
			if err == nil {
				err = f.Sync()
			}
			if err != nil {
				t.Error(err)
				return
			}
			try.done = time.Now()
			p.mu.Lock()
			p.tries = append(p.tries, try)
			p.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
		_ = f.Close()
	})
	return p
}

// slowest is the longest that it took in a second before a moment, or at it.
func (p *diskPace) slowest(at time.Time) (d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.tries {
		if x.done.After(at.Add(-time.Second)) && x.begun.Before(at) {
			d = max(d, x.done.Sub(x.begun))
		}
	}
	return d
}
