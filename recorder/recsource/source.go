// Package recsource plays the demo clips into a stream, as sources for tests of what
// records: with real pictures whose numbers can be read back, in real time or in the
// fake time of testing/synctest, through outages and orders of the test's.
package recsource

import (
	"context"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/rtsp/camera"
)

// Source is a camera that plays a clip in a loop.
type Source struct {
	Stream *media.Stream
	clip   *camera.Clip
	tracks []media.Track

	// Aligned makes the clip's place follow from the wall clock, so that it goes on
	// where it would be after the source, or its process, was away.
	Aligned bool

	mu     sync.Mutex
	status media.Status
	stop   context.CancelFunc
	done   chan struct{}
	sent   map[int]int // units by track
}

// New makes a source that plays the main clip of a demo room, and is off.
func New(room string) (*Source, error) {
	ch, err := camera.DemoChannel(room)
	if err != nil {
		return nil, err
	}
	return Of(room, ch.Main), nil
}

// Of makes a source that plays a clip, and is off.
func Of(name string, clip *camera.Clip) *Source {
	s := &Source{Stream: media.NewStream(name), sent: map[int]int{}}
	s.Change(clip)
	s.status = media.Status{State: media.Offline, Cause: &media.Cause{Code: media.CauseRefused, Detail: "nothing listens there"}, Since: time.Now()}
	return s
}

func describe(t *camera.Track) media.Track {
	m := media.Track{Kind: t.Kind, ClockRate: t.Rate}
	switch f := t.Format.(type) {
	case *format.H264:
		m.Params.SPS, m.Params.PPS = f.SPS, f.PPS
	case *format.H265:
		m.Params.VPS, m.Params.SPS, m.Params.PPS = f.VPS, f.SPS, f.PPS
	case *format.MPEG4Audio:
		m.SampleRate, m.Channels = f.Config.SampleRate, f.Config.ChannelCount
		m.Config, _ = f.Config.Marshal()
	default:
		m.SampleRate, m.Channels = t.Rate, 1
	}
	return m
}

// Hold is the source's stream.
func (s *Source) Hold() (*media.Stream, func()) { return s.Stream, func() {} }

// Status is live while it plays, else offline.
func (s *Source) Status() media.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Sent is how many units of a track it has sent.
func (s *Source) Sent(track int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent[track]
}

// Change gives it another clip, as if somebody had set the camera. It must be off.
func (s *Source) Change(clip *camera.Clip) {
	s.clip, s.tracks = clip, nil
	for _, t := range []*camera.Track{clip.Video, clip.Audio} {
		if t != nil {
			s.tracks = append(s.tracks, describe(t))
		}
	}
}

// On connects it: the clip plays from its beginning.
func (s *Source) On() error {
	feed, err := s.Stream.Open(s.tracks)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	s.stop, s.done = cancel, make(chan struct{})
	s.status = media.Status{State: media.Live, Since: time.Now()}
	done := s.done
	s.mu.Unlock()
	go func() {
		defer close(done)
		defer feed.Close()
		s.play(ctx, feed)
	}()
	return nil
}

// Off disconnects it, and waits until it is.
func (s *Source) Off() {
	s.mu.Lock()
	stop, done := s.stop, s.done
	s.status = media.Status{State: media.Offline, Cause: &media.Cause{Code: media.CauseRefused, Detail: "nothing listens there"}, Since: time.Now()}
	s.mu.Unlock()
	if stop != nil {
		stop()
		<-done
	}
}

// due is the next unit of a track.
type due struct {
	track   int
	samples []camera.Sample
	i       int
	loop    time.Duration
	rate    int
}

func (d *due) at() time.Duration { return d.loop + d.samples[d.i].At }

func (d *due) next(length time.Duration) {
	if d.i++; d.i == len(d.samples) {
		d.i, d.loop = 0, d.loop+length
	}
}

func (s *Source) play(ctx context.Context, feed *media.Feed) {
	base := time.Since(s.Stream.Epoch())
	if s.Aligned {
		base -= time.Duration(time.Now().UnixNano() % int64(s.clip.Length))
	}
	var tracks []*due
	for i, t := range []*camera.Track{s.clip.Video, s.clip.Audio} {
		if t != nil {
			tracks = append(tracks, &due{track: i, samples: t.Samples, rate: t.Rate})
		}
	}
	if s.clip.Video == nil {
		tracks[0].track = 0
	}
	for _, d := range tracks {
		for base+d.at() < time.Since(s.Stream.Epoch()) {
			d.next(s.clip.Length)
		}
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next := tracks[0]
		for _, d := range tracks[1:] {
			if d.at() < next.at() {
				next = d
			}
		}
		timer.Reset(time.Until(s.Stream.Epoch().Add(base + next.at())))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		sample := next.samples[next.i]
		on := base + next.loop + sample.PTS
		data := sample.Data
		if s.tracks[next.track].Kind.Video() {
			data = notParams(s.tracks[next.track].Kind, data)
		}
		if feed.Write(next.track, data, sample.Keyframe, ticks(on, next.rate), s.Stream.Epoch().Add(on).Round(0)) != nil {
			return
		}
		s.mu.Lock()
		s.sent[next.track]++
		s.mu.Unlock()
		next.next(s.clip.Length)
	}
}

// notParams leaves parameter sets to the stream, which puts them before keyframes.
func notParams(k packet.Kind, nalus [][]byte) [][]byte {
	var rest [][]byte
	for _, n := range nalus {
		if !packet.IsParamSet(k, n) {
			rest = append(rest, n)
		}
	}
	return rest
}

func ticks(d time.Duration, rate int) int64 {
	return int64(d/time.Second)*int64(rate) + int64(d%time.Second)*int64(rate)/int64(time.Second)
}
