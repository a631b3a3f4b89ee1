package recorder

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"avhub/media"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Source is what is recorded. [avhub/media/sources.Line] is one.
type Source interface {
	// Hold takes hold of the stream without waiting, until release.
	Hold() (stream *media.Stream, release func())
	Status() media.Status
}

// Session is a recording that runs. Its methods may be called from any goroutine.
type Session struct {
	r      *Recorder
	begin  manifest.Begin
	dir    string
	source Source
	stream *media.Stream
	queue  *queue
	cutter *cutter // the writer's alone
	files  *files
	ledger *ledger.Ledger

	stopIntake context.CancelFunc
	quit       chan struct{} // closed by suspend
	done       chan struct{} // closed when the writer has ended
	err        error         // of sealing; read after done

	mu       sync.Mutex
	status   Status
	offline  time.Duration // when the source was last seen offline, on the stream's timeline
	whyGone  string
	sealed   bool
	suspends sync.Once
}

// tickEvery is how often time alone is looked at.
const tickEvery = 100 * time.Millisecond

// run starts the session's goroutines. release ends the hold on the stream.
func (s *Session) run(reader *media.Reader, release func()) {
	ctx, cancel := context.WithCancel(context.Background())
	s.stopIntake = cancel
	intake := make(chan struct{})
	go func() {
		defer close(intake)
		defer release()
		s.read(ctx, reader)
	}()
	go func() {
		defer close(s.done)
		s.write()
		cancel()
		<-intake
		s.queue.close()
		s.err = s.conclude()
		s.r.ended(s)
	}()
}

// read is the intake: it never waits for anything but the stream.
func (s *Session) read(ctx context.Context, reader *media.Reader) {
	for {
		u, _, err := reader.Next(ctx)
		switch {
		case err == nil:
			s.queue.put(item{unit: u, at: s.since(u.Arrived)})
		case errors.Is(err, media.ErrChanged):
			reader.Close()
			reader = s.stream.Subscribe(media.ReaderOptions{Oldest: true, Rest: true})
			s.queue.put(item{tracks: ownTracks(s.stream), at: s.now()})
		case errors.Is(err, media.ErrClosed):
			<-ctx.Done() // the source was taken away: what follows is a gap
			return
		default:
			reader.Close()
			return
		}
	}
}

// ownTracks are those that the source sends.
func ownTracks(stream *media.Stream) []media.Track {
	var own []media.Track
	for _, t := range stream.Tracks() {
		if !t.Derived {
			own = append(own, t)
		}
	}
	return own
}

// now is the time on the stream's timeline, which runs by the steady clock.
func (s *Session) now() time.Duration { return time.Since(s.stream.Epoch()) }

func (s *Session) since(t time.Time) time.Duration { return t.Sub(s.stream.Epoch()) }

// write is the writer: it takes what the intake has read, and may wait for the disk.
func (s *Session) write() {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	var ticked time.Duration
	for {
		for it, ok := s.queue.take(); ok; it, ok = s.queue.take() {
			s.handle(it)
			if it.at-ticked > tickEvery {
				ticked = it.at
				s.cutter.tick(it.at)
			}
			if s.cutter.done {
				return
			}
		}
		s.watch()
		ticked = max(ticked, s.now())
		s.cutter.tick(ticked)
		s.report()
		if s.cutter.done {
			return
		}
		select {
		case <-s.queue.wake:
		case <-ticker.C:
		case <-s.quit:
			s.drain()
			s.cutter.suspend()
			return
		}
	}
}

// drain takes what waits, once.
func (s *Session) drain() {
	for it, ok := s.queue.take(); ok && !s.cutter.done; it, ok = s.queue.take() {
		s.handle(it)
	}
}

func (s *Session) handle(it item) {
	switch {
	case it.unit != nil:
		s.cutter.unit(it.unit, it.at)
	case it.order != nil:
		it.order(s.cutter, it.at)
	default:
		s.cutter.setTracks(it.tracks)
		for _, t := range s.cutter.tracks {
			t.begun = true // they are read from their first unit on: what is not there was missed
		}
	}
}

// watch remembers when the source was offline, so that a gap that is found later
// can say so.
func (s *Session) watch() {
	st := s.source.Status()
	if st.State != media.Offline && st.State != media.Connecting {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offline = s.now()
	s.whyGone = string(st.State)
	if st.Cause != nil {
		s.whyGone = fmt.Sprintf("%s: %s", st.Cause.Code, st.Cause.Detail)
	}
}

// why says why nothing has come since a time on the stream's timeline.
func (s *Session) why(since time.Duration) (manifest.Cause, string) {
	s.watch()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.whyGone != "" && s.offline >= since {
		return manifest.CauseSourceOffline, s.whyGone
	}
	return manifest.CauseNetwork, ""
}

// order hands an order to the writer, behind what has come before it.
func (s *Session) order(f func(c *cutter, at time.Duration)) {
	s.queue.put(item{order: f, at: s.now()})
}

// Pause stops recording on a person's order. The recording stays open, and says why
// nothing is in it.
func (s *Session) Pause(cause manifest.Cause, detail string, by *manifest.Person) error {
	if !cause.Lawful() {
		return fmt.Errorf("recording %s: %q is no reason to interrupt it", s.begin.ID, cause)
	}
	s.order(func(c *cutter, at time.Duration) { c.pause(at, cause, detail, by) })
	return nil
}

// Resume goes on after a Pause.
func (s *Session) Resume() { s.order((*cutter).goOn) }

// Mark marks the present moment.
func (s *Session) Mark(id, text string, by *manifest.Person) {
	s.order(func(c *cutter, at time.Duration) {
		m := manifest.Mark{ID: id, Text: text, By: by, At: c.end}
		if c.line.known {
			m.At = max(c.line.at(at), 0)
		}
		c.out.note(manifest.KindMark, m)
	})
}

// Stop ends the recording with what has come up to now, and seals it. When it
// returns nil all of it is on disk.
func (s *Session) Stop(ctx context.Context) error {
	s.order((*cutter).stop)
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return fmt.Errorf("recording %s: it is still being sealed: %w", s.begin.ID, ctx.Err())
	}
}

// suspend ends the session and leaves the recording open, for the next start of the
// hub.
func (s *Session) suspend() error {
	s.suspends.Do(func() { close(s.quit) })
	<-s.done
	return s.err
}

// conclude seals what has ended, and closes the manifest.
func (s *Session) conclude() error {
	var err error
	if s.cutter.done {
		err = s.r.seal(s.dir, s.ledger, s.files, s.cutter.seal())
		s.mu.Lock()
		s.sealed = err == nil
		s.mu.Unlock()
	}
	return errors.Join(err, s.ledger.Close())
}

// ID names the recording.
func (s *Session) ID() string { return s.begin.ID }

// Dir is its folder.
func (s *Session) Dir() string { return s.dir }

// Done is closed when the recording has ended.
func (s *Session) Done() <-chan struct{} { return s.done }
