package sources

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/rawcam"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quick are options that make a test short.
func quick() Options {
	return Options{
		Linger: 300 * time.Millisecond, Wait: 20 * time.Second, Stall: 2 * time.Second, Timeout: 5 * time.Second,
		Backoff: Backoff{Min: 50 * time.Millisecond, Max: 400 * time.Millisecond, Quick: 200 * time.Millisecond},
	}
}

// longEnough is how long what has to come is waited for on a busy machine.
const longEnough = 30 * time.Second

func newSet(t *testing.T, o Options) *Set {
	t.Helper()
	s := New(o)
	t.Cleanup(s.Close)
	return s
}

func put(t *testing.T, s *Set, c Config) *Line {
	t.Helper()
	if err := s.Put(c); err != nil {
		t.Fatal(err)
	}
	l, err := s.Line(c.ID, Main)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", limit, what)
		case <-tick.C:
		}
	}
}

func waitState(t *testing.T, l *Line, limit time.Duration, state media.State, code media.CauseCode) {
	t.Helper()
	is := func() bool {
		st := l.Status()
		return st.State == state && (code == "" || st.Cause != nil && st.Cause.Code == code)
	}
	deadline := time.Now().Add(limit)
	for !is() {
		if time.Now().After(deadline) {
			st := l.Status()
			t.Fatalf("state %s %+v, want %s %s", st.State, st.Cause, state, code)
		}
		runtime.Gosched()
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// next reads units until one of the track comes.
func next(t *testing.T, r *media.Reader, track int) *media.Unit {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), longEnough)
	defer cancel()
	for {
		u, _, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if u.Track == track {
			return u
		}
	}
}

func TestReadersStayWhenTheCameraGoesAndReturns(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	l := put(t, newSet(t, quick()), Config{ID: "court-1", URL: c.URL("/main")})
	stream, release, err := l.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	r := stream.Subscribe(media.ReaderOptions{})
	defer r.Close()
	before := next(t, r, 0)

	c.Close()
	waitState(t, l, longEnough, media.Offline, "")
	if code := l.Status().Cause.Code; code != media.CauseClosed && code != media.CauseRefused {
		t.Errorf("cause %s", code)
	}
	waitState(t, l, longEnough, media.Offline, media.CauseRefused)

	back := time.Now()
	rawcam.StartAt(t, c.Host(), rawcam.Habits{})
	waitState(t, l, longEnough, media.Live, "")
	after := next(t, r, 0)
	for after.Arrived.Before(back) {
		after = next(t, r, 0)
	}
	if after.PTS <= before.PTS {
		t.Errorf("time goes from %d to %d", before.PTS, after.PTS)
	}
	t.Logf("the picture is back after %v", time.Since(back)) // whole hubs are held to 3 s
	if l.Reconnects() != 1 || l.Transport() != "tcp" {
		t.Errorf("%d reconnects by %s", l.Reconnects(), l.Transport())
	}
}

func TestCausesAndRecovery(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{Describe: 404, Password: "geheim"})
	s := newSet(t, quick())
	l := put(t, s, Config{ID: "a", URL: "rtsp://admin:geheim@" + c.Host() + "/x"})
	waitState(t, l, longEnough, media.Offline, media.CauseNotFound)
	_, _, err := l.Acquire(context.Background())
	var not *NotLive
	if !errors.As(err, &not) || not.Status.Cause.Code != media.CauseNotFound || not.RetryAfter < time.Second {
		t.Fatalf("acquire: %v", err)
	}
	c.Change(func(h *rawcam.Habits) { h.Describe = 401 })
	waitState(t, l, longEnough, media.Offline, media.CauseUnauthorized)
	c.Change(func(h *rawcam.Habits) { h.Describe = 200 })
	waitState(t, l, longEnough, media.Live, "")
}

func TestOnDemand(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	l := put(t, newSet(t, quick()), Config{ID: "a", URL: c.URL("/x"), OnDemand: true})
	if st := l.Status(); st.State != media.Idle || c.Connections() != 0 {
		t.Fatalf("%+v before anybody watches", st)
	}
	_, first, err := l.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := l.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	first()
	first() // once is enough
	if n := l.Wanted(); n != 1 {
		t.Errorf("wanted by %d, want 1", n)
	}
	second()
	_, third, err := l.Acquire(context.Background()) // within the linger: still open
	if err != nil {
		t.Fatal(err)
	}
	third()
	waitState(t, l, longEnough, media.Idle, "")
	eventually(t, longEnough, "the connection is closed", func() bool { return c.Connections() == 0 })
	if n := l.Reconnects(); n != 0 {
		t.Errorf("%d reconnects", n)
	}
	_, fourth, err := l.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	fourth()
}

func TestOnDemandFailsAtOnceWithTheCause(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{Describe: 404})
	l := put(t, newSet(t, quick()), Config{ID: "a", URL: c.URL("/x"), OnDemand: true})
	start := time.Now()
	_, _, err := l.Acquire(context.Background())
	var not *NotLive
	if !errors.As(err, &not) || not.Status.Cause.Code != media.CauseNotFound {
		t.Fatalf("acquire: %v", err)
	}
	if d := time.Since(start); d > quick().Wait/2 {
		t.Errorf("took %v", d)
	}
	waitState(t, l, longEnough, media.Idle, "") // nobody wants it any more
}

func TestChangesWhileRunning(t *testing.T) {
	t.Parallel()
	a, b := rawcam.Start(t, rawcam.Habits{}), rawcam.Start(t, rawcam.Habits{})
	s := newSet(t, quick())
	l := put(t, s, Config{ID: "a", URL: a.URL("/x"), SubURL: b.URL("/sub")})
	waitState(t, l, longEnough, media.Live, "")
	sub, err := s.Line("a", Sub)
	if err != nil {
		t.Fatal(err)
	}
	waitState(t, sub, longEnough, media.Live, "")
	r := l.Stream().Subscribe(media.ReaderOptions{})
	defer r.Close()

	put(t, s, Config{ID: "a", URL: b.URL("/x"), SubURL: b.URL("/sub")})
	eventually(t, longEnough, "the main line moves", func() bool { return a.Connections() == 0 && b.Connections() == 2 })
	waitState(t, l, longEnough, media.Live, "")
	next(t, r, 0)
	if n := sub.Reconnects(); n != 0 {
		t.Errorf("the sub line, which did not change, reconnected %d times", n)
	}

	put(t, s, Config{ID: "a", URL: b.URL("/x")})
	if _, err := s.Line("a", Sub); !errors.Is(err, ErrUnknown) {
		t.Errorf("sub line: %v", err)
	}
	eventually(t, longEnough, "the sub line ends", func() bool { return b.Connections() == 1 })
}

func TestCodecChangeEndsReadersInWords(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	l := put(t, newSet(t, quick()), Config{ID: "a", URL: c.URL("/x")})
	waitState(t, l, longEnough, media.Live, "")
	r := l.Stream().Subscribe(media.ReaderOptions{})
	c.Change(func(h *rawcam.Habits) {
		h.SDP = "m=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=control:t1\n"
		h.Tracks = []rawcam.Track{{Kind: packet.H265, PT: 98, Rate: 90000}}
	})
	c.Drop()
	ctx, cancel := context.WithTimeout(context.Background(), longEnough)
	defer cancel()
	var err error
	for err == nil {
		_, _, err = r.Next(ctx)
	}
	if !errors.Is(err, media.ErrChanged) {
		t.Fatalf("reader ends with %v", err)
	}
	waitState(t, l, longEnough, media.Live, "")
}

func TestSoundOnlyAfterReturn(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	l := put(t, newSet(t, quick()), Config{ID: "a", URL: c.URL("/x")})
	waitState(t, l, longEnough, media.Live, "")
	c.Change(func(h *rawcam.Habits) { h.NoVideo = true })
	c.Drop()
	// It comes back with sound only: it is tried anew once, then kept.
	waitState(t, l, longEnough, media.Degraded, media.CauseVideoStalled)
	eventually(t, longEnough, "one more try", func() bool { return l.Reconnects() >= 1 })
	tries := l.Reconnects()
	r := l.Stream().Subscribe(media.ReaderOptions{})
	defer r.Close()
	for range 50 { // two seconds of sound go on through it
		next(t, r, 1)
	}
	if st := l.Status(); st.State != media.Degraded {
		t.Errorf("state %s %+v", st.State, st.Cause)
	}
	if n := l.Reconnects(); n > tries+1 {
		t.Errorf("%d reconnects in two seconds: that is a tight loop", n-tries)
	}
	c.Change(func(h *rawcam.Habits) { h.NoVideo = false })
	waitState(t, l, longEnough, media.Live, "")
}

func TestPublish(t *testing.T) {
	t.Parallel()
	l := put(t, newSet(t, quick()), Config{ID: "field-1"})
	waitState(t, l, longEnough, media.Offline, media.CauseNoPublisher)
	var not *NotLive
	if _, _, err := l.Acquire(context.Background()); !errors.As(err, &not) {
		t.Fatalf("acquire: %v", err)
	}
	tracks := []media.Track{{Kind: packet.Opus, ClockRate: 48000, SampleRate: 48000, Channels: 2}}
	feed, err := l.Publish(tracks)
	if err != nil {
		t.Fatal(err)
	}
	if l.Status().State != media.Live {
		t.Errorf("state %s", l.Status().State)
	}
	if _, err := l.Publish(tracks); err == nil {
		t.Error("a second publisher was let in")
	}
	// One who says nothing is degraded, not thrown out.
	waitState(t, l, longEnough, media.Degraded, "")
	feed.Close()
	waitState(t, l, longEnough, media.Offline, media.CauseNoPublisher)
	again, err := l.Publish(tracks)
	if err != nil {
		t.Fatal(err)
	}
	waitState(t, l, longEnough, media.Live, "")
	again.Close()
	waitState(t, l, longEnough, media.Offline, media.CauseNoPublisher)
}

func TestNobodyPublishesToACamera(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	l := put(t, newSet(t, quick()), Config{ID: "a", URL: c.URL("/x")})
	if _, err := l.Publish([]media.Track{{Kind: packet.PCMA, ClockRate: 8000}}); err == nil {
		t.Error("published to a source that is pulled")
	}
}

func TestAHangingCameraHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"OPTIONS", "DESCRIBE", "SETUP", "PLAY"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			c := rawcam.Start(t, rawcam.Habits{HangAt: at})
			o := quick()
			o.Timeout = 30 * time.Second
			s := newSet(t, o)
			put(t, s, Config{ID: "a", URL: c.URL("/x")})
			put(t, s, Config{ID: "b", URL: c.URL("/x")})
			eventually(t, longEnough, "both hang", func() bool { return c.Connections() == 2 })
			start := time.Now()
			put(t, s, Config{ID: "a", URL: c.URL("/y")})
			if err := s.Remove("b"); err != nil {
				t.Fatal(err)
			}
			s.Close()
			if d := time.Since(start); d > o.Timeout/2 {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestTwoHundredSourcesStartAndStop(t *testing.T) {
	c := rawcam.Start(t, rawcam.Habits{})
	var mu sync.Mutex
	told := map[string]int{}
	o := quick()
	o.Timeout, o.Stall = 10*time.Second, 5*time.Second
	o.Changed = func(id string) {
		mu.Lock()
		defer mu.Unlock()
		told[id]++
	}
	s := New(o)
	var lines []*Line
	for i := range 200 {
		lines = append(lines, put(t, s, Config{ID: fmt.Sprint("source-", i), URL: c.URL("/x")}))
	}
	for _, l := range lines {
		// The one camera that plays them all may be late on a busy machine, and
		// is then told to have a wrong clock.
		eventually(t, longEnough, "it comes", func() bool { st := l.Status().State; return st == media.Live || st == media.Degraded })
	}
	if n := len(s.IDs()); n != 200 {
		t.Errorf("%d ids", n)
	}
	start := time.Now()
	s.Close()
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("closing took %v", d)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 200 {
		t.Errorf("told of %d sources", len(told))
	}
	for id, n := range told {
		if n > 20 {
			t.Errorf("told %d times of %s", n, id)
		}
	}
}
