package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// pictureMaker makes H.264 for browsers of one track's pictures.
type pictureMaker struct {
	source *media.Stream
	index  int
	track  media.Track
	output *media.Stream
	feedTo *media.Feed
	sound  int // the source's sound track that is passed on, or -1

	mu    sync.Mutex
	times map[int64]origin // by milliseconds on the source's timeline
	order []int64
}

// origin is what a picture that is made keeps of the one it is made of.
type origin struct {
	pts int64
	utc time.Time
}

const timesKept = 256

// keyframes come every two seconds, counted from the last and not from the
// beginning, which may be days ago on the stream's timeline.
const keyframes = "expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+2))"

func (t *Transcoder) startH264(ctx context.Context, k key, j *job) (func(), error) {
	index, track, err := ownTrack(k.stream, true)
	if err != nil {
		return nil, err
	}
	if track.Kind != packet.H264 && track.Kind != packet.H265 {
		return nil, fmt.Errorf("%s pictures are not converted: browsers play them", track.Kind)
	}
	m := &pictureMaker{source: k.stream, index: index, track: track, sound: -1, times: map[int64]origin{}}
	tracks := []media.Track{{Kind: packet.H264, ClockRate: 90000}}
	var releaseSound func()
	if i, sound, err := ownTrack(k.stream, false); err == nil {
		m.sound = i
		if !sound.ForBrowsers() {
			// The lock is held by take: the sound's conversion is counted by hand.
			if m.sound, releaseSound, err = t.opusLocked(k.stream); err != nil {
				return nil, err
			}
			sound = opusTrack()
		}
		sound.Derived = false
		tracks = append(tracks, sound)
	}
	m.output = k.stream.Sibling(k.stream.Name() + "/h264")
	if m.feedTo, err = m.output.Open(tracks); err != nil {
		return nil, err
	}
	j.output = m.output
	log := t.o.Log.With("stream", k.stream.Name(), "to", "h264")
	return func() {
		var wg sync.WaitGroup
		soundCtx, stop := context.WithCancel(ctx)
		if m.sound >= 0 {
			wg.Go(func() { m.passSound(soundCtx) })
		}
		supervise(ctx, t.o.FFmpeg, m, log)
		stop()
		wg.Wait()
		if releaseSound != nil {
			releaseSound()
		}
		m.feedTo.Close()
		m.output.Close()
	}, nil
}

func (m *pictureMaker) args() []string {
	return []string{
		"-probesize", "200000", "-analyzeduration", "1", "-fpsprobesize", "0", "-flags", "low_delay", "-f", "mpegts", "-i", "pipe:0",
		"-map", "0:v", "-copyts", "-vsync", "passthrough", "-enc_time_base", "1:1000", "-vf", "scale='min(1280,iw)':'min(720,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuv420p",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-bf", "0",
		"-b:v", "1500k", "-maxrate", "2500k", "-bufsize", "1500k", "-force_key_frames", keyframes,
		"-f", "flv", "-flvflags", "no_duration_filesize", "-flush_packets", "1", "pipe:1",
	}
}

// feed writes pictures to the process as an MPEG transport stream, which
// carries their times.
func (m *pictureMaker) feed(ctx context.Context, p *process) error {
	w, err := newTransport(m.track.Kind, p)
	if err != nil {
		return err
	}
	reader := m.source.Subscribe(media.ReaderOptions{Tracks: []int{m.index}, FromKeyframe: true})
	defer reader.Close()
	started := false
	for {
		u, loss, err := reader.Next(ctx)
		switch {
		case errors.Is(err, media.ErrChanged), errors.Is(err, media.ErrClosed):
			return errOver{err}
		case err != nil:
			return err
		}
		if loss.Units > 0 {
			started = false
		}
		if started = started || u.Keyframe; !started {
			continue
		}
		m.remember(u)
		if err := w.write(u); err != nil {
			return fmt.Errorf("it takes no input: %w", err)
		}
	}
}

func (m *pictureMaker) remember(u *media.Unit) {
	ms := u.PTS / 90
	m.mu.Lock()
	defer m.mu.Unlock()
	m.times[ms] = origin{u.PTS, u.UTC}
	if m.order = append(m.order, ms); len(m.order) > timesKept {
		delete(m.times, m.order[0])
		m.order = m.order[1:]
	}
}

// recall finds the picture that one made of it was at that time; transport
// and FLV each round to their own unit.
func (m *pictureMaker) recall(ms int64) (origin, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range []int64{0, 1, -1, 2, -2} {
		if o, ok := m.times[ms+d]; ok {
			return o, true
		}
	}
	return origin{}, false
}

// drain takes the pictures made.
func (m *pictureMaker) drain(r io.Reader) error {
	flv := newFLVReader(r)
	for {
		p, err := flv.next()
		if err != nil {
			return err
		}
		o, ok := m.recall(p.pts)
		if !ok {
			continue
		}
		if err := m.feedTo.Write(0, p.data, p.keyframe, o.pts, o.utc); err != nil {
			return errOver{err}
		}
	}
}

// passSound copies the sound beside the picture.
func (m *pictureMaker) passSound(ctx context.Context) {
	reader := m.source.Subscribe(media.ReaderOptions{Tracks: []int{m.sound}})
	defer reader.Close()
	for {
		u, _, err := reader.Next(ctx)
		if err != nil {
			return
		}
		if m.feedTo.Write(1, u.Data, true, u.PTS, u.UTC) != nil {
			return
		}
	}
}
