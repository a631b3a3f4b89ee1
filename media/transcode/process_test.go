package transcode

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"avhub/media"
)

// A process that dies or hangs is started again; the sound goes on where it
// stood on the timeline.
func TestSoundGoesOnAfterAProcessEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal syscall.Signal
		limit  time.Duration
	}{
		"killed": {syscall.SIGKILL, startLimit},
		"hangs":  {syscall.SIGSTOP, hangLimit + startLimit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := playing(t, "court-2")
			tr, procs := newTranscoder(t, time.Millisecond)
			track, release, err := tr.Opus(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			before := take(t, s, track, 20)
			procs.signal(c.signal)
			r := s.Subscribe(media.ReaderOptions{Tracks: []int{track}})
			defer r.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 2*startLimit)
			defer cancel()
			last, gap := before[len(before)-1], time.Duration(0)
			for gap < 100*time.Millisecond {
				u, _, err := r.Next(ctx)
				if err != nil {
					t.Fatalf("no sound comes after the process has ended: %v", err)
				}
				gap = time.Duration(u.PTS-last.PTS) * time.Second / opusRate
				// What has waited for the new process comes late, but never early.
				if behind := u.Arrived.Sub(u.UTC); gap < 0 || behind < -aacFrame || behind > startLimit {
					t.Fatalf("the sound goes on %v after the last, %v behind its time", gap, behind)
				}
				last = u
			}
			if gap > c.limit {
				t.Errorf("%v of sound are missing", gap)
			}
			take(t, s, track, 20)
			eventually(t, "one process", func() bool { return procs.running() == 1 })
		})
	}
}

func TestOneProcessServesAllAndLingersAfterTheLast(t *testing.T) {
	t.Parallel()
	s := playing(t, "court-2")
	const linger = time.Second
	tr, procs := newTranscoder(t, linger)
	var releases []func()
	for range 3 {
		track, release, err := tr.Opus(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
		take(t, s, track, 3)
	}
	for _, release := range releases {
		release()
		release() // a second time does nothing
	}
	// One who comes back in time finds it running.
	track, release, err := tr.Opus(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	take(t, s, track, 75) // longer than it lingers
	if n := len(procs.started()); n != 1 || tr.Running() != 1 || procs.running() != 1 {
		t.Errorf("%d processes were started for four viewers of one stream", n)
	}
	release()
	left := time.Now()
	eventually(t, "the process ends", func() bool { return tr.Running() == 0 && procs.running() == 0 })
	if d := time.Since(left); d < linger-50*time.Millisecond {
		t.Errorf("it ended %v after the last viewer", d)
	}
	if n := s.Readers(); n != 0 {
		t.Errorf("%d readers are left on the stream", n)
	}
	// And one who comes later starts it anew, under the same track.
	again, release, err := tr.Opus(t.Context(), s)
	if err != nil || again != track {
		t.Fatalf("track %d, then %d: %v", track, again, err)
	}
	defer release()
	take(t, s, again, 3)
}

func TestAViewerIsWaitedForTenSeconds(t *testing.T) {
	t.Parallel()
	tr := New(Options{})
	defer tr.Close()
	if tr.o.Linger != 10*time.Second {
		t.Errorf("a conversion outlives its last viewer by %v", tr.o.Linger)
	}
}

func TestConversionsEndWithTheirStreamAndTheTranscoder(t *testing.T) {
	t.Parallel()
	tr, procs := newTranscoder(t, time.Minute)
	closed, lasting := playing(t, "court-2"), playing(t, "court-4")
	for _, s := range []*media.Stream{closed, lasting} {
		track, _, err := tr.Opus(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		take(t, s, track, 3)
	}
	closed.Close()
	eventually(t, "the conversion of a closed stream ends", func() bool { return tr.Running() == 1 && procs.running() == 1 })
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	if tr.Running() != 0 || procs.running() != 0 {
		t.Errorf("%d conversions, %d processes after Close", tr.Running(), procs.running())
	}
	if _, _, err := tr.Opus(t.Context(), lasting); !errors.Is(err, media.ErrClosed) {
		t.Errorf("a closed transcoder: %v", err)
	}
}

// logged keeps what is logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// An ffmpeg that cannot do it is tried again ever less often, and the log says
// in its words why.
func TestAnFFmpegThatFails(t *testing.T) {
	t.Parallel()
	s := playing(t, "court-2")
	tr := newTranscoderOf(t, time.Millisecond, "echo Unknown encoder libopus >&2; exit 1")
	log := &logged{}
	tr.o.Log = slog.New(slog.NewTextHandler(log, nil))
	began := time.Now()
	_, release, err := tr.Opus(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	failures := func() int { return strings.Count(log.String(), "Unknown encoder libopus") }
	eventually(t, "three failures", func() bool { return failures() == 3 })
	if d := time.Since(began); d < 3*backoffMin {
		t.Errorf("it failed three times in %v", d)
	}
	release()
	eventually(t, "it is given up", func() bool { return tr.Running() == 0 })
}

// faulty is a conversion that meets a fault of the hub's own, once.
type faulty struct{ met, done chan struct{} }

func (f *faulty) args() []string {
	return []string{"-f", "lavfi", "-i", "anullsrc", "-t", "60", "-f", "null", "-"}
}

func (f *faulty) feed(ctx context.Context, _ *process) error {
	select {
	case <-f.met:
		close(f.done)
		<-ctx.Done()
		return ctx.Err()
	default:
		close(f.met)
		panic("boo")
	}
}

func (f *faulty) drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// A fault in a conversion ends its process; it is started again as if that had died.
func TestAFaultInAConversionIsContained(t *testing.T) {
	t.Parallel()
	log, f := &logged{}, &faulty{make(chan struct{}), make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		supervise(ctx, ffmpegPath(t), f, slog.New(slog.NewTextHandler(log, nil)))
	}()
	select {
	case <-f.done:
	case <-time.After(30 * time.Second):
		t.Error("it is not started again")
	}
	stop()
	<-ended
	if said := log.String(); !strings.Contains(said, "boo") || !strings.Contains(said, "process_test.go") {
		t.Errorf("the log has no trace: %s", said)
	}
}
