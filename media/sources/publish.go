package sources

import (
	"errors"
	"fmt"
	"time"

	"avhub/media"
	"avhub/media/rtsp"
)

// Publish lets an encoder feed a push source. The source is live until the
// feed is closed. It is an error if the source is pulled from a camera, or fed
// already.
func (l *Line) Publish(tracks []media.Track) (*media.Feed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.wasStopped:
		return nil, media.ErrClosed
	case !l.settings.push():
		return nil, fmt.Errorf("source %s: %w", l.id, ErrNotPush)
	}
	feed, err := l.stream.Open(tracks)
	if err != nil {
		return nil, err
	}
	l.feed, l.feedBase = feed, l.stream.Stats()[:len(tracks)]
	l.attempt++
	l.sessions++
	l.show(media.Status{State: media.Live, Since: time.Now()})
	l.wakeUp()
	return feed, nil
}

// ErrNotPush refuses a publisher: the source is read from a camera.
var ErrNotPush = errors.New("it is read from a camera, nobody can publish to it: clear its url first")

// MayPublish tells whether a publisher would be taken now.
func (l *Line) MayPublish() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.wasStopped:
		return media.ErrClosed
	case !l.settings.push():
		return fmt.Errorf("source %s: %w", l.id, ErrNotPush)
	case l.stream.Fed():
		return fmt.Errorf("source %s: %w", l.id, media.ErrFed)
	}
	return nil
}

// watchPublisher waits for a publisher, or watches the one there is until it
// leaves, another comes, or the settings change.
func (l *Line) watchPublisher(t *try) {
	defer t.cancel()
	changed := l.stream.Changed()
	feed, base, number := l.publisher()
	if feed == nil {
		l.pause(0)
		return
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = rtsp.Watch(t.ctx, l.stream, feed, base, "the publisher", l.set.o.Stall, l.set.o.Log, func(st media.Status) {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.feed == feed && l.attempt == number {
				l.show(st)
			}
		})
	}()
	select {
	case <-l.ctx.Done():
	case <-l.poke:
	case <-changed:
	}
	t.cancel()
	<-ended
}

// publisher is the feed there is, with a number that its reports count under.
// One that has left is forgotten.
func (l *Line) publisher() (*media.Feed, []media.TrackStats, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.feed != nil && !l.stream.Fed() {
		l.feed = nil
		l.show(l.resting())
	}
	return l.feed, l.feedBase, l.attempt
}
