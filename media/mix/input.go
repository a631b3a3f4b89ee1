package mix

import (
	"context"
	"errors"
	"fmt"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// errNoSound says that a stream has nothing to mix.
var errNoSound = errors.New("the source sends no sound: switch its microphone on, or check its audio settings")

// input is a voice's way from its stream into the mixer.
type input struct {
	console *Console
	id      string
	stream  *media.Stream
	voice   *Voice
	stop    context.CancelFunc
	done    chan struct{}

	codec, problem string // guarded by console.mu
}

// run follows the stream until ctx ends or the stream is closed.
func (in *input) run(ctx context.Context) {
	for ctx.Err() == nil {
		changed := in.stream.Changed()
		err := in.contained(ctx)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, media.ErrChanged):
		case errors.Is(err, media.ErrClosed):
			in.tell("", "the source has ended")
			return
		default:
			in.tell("", err.Error())
			in.wait(ctx, changed, err)
		}
	}
}

// wait waits until the stream may have something else; after a fault, for a while.
func (in *input) wait(ctx context.Context, changed <-chan struct{}, err error) {
	var again <-chan time.Time
	if fault := (*media.Fault)(nil); errors.As(err, &fault) {
		again = time.After(time.Second)
	}
	select {
	case <-changed:
	case <-again:
	case <-ctx.Done():
	}
}

// contained is follow; what is wrong with this voice's packets ends it alone.
func (in *input) contained(ctx context.Context) (err error) {
	defer media.Contain(in.console.o.Log, "voice "+in.id, func(fault error) { err = fault })
	return in.follow(ctx)
}

func (in *input) tell(codec, problem string) {
	in.console.mu.Lock()
	defer in.console.mu.Unlock()
	in.codec, in.problem = codec, problem
}

// follow decodes one track of the stream to its end.
func (in *input) follow(ctx context.Context) error {
	index, track, release, err := in.sound(ctx)
	if err != nil {
		return err
	}
	defer release()
	d, err := newDecoder(track)
	if err != nil {
		return err
	}
	place := placer{rate: track.ClockRate, zero: in.console.zero, epoch: in.stream.Epoch()}
	reader := in.stream.Subscribe(media.ReaderOptions{Tracks: []int{index}})
	defer reader.Close()
	in.tell(track.Kind.String(), "")
	for {
		u, _, err := reader.Next(ctx)
		if err != nil {
			return err
		}
		if !in.console.heard.Load() || len(u.Data) == 0 {
			continue
		}
		pcm, err := d.decode(u.Data[0])
		if err != nil {
			in.console.o.Log.Debug("a packet of sound cannot be decoded", "voice", in.id, "err", err)
			continue // as good as lost
		}
		in.push(&place, u, pcm)
	}
}

// push hands samples to the mixer, as many at once as it takes.
func (in *input) push(place *placer, u *media.Unit, pcm []float32) {
	pos, at, arrived := place.place(u, len(pcm))
	in.console.mu.Lock()
	defer in.console.mu.Unlock()
	if pcm == nil {
		in.voice.Push(Frame{Pos: pos, At: at, Arrived: arrived})
	}
	for len(pcm) > 0 {
		n := min(len(pcm), MaxPush)
		in.voice.Push(Frame{Pos: pos, At: at, Arrived: arrived, PCM: pcm[:n]})
		pcm, pos, at = pcm[n:], pos+int64(n), at+ticksTime(int64(n), Rate)
	}
}

// sound finds the track to listen to: the first sound of the source's own, or what the
// hub makes of it where it is in a codec that only ffmpeg reads.
func (in *input) sound(ctx context.Context) (int, media.Track, func(), error) {
	for i, t := range in.stream.Tracks() {
		switch {
		case t.Kind.Video() || t.Derived:
			continue
		case t.Kind != packet.AAC:
			return i, t, func() {}, nil
		case in.console.o.Transcoder == nil:
			return 0, t, nil, errors.New("the source sends AAC, which ffmpeg must convert: install ffmpeg, or set the device to G.711 or Opus")
		}
		index, release, err := in.console.o.Transcoder.Opus(ctx, in.stream)
		if err != nil {
			return 0, t, nil, fmt.Errorf("the source sends AAC: %w", err)
		}
		tracks := in.stream.Tracks()
		if index >= len(tracks) {
			release()
			return 0, t, nil, media.ErrChanged
		}
		return index, tracks[index], release, nil
	}
	return 0, media.Track{}, nil, errNoSound
}
