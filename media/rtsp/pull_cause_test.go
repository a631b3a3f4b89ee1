package rtsp

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/rtsp/rawcam"
)

// secret must not be found in anything that is said.
const secret = "gEheim%23-Wort"

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// freePort is an address at which nothing listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestCauses(t *testing.T) {
	t.Parallel()
	noise := func(t *testing.T) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
				c.Close()
			}
		}()
		t.Cleanup(func() { l.Close(); <-done })
		return l.Addr().String()
	}
	camera := func(h rawcam.Habits) func(*testing.T) string {
		return func(t *testing.T) string { return rawcam.Start(t, h).Host() }
	}
	for _, tc := range []struct {
		name   string
		host   func(*testing.T) string
		scheme string
		o      PullOptions
		want   media.CauseCode
	}{
		{name: "nothing there", host: freePort, want: media.CauseRefused},
		{name: "no such name", host: func(*testing.T) string { return "camera.invalid" }, want: media.CauseUnreachable},
		{name: "hangs", host: camera(rawcam.Habits{HangAt: "DESCRIBE"}), want: media.CauseTimeout},
		{name: "wrong password", host: camera(rawcam.Habits{Describe: 401}), want: media.CauseUnauthorized},
		{name: "forbidden", host: camera(rawcam.Habits{Describe: 403}), want: media.CauseUnauthorized},
		{name: "no such path", host: camera(rawcam.Habits{Describe: 404}), want: media.CauseNotFound},
		{name: "nothing to carry", host: camera(rawcam.Habits{SDP: "v=0\nm=video 0 RTP/AVP 26\n"}), want: media.CauseNoMedia},
		{name: "empty description", host: camera(rawcam.Habits{SDP: "hello"}), want: media.CauseNoMedia},
		{name: "busy", host: camera(rawcam.Habits{Describe: 503}), want: media.CauseProtocol},
		{name: "only udp", host: camera(rawcam.Habits{NoTCP: true}), o: PullOptions{Transport: TCP}, want: media.CauseUnsupported},
		{name: "no tls", host: camera(rawcam.Habits{}), scheme: "rtsps", want: media.CauseTLS},
		{name: "not rtsp", host: noise, want: media.CauseClosed},
		{name: "hangs up", host: camera(rawcam.Habits{Rounds: 5}), want: media.CauseClosed},
		{name: "sends nothing", host: camera(rawcam.Habits{NoPlay: true}), o: PullOptions{Stall: 300 * time.Millisecond}, want: media.CauseTimeout},
		{name: "redirects for ever", host: camera(rawcam.Habits{Redirect: "rtsp://localhost:1/x%zz"}), want: media.CauseProtocol},
		{name: "not an address", host: func(*testing.T) string { return "" }, want: media.CauseUnsupported},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log := &lockedBuffer{}
			o := tc.o
			if tc.scheme == "" {
				tc.scheme = "rtsp"
			}
			o.URL = tc.scheme + "://admin:" + secret + "@" + tc.host(t) + "/live?password=" + secret
			o.Timeout = time.Second
			o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			e := startPull(t, o).end()
			if e.Cause.Code != tc.want {
				t.Errorf("cause %s (%s), want %s", e.Cause.Code, e.Cause.Detail, tc.want)
			}
			for _, said := range []string{e.Error(), e.Cause.Detail, log.String()} {
				for _, s := range []string{secret, "gEheim", "live"} {
					if strings.Contains(said, s) {
						t.Errorf("%q gives away %q", said, s)
					}
				}
			}
			if !strings.Contains(e.Cause.Detail, ": ") {
				t.Errorf("%q shows no way out", e.Cause.Detail)
			}
		})
	}
}

func TestAPanicIsContained(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	s := media.NewStream("a")
	defer s.Close()
	err := Pull(context.Background(), s, PullOptions{URL: c.URL("/x")}, func(media.Status) { panic("boom") })
	if e, ok := err.(*Error); !ok || e.Cause.Code != media.CauseInternal {
		t.Fatalf("ended with %v", err)
	}
}

// A panic while a packet is taken ends its own session, with its trace in the
// log; another source goes on.
func TestAPanicInAPacketIsContained(t *testing.T) {
	t.Parallel()
	c := rawcam.Start(t, rawcam.Habits{})
	other := startPull(t, PullOptions{URL: c.URL("/other")})
	other.waitUnits(1)
	stream := media.NewStream("faulty")
	defer stream.Close()
	target, err := parseTarget(c.URL("/faulty"))
	if err != nil {
		t.Fatal(err)
	}
	log, open := &lockedBuffer{}, make(chan struct{})
	o := PullOptions{Log: slog.New(slog.NewTextHandler(log, nil)), OnOpen: func(Session) { close(open) }}
	o.setDefaults()
	s := &session{target: target, transport: TCP, stream: stream, o: o, status: func(media.Status) {}}
	ended := make(chan error, 1)
	go func() { ended <- s.run(context.Background()) }()
	select {
	case <-open:
	case err := <-ended:
		t.Fatal(err)
	}
	func() { // as the library's goroutine for the packets of a track does
		defer s.contain()
		panic("boom")
	}()
	var e *Error
	if err := <-ended; !errors.As(err, &e) || e.Cause.Code != media.CauseInternal {
		t.Errorf("the session ended with %v", err)
	}
	if said := log.String(); !strings.Contains(said, "boom") || !strings.Contains(said, "pull_cause_test.go") {
		t.Errorf("the log has no trace: %s", said)
	}
	n := other.units()
	eventually(t, 30*time.Second, "the other source goes on", func() bool {
		now := other.units()
		return len(now) == 2 && now[0] > n[0]+10 && now[1] > n[1]+10
	})
}

func TestPasswordsArePastedAsTheyAre(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"rtsp://admin:a%40b@10.0.0.5/x":       "a@b",
		"rtsp://admin:a@b@10.0.0.5/x":         "a@b",
		"rtsp://admin:a#b?c@10.0.0.5/x":       "a#b?c",
		"rtsp://admin:50%@10.0.0.5:8554/x@y":  "50%",
		" rtsps://admin:p:q@[fe80::1]/x?a=b ": "p:q",
		"RTSP://admin@10.0.0.5":               "",
	} {
		target, err := parseTarget(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if target.password != want {
			t.Errorf("%s: password %q, want %q", address, target.password, want)
		}
	}
	for _, address := range []string{"", "10.0.0.5", "http://10.0.0.5/", "rtsp:///path", "rtsp://"} {
		if ValidURL(address) {
			t.Errorf("%q is taken", address)
		}
	}
}
