package rtsp

import (
	"testing"
	"time"

	"avhub/media"
	"avhub/media/rtsp/rawcam"
)

// watched runs health over a made-up session, one look every half second.
type watched struct {
	health
	at           time.Time
	video, audio look
	verdict      verdict
}

func newWatched(patience time.Duration) *watched {
	w := &watched{at: time.Now(), video: look{video: true}}
	w.health = health{stall: 5 * time.Second, patience: patience, silent: 5 * time.Second, hold: 5 * time.Second, opened: w.at}
	return w
}

// run lets time pass, with so many packets a look on each track.
func (w *watched) run(d time.Duration, video, audio uint64) *watched {
	for end := w.at.Add(d); w.at.Before(end); {
		w.at = w.at.Add(500 * time.Millisecond)
		feed(&w.video, video)
		feed(&w.audio, audio)
		w.verdict = w.judge(w.at, []look{w.video, w.audio})
		if w.verdict.end != nil {
			return w
		}
	}
	return w
}

func feed(l *look, n uint64) {
	if n == 0 {
		l.quiet += 500 * time.Millisecond
		return
	}
	l.quiet = 0
	l.units += n
	l.packets += n
}

func (w *watched) want(t *testing.T, state media.State, code media.CauseCode) {
	t.Helper()
	got := media.CauseCode("")
	if w.verdict.cause != nil {
		got = w.verdict.cause.Code
	}
	if w.verdict.state != state || got != code || w.verdict.end != nil {
		t.Errorf("verdict %s %s (end %v), want %s %s", w.verdict.state, got, w.verdict.end, state, code)
	}
}

func (w *watched) wantEnd(t *testing.T, code media.CauseCode, soundOnly bool) {
	t.Helper()
	if w.verdict.end == nil || w.verdict.end.Code != code || w.verdict.soundOnly != soundOnly {
		t.Errorf("verdict %+v, want an end by %s", w.verdict, code)
	}
}

func TestHealthOfAGoodCamera(t *testing.T) {
	t.Parallel()
	newWatched(0).run(time.Minute, 50, 25).want(t, media.Live, "")
}

func TestHealthOfASilentCamera(t *testing.T) {
	t.Parallel()
	newWatched(0).run(6*time.Second, 0, 0).wantEnd(t, media.CauseTimeout, false)
	newWatched(0).run(10*time.Second, 50, 25).run(6*time.Second, 0, 0).wantEnd(t, media.CauseVideoStalled, false)
}

func TestHealthWithoutPicture(t *testing.T) {
	t.Parallel()
	newWatched(0).run(10*time.Second, 50, 25).run(6*time.Second, 0, 25).wantEnd(t, media.CauseVideoStalled, true)
	w := newWatched(time.Minute).run(4*time.Second, 0, 25)
	w.want(t, "", "") // the picture may still come
	w.run(5*time.Second, 0, 25).want(t, media.Degraded, media.CauseVideoStalled)
	w.run(7*time.Second, 50, 25).want(t, media.Live, "")
	w.run(70*time.Second, 0, 25).wantEnd(t, media.CauseVideoStalled, true)
}

func TestHealthWithoutSound(t *testing.T) {
	t.Parallel()
	w := newWatched(0).run(10*time.Second, 50, 25).run(time.Minute, 50, 0)
	w.want(t, media.Degraded, media.CauseAudioStalled)
	w.run(4*time.Second, 50, 25).want(t, media.Degraded, media.CauseAudioStalled) // not well for long enough
	w.run(3*time.Second, 50, 25).want(t, media.Live, "")
}

func TestHealthWithLoss(t *testing.T) {
	t.Parallel()
	w := newWatched(0).run(10*time.Second, 50, 25)
	w.video.lost += 30
	w.run(2*time.Second, 50, 25).want(t, media.Degraded, media.CausePacketLoss)
	w.run(12*time.Second, 50, 25).want(t, media.Live, "")
}

func TestHealthOfAClock(t *testing.T) {
	t.Parallel()
	w := newWatched(0).run(10*time.Second, 50, 25)
	w.video.corrections += 2
	w.run(2*time.Second, 50, 25).want(t, media.Live, "") // happens
	w.video.corrections += 4
	w.run(2*time.Second, 50, 25).want(t, media.Degraded, media.CauseClock)
	w.run(40*time.Second, 50, 25).want(t, media.Live, "")
	w.video.deviation = 0.02
	w.run(time.Second, 50, 25).want(t, media.Degraded, media.CauseClock)
}

func TestHealthKeepsAPublisher(t *testing.T) {
	t.Parallel()
	w := newWatched(0)
	w.keep = true
	w.run(10*time.Second, 50, 25).run(time.Minute, 0, 0).want(t, media.Degraded, media.CauseVideoStalled)
	w.run(7*time.Second, 50, 25).want(t, media.Live, "")
}

func TestWatchdogPerTrack(t *testing.T) {
	t.Parallel()
	t.Run("picture gone, sound there", func(t *testing.T) {
		t.Parallel()
		c := rawcam.Start(t, rawcam.Habits{})
		p := startPull(t, PullOptions{URL: c.URL("/x"), Stall: 500 * time.Millisecond})
		p.waitUnits(5)
		c.Change(func(h *rawcam.Habits) { h.NoVideo = true })
		if e := p.end(); e.Cause.Code != media.CauseVideoStalled || !e.SoundOnly || !e.Picture || !e.Live {
			t.Errorf("ended with %+v", e)
		}
	})
	t.Run("sound gone", func(t *testing.T) {
		t.Parallel()
		c := rawcam.Start(t, rawcam.Habits{NoAudio: true})
		p := startPull(t, PullOptions{URL: c.URL("/x"), Stall: 500 * time.Millisecond})
		eventually(t, 30*time.Second, "degraded", func() bool {
			st := p.lastStatus()
			return st.State == media.Degraded && st.Cause.Code == media.CauseAudioStalled
		})
		c.Change(func(h *rawcam.Habits) { h.NoAudio = false })
		eventually(t, 30*time.Second, "live again", func() bool { return p.lastStatus().State == media.Live })
	})
	t.Run("packets lost", func(t *testing.T) {
		t.Parallel()
		c := rawcam.Start(t, rawcam.Habits{Lose: 20})
		p := startPull(t, PullOptions{URL: c.URL("/x"), Stall: time.Second})
		eventually(t, 30*time.Second, "degraded", func() bool {
			st := p.lastStatus()
			return st.State == media.Degraded && st.Cause.Code == media.CausePacketLoss
		})
		if s := p.stream.Stats()[0]; s.Lost == 0 {
			t.Errorf("%d lost", s.Lost)
		}
	})
	t.Run("nothing by udp falls back to tcp", func(t *testing.T) {
		t.Parallel()
		c := rawcam.Start(t, rawcam.Habits{NoUDP: true})
		p := startPull(t, PullOptions{URL: c.URL("/x"), Prefer: UDP, Stall: 500 * time.Millisecond})
		eventually(t, 30*time.Second, "tcp", func() bool { return p.agreed().Transport == TCP })
		p.waitUnits(5)
	})
}
