package mix

import (
	"context"
	"slices"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/transcode"
)

// opusStream is a combination as Opus: one process, however many take the stream.
type opusStream struct {
	without []string
	stream  *media.Stream
	stop    context.CancelFunc
	users   int
}

// Opus gives the mix of all voices but those named as a stream with one track of Opus,
// for the gallery. Who asks for the same set gets the same stream. release gives it
// back; it may be called twice.
func (c *Console) Opus(without ...string) (stream *media.Stream, release func(), err error) {
	if c.o.Transcoder == nil || !c.o.Transcoder.Available() {
		return nil, nil, transcode.ErrNoFFmpeg
	}
	without = slices.Compact(slices.Sorted(slices.Values(without)))
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.streams {
		if slices.Equal(s.without, without) {
			s.users++
			return s.stream, c.releaser(s), nil
		}
	}
	tap, err := c.tap(S16At48k, without)
	if err != nil {
		return nil, nil, err
	}
	s := &opusStream{without: without, stream: media.NewStream(c.o.Name), users: 1}
	feed, err := s.stream.Open([]media.Track{{Kind: packet.Opus, ClockRate: Rate, SampleRate: Rate, Channels: 1}})
	if err != nil {
		return nil, nil, err
	}
	ctx, stop := context.WithCancel(c.ctx)
	s.stop = stop
	c.streams = append(c.streams, s)
	c.wg.Go(func() {
		defer s.stream.Close()
		defer feed.Close()
		defer tap.Close()
		_ = c.o.Transcoder.EncodeOpus(ctx, c.o.Name, sampleSource{tap}, opusSink{s.stream, feed})
		c.forget(s)
	})
	return s.stream, c.releaser(s), nil
}

// forget takes a stream off the list: who asks now gets another.
func (c *Console) forget(s *opusStream) {
	s.stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams = slices.DeleteFunc(c.streams, func(other *opusStream) bool { return other == s })
}

func (c *Console) releaser(s *opusStream) func() {
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if s.users--; s.users == 0 {
			c.streams = slices.DeleteFunc(c.streams, func(other *opusStream) bool { return other == s })
			s.stop()
		}
	})
}

// sampleSource is a tap as the encoder reads it.
type sampleSource struct{ tap *Tap }

func (s sampleSource) Next(ctx context.Context, buf []byte) ([]byte, time.Time, error) {
	p, err := s.tap.Next(ctx, buf)
	return p.Data, p.At, err
}

// opusSink puts what the encoder makes into the stream.
type opusSink struct {
	stream *media.Stream
	feed   *media.Feed
}

func (s opusSink) Write(data []byte, at time.Time) error {
	since := at.Sub(s.stream.Epoch())
	if since < 0 {
		return nil // said before the stream was there
	}
	// By the wall clock as it is now: it may have been set since the mix began.
	utc := time.Now().Round(0).Add(-time.Since(at))
	return s.feed.Write(0, [][]byte{data}, true, timeTicks(since), utc)
}
