package stamp

import (
	"errors"
	"io/fs"
	"time"
)

// job is a recording that waits for a stamp.
type job struct {
	dir    string
	sealed bool // over the seal; else over the newest head
	since  time.Time
	after  time.Time // not before
	tries  int
}

func (s *Stamper) want(dir string, sealed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for i := range s.waiting {
		if j := &s.waiting[i]; j.dir == dir {
			j.sealed = j.sealed || sealed // a newer head takes the older ones along
			return
		}
	}
	s.waiting = append(s.waiting, job{dir: dir, sealed: sealed, since: now})
	s.nudge()
}

func (s *Stamper) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// next takes the first job whose time has come; nil: wait so long.
func (s *Stamper) next() (*job, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := time.Hour
	for _, j := range s.waiting {
		d := time.Until(j.after)
		if d <= 0 {
			return &j, 0
		}
		wait = min(wait, d)
	}
	return nil, wait
}

// errNotYet says that what is to be stamped is not signed yet.
var errNotYet = errors.New("its head is not signed yet")

// done takes a job out, or gives it another time.
func (s *Stamper) done(j job, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := 0
	for i < len(s.waiting) && s.waiting[i].dir != j.dir {
		i++
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		s.status.Err = ""
		if later := s.waiting[i]; err == nil && later.sealed && !j.sealed { // sealed in between
			s.waiting[i].after = time.Time{}
			return
		}
		s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
		return
	}
	s.waiting[i].tries++
	delay := s.o.first
	for range min(s.waiting[i].tries-1, 20) {
		delay = min(2*delay, s.o.most)
	}
	if errors.Is(err, errNotYet) {
		s.waiting[i].after = time.Now().Add(min(delay, time.Second))
		return
	}
	s.status.Err = err.Error()
	// If the authority is away it is so for all.
	for k := range s.waiting {
		s.waiting[k].after = time.Now().Add(delay)
	}
	s.o.Log.Warn("time stamp: tried again later", "dir", j.dir, "in", delay, "err", err)
}
