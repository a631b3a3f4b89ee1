package sources

import (
	"context"
	"fmt"
	"sync"
	"time"

	"avhub/media"
)

// NotLive says that a line gives nothing now, and why.
type NotLive struct {
	Status     media.Status
	RetryAfter time.Duration // when it is worth asking again
}

// Error implements error.
func (e *NotLive) Error() string {
	if e.Status.Cause != nil {
		return fmt.Sprintf("source not live: %s: %s", e.Status.Cause.Code, e.Status.Cause.Detail)
	}
	return "source not live: " + string(e.Status.State)
}

// Acquire takes hold of the line and waits until it is fed: an on-demand line
// is opened for it. It waits up to Options.Wait and not at all when the last
// try has failed: then, and when the time is over, the error is a *NotLive. The
// caller must call release, which may be called more than once.
func (l *Line) Acquire(ctx context.Context) (stream *media.Stream, release func(), err error) {
	stream, release = l.Hold()
	ctx, cancel := context.WithTimeoutCause(ctx, l.set.o.Wait, errWaited)
	defer cancel()
	for {
		st, fed := l.look()
		switch {
		case st.live() && l.stream.Fed():
			return stream, release, nil
		case st.Status.State == media.Offline:
			release()
			return nil, nil, l.notLive()
		}
		select {
		case <-st.changed:
		case <-fed:
		case <-l.done:
			release()
			return nil, nil, media.ErrClosed
		case <-ctx.Done():
			release()
			if context.Cause(ctx) == errWaited {
				return nil, nil, l.notLive()
			}
			return nil, nil, ctx.Err()
		}
	}
}

var errWaited = fmt.Errorf("not live in time")

// seen is a status with the channel that tells of the next.
type seen struct {
	media.Status
	changed <-chan struct{}
}

func (s seen) live() bool { return s.State == media.Live || s.State == media.Degraded }

func (l *Line) look() (seen, <-chan struct{}) {
	fed := l.stream.Changed()
	l.mu.Lock()
	defer l.mu.Unlock()
	return seen{l.status, l.changed}, fed
}

func (l *Line) notLive() *NotLive {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &NotLive{Status: l.status, RetryAfter: max(time.Second, time.Until(l.next).Round(time.Second))}
}

// Hold takes hold of the line without waiting, for readers that stay attached
// through outages: an on-demand line is kept open, or kept being tried, until
// release. It may be called more than once.
func (l *Line) Hold() (stream *media.Stream, release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wanted++
	if l.linger != nil {
		l.linger.Stop()
		l.linger = nil
	}
	if l.status.State == media.Idle {
		l.show(l.resting())
		l.wakeUp()
	}
	return l.stream, sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.wanted--
		l.rest()
	})
}

// rest closes an on-demand line that nobody has wanted for a while. l.mu is held.
func (l *Line) rest() {
	if l.wanted > 0 || !l.settings.onDemand || l.settings.push() || l.wasStopped || l.linger != nil {
		return
	}
	var t *time.Timer
	t = time.AfterFunc(l.set.o.Linger, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.linger != t {
			return // taken up again meanwhile
		}
		l.linger = nil
		if l.wanted > 0 || !l.settings.onDemand || l.wasStopped {
			return
		}
		l.dropAttempt()
		l.show(l.resting())
		l.wakeUp()
	})
	l.linger = t
}
