package sources

import (
	"context"
	"errors"
	"time"

	"avhub/media"
	"avhub/media/rtsp"
)

// run is the line's goroutine: one attempt after the other while it is wanted.
func (l *Line) run() {
	defer l.set.lines.Done()
	defer close(l.done)
	defer l.stream.Close()
	tries := &tries{Backoff: l.set.o.Backoff}
	soundOnly := 0
	for l.ctx.Err() == nil {
		try, ok := l.begin(tries)
		switch {
		case !ok:
			l.pause(0)
			continue
		case try.settings.push():
			l.watchPublisher(try)
			continue
		}
		err := l.pull(try, tries, soundOnly)
		try.cancel()
		if wait, again := l.ended(try, tries, err); again {
			soundOnly = countSoundOnly(soundOnly, err)
			l.pause(wait)
		} else {
			soundOnly = 0
		}
	}
}

// countSoundOnly counts sessions in a row that gave sound and no picture.
func countSoundOnly(n int, err error) int {
	var e *rtsp.Error
	switch {
	case !errors.As(err, &e):
		return n
	case e.SoundOnly:
		if e.Picture {
			return 1
		}
		return n + 1
	case e.Picture:
		return 0
	}
	return n
}

// pause waits for a time (0: without end) or until something has changed.
func (l *Line) pause(wait time.Duration) {
	var over <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-l.ctx.Done():
	case <-l.poke:
	case <-over:
	}
}

// try is one attempt.
type try struct {
	number   int
	settings settings
	prefer   rtsp.Transport
	ctx      context.Context
	cancel   context.CancelFunc
}

// begin starts an attempt, unless the line is not wanted.
func (l *Line) begin(t *tries) (*try, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select { // whatever was said until now is seen to here
	case <-l.poke:
	default:
	}
	if l.fresh {
		l.fresh = false
		t.reset()
	}
	if l.status.State == media.Idle {
		t.reset()
		return nil, false
	}
	l.attempt++
	l.liveSince = time.Time{}
	a := &try{number: l.attempt, settings: l.settings, prefer: l.transport}
	a.ctx, a.cancel = context.WithCancel(l.ctx)
	l.stopTry = a.cancel
	return a, true
}

// pull reads the camera until that ends, and contains what goes wrong in it.
func (l *Line) pull(t *try, tries *tries, soundOnly int) (err error) {
	defer func() {
		if v := recover(); v != nil {
			l.set.o.Log.Error("source: a fault was contained", "source", l.id, "panic", v)
			err = &rtsp.Error{Cause: media.Cause{Code: media.CauseInternal, Detail: "a fault in the hub ended this source; it is tried again: report it"}}
		}
	}()
	o := rtsp.PullOptions{
		URL: t.settings.url, Transport: t.settings.transport, Prefer: t.prefer,
		Timeout: l.set.o.Timeout, Stall: l.set.o.Stall, Patience: patience(soundOnly, l.set.o.Stall),
		InsecureTLS: l.set.o.InsecureTLS,
		Log:         l.set.o.Log.With("source", l.id, "line", l.quality),
		OnOpen: func(s rtsp.Session) {
			l.mu.Lock()
			defer l.mu.Unlock()
			if t.number == l.attempt {
				l.transport = s.Transport
			}
		},
	}
	// A camera that restarts drops what is sent to it meanwhile: knock again
	// soon rather than wait for the kernel to.
	if tries.quick(time.Now()) {
		o.DialTimeout = min(o.Timeout, 2*time.Second)
	}
	return rtsp.Pull(t.ctx, l.stream, o, func(st media.Status) { l.report(t, st) })
}

// report takes a running attempt's word for how it does.
func (l *Line) report(t *try, st media.Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.number != l.attempt {
		return
	}
	if l.liveSince.IsZero() {
		l.liveSince = time.Now()
		l.sessions++
	}
	l.show(st)
}

// ended notes why an attempt is over and how long to wait for the next; again
// is false when it was ended from here.
func (l *Line) ended(t *try, tries *tries, err error) (wait time.Duration, again bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.number != l.attempt || l.ctx.Err() != nil {
		return 0, false
	}
	now := time.Now()
	var live time.Duration
	if !l.liveSince.IsZero() {
		live = now.Sub(l.liveSince)
	}
	wait = tries.failed(now, live)
	l.next = now.Add(wait)
	cause := media.Cause{Code: media.CauseInternal, Detail: "the source ended without a reason: report it"}
	var e *rtsp.Error
	if errors.As(err, &e) {
		cause = e.Cause
		if e.SoundOnly {
			// It goes on with sound in a moment: still degraded, not offline.
			l.show(media.Status{State: media.Degraded, Cause: &cause, Since: now})
			return wait, true
		}
	}
	l.set.o.Log.Info("source: offline", "source", l.id, "line", l.quality, "cause", cause.Code, "detail", cause.Detail, "again_in", wait)
	l.show(media.Status{State: media.Offline, Cause: &cause, Since: now})
	return wait, true
}
