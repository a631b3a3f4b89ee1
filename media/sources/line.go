package sources

import (
	"context"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/rtsp"
)

// Line is one stream of a source, main or sub. It may be used from any
// goroutine.
type Line struct {
	set     *Set
	id      string
	quality Quality
	stream  *media.Stream

	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
	poke   chan struct{} // something changed that the line's goroutine should look at

	mu         sync.Mutex
	settings   settings
	fresh      bool // settings have changed since the last attempt began
	status     media.Status
	changed    chan struct{} // closed and replaced with status
	next       time.Time     // of the next attempt, while offline
	wanted     int
	linger     *time.Timer
	attempt    int // rises with each; what an older one says does not count
	stopTry    context.CancelFunc
	liveSince  time.Time // of the running attempt
	sessions   int       // that were live
	transport  rtsp.Transport
	feed       *media.Feed // a publisher's
	feedBase   []media.TrackStats
	wasStopped bool
}

// settings are what a line is run with.
type settings struct {
	url       string
	transport rtsp.Transport
	onDemand  bool
}

func (s settings) push() bool { return s.url == "" }

func startLine(s *Set, id string, q Quality, set settings) *Line {
	l := &Line{
		set: s, id: id, quality: q, stream: media.NewStream(id + "/" + string(q)),
		done: make(chan struct{}), poke: make(chan struct{}, 1), changed: make(chan struct{}), settings: set,
	}
	l.ctx, l.cancel = context.WithCancel(s.ctx)
	l.status = l.resting()
	s.lines.Add(1)
	go l.run()
	return l
}

// resting is the state before any attempt. l.mu is held, or nobody knows l yet.
func (l *Line) resting() media.Status {
	st := media.Status{State: media.Connecting, Since: time.Now()}
	switch {
	case l.settings.push():
		st.State = media.Offline
		st.Cause = &media.Cause{Code: media.CauseNoPublisher, Detail: "no encoder publishes this source: point one at the hub's RTSP or WHIP address"}
	case l.settings.onDemand && l.wanted == 0:
		st.State = media.Idle
	}
	return st
}

// configure takes new settings without waiting.
func (l *Line) configure(s settings) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s == l.settings {
		return
	}
	same := s.url == l.settings.url && s.transport == l.settings.transport
	l.settings = s
	if !same {
		l.fresh = true
		l.transport = ""
		l.dropAttempt()
		l.show(l.resting())
	}
	l.rest()
	if !s.onDemand && l.status.State == media.Idle {
		l.show(l.resting())
	}
	l.wakeUp()
}

// dropAttempt ends what is under way. l.mu is held.
func (l *Line) dropAttempt() {
	l.attempt++
	if l.stopTry != nil {
		l.stopTry()
	}
	if l.feed != nil {
		l.feed.Close()
		l.feed = nil
	}
}

// stop ends the line; done closes when it has.
func (l *Line) stop() {
	l.mu.Lock()
	l.wasStopped = true
	if l.linger != nil {
		l.linger.Stop()
	}
	l.dropAttempt()
	l.mu.Unlock()
	l.cancel()
}

func (l *Line) wakeUp() {
	select {
	case l.poke <- struct{}{}:
	default:
	}
}

// show sets the status and tells of it. l.mu is held.
func (l *Line) show(st media.Status) {
	if st.State == l.status.State && equal(st.Cause, l.status.Cause) {
		return
	}
	l.status = st
	close(l.changed)
	l.changed = make(chan struct{})
	l.set.changes.mark(l.id)
}

func equal(a, b *media.Cause) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// Status is what the line is doing and why.
func (l *Line) Status() media.Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Stats are the figures of its tracks.
func (l *Line) Stats() []media.TrackStats { return l.stream.Stats() }

// Stream is the line's stream, the same over reconnects and changes.
func (l *Line) Stream() *media.Stream { return l.stream }

// Reconnects counts how often it came back after having been live.
func (l *Line) Reconnects() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.sessions-1)
}

// Transport is how packets come, or last came: tcp, udp, multicast, or "".
func (l *Line) Transport() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.transport)
}

// Wanted counts those who hold the line.
func (l *Line) Wanted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wanted
}
