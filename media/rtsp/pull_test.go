package rtsp

import (
	"context"
	"errors"
	"flag"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/rawcam"
)

func TestMain(m *testing.M) {
	// The tests wait more than they compute: more at once than processors.
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// pulled is a pull under way.
type pulled struct {
	t      *testing.T
	stream *media.Stream
	cancel context.CancelFunc
	done   chan error

	mu       sync.Mutex
	statuses []media.Status
	session  Session
}

func startPull(t *testing.T, o PullOptions) *pulled {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &pulled{t: t, stream: media.NewStream("test"), cancel: cancel, done: make(chan error, 1)}
	o.OnOpen = func(s Session) {
		p.mu.Lock()
		p.session = s
		p.mu.Unlock()
	}
	go func() {
		p.done <- Pull(ctx, p.stream, o, func(s media.Status) {
			p.mu.Lock()
			p.statuses = append(p.statuses, s)
			p.mu.Unlock()
		})
	}()
	t.Cleanup(func() {
		cancel()
		p.stream.Close()
		select {
		case err := <-p.done:
			p.done <- err
		case <-time.After(5 * time.Second):
			t.Error("pull does not end")
		}
	})
	return p
}

// eventually waits for a condition with a limit.
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

// units is how many units have come of each track.
func (p *pulled) units() []uint64 {
	var n []uint64
	for _, s := range p.stream.Stats() {
		n = append(n, s.Units)
	}
	return n
}

func (p *pulled) waitUnits(n uint64) {
	p.t.Helper()
	eventually(p.t, 30*time.Second, "units on every track", func() bool {
		select {
		case err := <-p.done:
			p.done <- err
			p.t.Fatalf("pull ended: %v", err)
		default:
		}
		all := p.units()
		for _, have := range all {
			if have < n {
				return false
			}
		}
		return len(all) > 0
	})
}

func (p *pulled) lastStatus() media.Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.statuses) == 0 {
		return media.Status{}
	}
	return p.statuses[len(p.statuses)-1]
}

func (p *pulled) agreed() Session {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.session
}

func (p *pulled) end() *Error {
	p.t.Helper()
	select {
	case err := <-p.done:
		p.done <- err
		var e *Error
		if !errors.As(err, &e) {
			p.t.Fatalf("ended with %v, want an *Error", err)
		}
		return e
	case <-time.After(30 * time.Second):
		p.t.Fatal("pull does not end")
		return nil
	}
}

func TestPullTakesPictureAndSound(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{ContentBase: "rtsp://HOST/cam/"})
	p := startPull(t, PullOptions{URL: c.URL("/cam")})
	p.waitUnits(12)
	eventually(t, 30*time.Second, "live", func() bool { return p.lastStatus().State == media.Live })
	tracks := p.stream.Tracks()
	if tracks[0].Kind != packet.H264 || tracks[1].Kind != packet.PCMA || tracks[1].ClockRate != 8000 {
		t.Fatalf("tracks %+v", tracks)
	}
	if got := p.agreed(); got.Transport != TCP || got.NoParams {
		t.Fatalf("session %+v", got)
	}
	for i, s := range p.stream.Stats() {
		if s.Lost != 0 || s.Malformed != 0 || s.Corrections != 0 {
			t.Errorf("track %d: %+v", i, s)
		}
	}
	if s := p.stream.Stats()[0]; s.Keyframes < 2 || s.Video.Width != 320 || s.Video.Height != 180 {
		t.Errorf("video %+v", s)
	}
	want := "SETUP rtsp://" + c.Host() + "/cam/trackID=1"
	if got := strings.Join(c.Requests(), "\n"); !strings.Contains(got, want) {
		t.Errorf("requests\n%s\nlack %s", got, want)
	}
}

func TestPullReadsTheSendersClock(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	p := startPull(t, PullOptions{URL: c.URL("/cam")})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	p.waitUnits(1)
	r := p.stream.Subscribe(media.ReaderOptions{})
	defer r.Close()
	for {
		u, _, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if u.NTP.IsZero() {
			continue // before the report
		}
		rate := p.stream.Tracks()[u.Track].ClockRate
		want := rawcam.NTP.Add(time.Duration(u.RTP) * time.Second / time.Duration(rate))
		if d := u.NTP.Sub(want); d < -time.Millisecond || d > time.Millisecond {
			t.Fatalf("NTP is %v, want %v", u.NTP, want)
		}
		return
	}
}

func TestPullTransports(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		habits rawcam.Habits
		o      PullOptions
		want   Transport
	}{
		{"auto takes tcp", rawcam.Habits{}, PullOptions{}, TCP},
		{"auto falls to udp when tcp is refused", rawcam.Habits{NoTCP: true}, PullOptions{Transport: Auto}, UDP},
		{"udp as told", rawcam.Habits{}, PullOptions{Transport: UDP}, UDP},
		{"what worked last first", rawcam.Habits{}, PullOptions{Prefer: UDP}, UDP},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := rawcam.Start(t, tc.habits)
			tc.o.URL = c.URL("/cam")
			p := startPull(t, tc.o)
			p.waitUnits(5)
			if got := p.agreed().Transport; got != tc.want {
				t.Errorf("transport %s, want %s", got, tc.want)
			}
		})
	}
}

// Packets that overtake each other by UDP, or come twice, are put in order:
// every picture and every sound arrives, whole and once.
func TestPullPutsPacketsInOrder(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{Late: 3})
	p := startPull(t, PullOptions{URL: c.URL("/cam"), Transport: UDP})
	p.waitUnits(1)
	r := p.stream.Subscribe(media.ReaderOptions{FromKeyframe: true})
	defer r.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	last := map[int]uint32{}
	for count := 0; count < 80; count++ {
		u, _, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		step := uint32(p.stream.Tracks()[u.Track].ClockRate / 25)
		if before, seen := last[u.Track]; seen && u.RTP != before+step {
			t.Errorf("track %d: %d follows %d", u.Track, u.RTP, before)
		}
		last[u.Track] = u.RTP
	}
	for i, s := range p.stream.Stats() {
		if s.Lost+s.Malformed+s.Damaged > 0 {
			t.Errorf("track %d: %d lost, %d malformed, %d damaged", i, s.Lost, s.Malformed, s.Damaged)
		}
	}
}

func TestPullHabits(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]rawcam.Habits{
		"options not implemented":    {Options: 501},
		"options not found":          {Options: 404},
		"session with time-out":      {Session: "77;timeout=60"},
		"session with odd time-out":  {Session: `77 ; Timeout="30s"`},
		"rtp and rtcp swapped":       {SwapRTCP: true},
		"sound and picture swapped":  {SwapTracks: true},
		"channels of its own":        {Channels: 4},
		"everything swapped":         {Channels: 6, SwapTracks: true, SwapRTCP: true},
		"bare line feeds":            {LineEnd: "\n"},
		"lower case headers":         {LowerHeaders: true},
		"stray bytes":                {Noise: true},
		"payload type not announced": {PTOffset: 5},
		"content base relative":      {ContentBase: "/cam/"},
		"content base of no host":    {ContentBase: "rtsp://0.0.0.0:554/cam/"},
		"content base nonsense":      {ContentBase: "::not a url %zz"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := rawcam.Start(t, h)
			p := startPull(t, PullOptions{URL: c.URL("/cam")})
			p.waitUnits(12)
			for i, s := range p.stream.Stats() {
				if s.Malformed != 0 || s.Lost != 0 {
					t.Errorf("track %d: %d malformed, %d lost", i, s.Malformed, s.Lost)
				}
			}
		})
	}
}

func TestPullTakesACameraThatRefusesItsSound(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{Refuse: "trackID=2"})
	p := startPull(t, PullOptions{URL: c.URL("/cam")})
	p.waitUnits(5)
	if n := len(p.stream.Tracks()); n != 1 {
		t.Errorf("%d tracks, want the picture alone", n)
	}
}

func TestPullLogsIn(t *testing.T) {
	t.Parallel()
	for _, digest := range []bool{false, true} {
		c := rawcam.Start(t, rawcam.Habits{Password: "a:b@c#d", Digest: digest})
		p := startPull(t, PullOptions{URL: "rtsp://admin:a:b@c#d@" + c.Host() + "/cam?x=1"})
		p.waitUnits(2)
		wrong := startPull(t, PullOptions{URL: "rtsp://admin:wrong@" + c.Host() + "/cam"})
		if e := wrong.end(); e.Cause.Code != media.CauseUnauthorized {
			t.Errorf("digest %t: a wrong password gives %s", digest, e)
		}
	}
}

func TestPullOverTLS(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{TLS: true, SwapRTCP: true, ContentBase: "rtsps://HOST/cam/"})
	p := startPull(t, PullOptions{URL: c.URL("/cam"), InsecureTLS: true})
	p.waitUnits(5)
	strict := startPull(t, PullOptions{URL: c.URL("/cam")})
	if e := strict.end(); e.Cause.Code != media.CauseTLS {
		t.Errorf("a certificate that nobody signed gives %s", e)
	}
	if got := strings.Join(c.Requests(), "\n"); !strings.Contains(got, "SETUP rtsps://") {
		t.Errorf("requests\n%s", got)
	}
}

func TestPullFollowsARedirect(t *testing.T) {
	t.Parallel()
	target := rawcam.Start(t, rawcam.Habits{Password: "secret"})
	c := rawcam.Start(t, rawcam.Habits{Redirect: target.URL("/other")})
	p := startPull(t, PullOptions{URL: "rtsp://admin:secret@" + c.Host() + "/cam"})
	p.waitUnits(3)
	for _, line := range target.Requests() {
		if strings.Contains(line, "secret") {
			t.Errorf("request line %q", line)
		}
	}
}

func TestSequenceNumbers(t *testing.T) {
	t.Parallel()
	type step struct {
		seq  uint16
		lost int
		ok   bool
	}
	for name, steps := range map[string][]step{
		"in order over the wrap":  {{65534, 0, true}, {65535, 0, true}, {0, 0, true}, {1, 0, true}},
		"some missing":            {{10, 0, true}, {14, 3, true}, {15, 0, true}},
		"doubled and late":        {{10, 0, true}, {10, 0, false}, {9, 0, false}, {11, 0, true}},
		"starts anew, backwards":  {{50000, 0, true}, {40000, 0, false}, {40001, 1, true}, {40002, 0, true}},
		"starts anew, far ahead":  {{10, 0, true}, {20000, 1, true}, {20001, 0, true}},
		"one stray from far back": {{50000, 0, true}, {40000, 0, false}, {50001, 0, true}},
	} {
		var s sequence
		for i, st := range steps {
			if lost, ok := s.next(st.seq); lost != st.lost || ok != st.ok {
				t.Errorf("%s, step %d: %d %t, want %d %t", name, i, lost, ok, st.lost, st.ok)
			}
		}
	}
}
