package rtsp

import (
	"context"
	"log/slog"
	"time"

	"avhub/media"
)

// watch looks after a session that is open: it says when the source is live,
// when it is degraded and why, and ends it when it has stalled.
type watch struct {
	stream          *media.Stream
	feed            *media.Feed
	base            []media.TrackStats // when the feed was opened
	host            string
	status          func(media.Status)
	stall, patience time.Duration
	silent          time.Duration // a session without a single packet ends after this

	keep bool // never end the session

	health  health
	shown   media.Status
	wasLive bool
}

// How often a session is looked at, before it is live and after.
const (
	lookSoon = 20 * time.Millisecond
	lookSlow = 500 * time.Millisecond
)

// run returns an *Error when the session should end, and ctx's error when ctx
// is done.
func (w *watch) run(ctx context.Context, log *slog.Logger) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = contained(log, v)
		}
	}()
	w.health = health{stall: w.stall, patience: w.patience, silent: w.silent, hold: w.stall, keep: w.keep, opened: time.Now()}
	timer := time.NewTimer(lookSoon)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		v := w.health.judge(time.Now(), w.look(time.Now()))
		w.show(v)
		if v.end != nil {
			return w.ending(v)
		}
		if w.wasLive {
			timer.Reset(min(lookSlow, w.stall/4))
		} else {
			timer.Reset(lookSoon)
		}
	}
}

func (w *watch) ending(v verdict) *Error {
	e := newError(v.end.Code, "%s %s", w.host, v.end.Detail)
	e.SoundOnly = v.soundOnly
	return e
}

func (w *watch) show(v verdict) {
	if v.state == "" || v.state == w.shown.State && sameCause(v.cause, w.shown.Cause) {
		return
	}
	w.wasLive = true
	w.shown = media.Status{State: v.state, Cause: v.cause, Since: time.Now()}
	if c := v.cause; c != nil {
		w.shown.Cause = &media.Cause{Code: c.Code, Detail: w.host + " " + c.Detail}
	}
	w.status(w.shown)
}

// sameCause compares by code: the figures in the words change all the time.
func sameCause(a, b *media.Cause) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Code == b.Code
}

// look takes the session's figures since it was opened.
func (w *watch) look(now time.Time) []look {
	stats := w.stream.Stats()
	looks := make([]look, 0, len(w.base))
	for i, b := range w.base {
		if i >= len(stats) {
			break
		}
		s := stats[i]
		looks = append(looks, look{
			video: s.Kind.Video(), quiet: w.feed.Quiet(i, now),
			units: s.Units - b.Units, packets: s.Packets - b.Packets, lost: s.Lost - b.Lost,
			corrections: s.Corrections - b.Corrections, deviation: s.ClockDeviation,
		})
	}
	return looks
}

// Watch reports how a feed does that something else writes into, such as a
// publisher: Live and Degraded by the same rules as for a camera that is pulled,
// but it never ends the feed. It returns when ctx is done. name begins the
// sentences of causes; base are the stream's figures when the feed was opened.
func Watch(ctx context.Context, stream *media.Stream, feed *media.Feed, base []media.TrackStats, name string, stall time.Duration, log *slog.Logger, status func(media.Status)) error {
	w := &watch{
		stream: stream, feed: feed, base: base, host: name, status: status,
		stall: stall, silent: stall, keep: true,
	}
	return w.run(ctx, log)
}
