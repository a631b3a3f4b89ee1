package transcode

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// Options of a transcoder.
type Options struct {
	FFmpeg string        // path; empty: there is none
	Video  bool          // pictures may be converted too
	Linger time.Duration // how long a process outlives its last viewer; 0 means 10 s
	Log    *slog.Logger
}

// maxVideo bounds the pictures converted at once: each takes a core.
const maxVideo = 2

// Errors of a request.
var (
	ErrNoFFmpeg = errors.New("ffmpeg was not found: install it (apt-get install ffmpeg) and restart the hub")
	ErrNoTrack  = errors.New("the source has nothing to convert")
	ErrTooMany  = fmt.Errorf("%d pictures are being converted already, which is all this machine is asked to do", maxVideo)
)

// Transcoder runs conversions.
type Transcoder struct {
	o   Options
	ctx context.Context
	end context.CancelFunc
	wg  sync.WaitGroup

	mu     sync.Mutex
	jobs   map[key]*job
	videos int
}

type key struct {
	stream *media.Stream
	video  bool
}

// job is one conversion with its users.
type job struct {
	users  int
	stop   context.CancelFunc
	timer  *time.Timer
	track  int           // sound: the derived track
	output *media.Stream // picture: the stream made
	done   chan struct{}
}

// New makes a transcoder.
func New(o Options) *Transcoder {
	if o.Linger == 0 {
		o.Linger = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t := &Transcoder{o: o, jobs: map[key]*job{}}
	t.ctx, t.end = context.WithCancel(context.Background())
	return t
}

// Available tells whether ffmpeg was found.
func (t *Transcoder) Available() bool { return t.o.FFmpeg != "" }

// Running is how many conversions there are now.
func (t *Transcoder) Running() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.jobs)
}

// Close ends all conversions and waits.
func (t *Transcoder) Close() error {
	t.end()
	t.wg.Wait()
	return nil
}

// Opus makes Opus of the stream's sound, in a derived track of the stream, and
// returns that track's index. release gives it back; it may be called twice.
func (t *Transcoder) Opus(_ context.Context, s *media.Stream) (track int, release func(), err error) {
	j, release, err := t.take(key{s, false}, t.startOpus)
	if err != nil {
		return 0, nil, err
	}
	return j.track, release, nil
}

// H264 makes H.264 without B-frames of the stream's picture, at most 1280x720,
// in a stream of its own that carries the sound too, as Opus where browsers do
// not take it as it is.
func (t *Transcoder) H264(ctx context.Context, s *media.Stream) (*media.Stream, func(), error) {
	if !t.o.Video {
		return nil, nil, errors.New("converting pictures is switched off: set media.transcode: true")
	}
	j, release, err := t.take(key{s, true}, t.startH264)
	if err != nil {
		return nil, nil, err
	}
	if err := firstPicture(ctx, j); err != nil {
		release()
		return nil, nil, err
	}
	return j.output, release, nil
}

// firstPicture waits until the conversion has begun, so that a viewer is not
// shown black.
func firstPicture(ctx context.Context, j *job) error {
	limit := time.NewTimer(8 * time.Second)
	defer limit.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		if j.output.LastKeyframe() != nil {
			return nil
		}
		select {
		case <-look.C:
		case <-j.done:
			return fmt.Errorf("converting the picture has failed: the log says why")
		case <-limit.C:
			return fmt.Errorf("converting the picture gave nothing within 8 s: is the source live?")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// startFunc prepares a conversion and returns what runs it.
type startFunc = func(context.Context, key, *job) (run func(), err error)

// take finds a conversion or starts it, and counts the user.
func (t *Transcoder) take(k key, start startFunc) (*job, func(), error) {
	if !t.Available() {
		return nil, nil, ErrNoFFmpeg
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.takeLocked(k, start)
}

// opusLocked is Opus for one who holds t.mu.
func (t *Transcoder) opusLocked(s *media.Stream) (track int, release func(), err error) {
	j, release, err := t.takeLocked(key{s, false}, t.startOpus)
	if err != nil {
		return 0, nil, err
	}
	return j.track, release, nil
}

func (t *Transcoder) takeLocked(k key, start startFunc) (*job, func(), error) {
	if t.ctx.Err() != nil {
		return nil, nil, media.ErrClosed
	}
	j := t.jobs[k]
	if j == nil {
		if k.video && t.videos >= maxVideo {
			return nil, nil, ErrTooMany
		}
		ctx, stop := context.WithCancel(t.ctx)
		j = &job{stop: stop, done: make(chan struct{})}
		run, err := start(ctx, k, j)
		if err != nil {
			stop()
			return nil, nil, err
		}
		t.jobs[k] = j
		if k.video {
			t.videos++
		}
		t.wg.Go(func() { defer t.finish(k, j); run() })
	}
	j.users++
	if j.timer != nil {
		j.timer.Stop()
		j.timer = nil
	}
	var once sync.Once
	return j, func() { once.Do(func() { t.give(j) }) }, nil
}

// give counts a user out; the last one starts the time to linger.
func (t *Transcoder) give(j *job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if j.users--; j.users == 0 {
		j.timer = time.AfterFunc(t.o.Linger, j.stop)
	}
}

// finish forgets a conversion that has ended.
func (t *Transcoder) finish(k key, j *job) {
	j.stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.jobs[k] == j {
		delete(t.jobs, k)
	}
	if k.video {
		t.videos--
	}
	if j.timer != nil {
		j.timer.Stop()
	}
	close(j.done)
}

// ownTrack finds the stream's own track of a sort.
func ownTrack(s *media.Stream, video bool) (int, media.Track, error) {
	for i, t := range s.Tracks() {
		if t.Kind.Video() == video && !t.Derived {
			return i, t, nil
		}
	}
	return 0, media.Track{}, ErrNoTrack
}

// opusTrack is what sound is made into.
func opusTrack() media.Track {
	return media.Track{Kind: packet.Opus, ClockRate: 48000, SampleRate: 48000, Channels: 2}
}
