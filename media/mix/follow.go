package mix

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/transcode"
)

// errNoSound says that a stream has nothing to hear.
var errNoSound = errors.New("the source sends no sound: switch its microphone on, or check its audio settings")

// follower decodes the sound of a stream, over reconnects and changes of codec.
type follower struct {
	name       string
	stream     *media.Stream
	transcoder *transcode.Transcoder // nil: there is no ffmpeg
	log        *slog.Logger

	tell   func(codec, problem string)            // how it is doing
	begin  func(media.Track)                      // the frames to come are of this track
	wanted func() bool                            // false: frames are not decoded now
	frame  func(u *media.Unit, samples []float32) // at 48 kHz, until the next call; nil: the sender is silent
}

// run follows the stream until ctx ends or the stream is closed.
func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil {
		changed := f.stream.Changed()
		err := f.contained(ctx)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, media.ErrChanged):
		case errors.Is(err, media.ErrClosed):
			f.tell("", "the source has ended")
			return
		default:
			f.tell("", err.Error())
			f.wait(ctx, changed, err)
		}
	}
}

// wait waits until the stream may have something else; after a fault, for a while.
func (f *follower) wait(ctx context.Context, changed <-chan struct{}, err error) {
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
func (f *follower) contained(ctx context.Context) (err error) {
	defer media.Contain(f.log, "voice "+f.name, func(fault error) { err = fault })
	return f.follow(ctx)
}

// follow decodes one track of the stream to its end.
func (f *follower) follow(ctx context.Context) error {
	index, track, release, err := f.sound(ctx)
	if err != nil {
		return err
	}
	defer release()
	d, err := newDecoder(track)
	if err != nil {
		return err
	}
	f.begin(track)
	reader := f.stream.Subscribe(media.ReaderOptions{Tracks: []int{index}})
	defer reader.Close()
	f.tell(track.Kind.String(), "")
	for {
		u, _, err := reader.Next(ctx)
		if err != nil {
			return err
		}
		if !f.wanted() || len(u.Data) == 0 {
			continue
		}
		samples, err := d.decode(u.Data[0])
		if err != nil {
			f.log.Debug("a packet of sound cannot be decoded", "voice", f.name, "err", err)
			continue // as good as lost
		}
		f.frame(u, samples)
	}
}

// sound finds the track to listen to: the first sound of the source's own, or what the
// hub makes of it where it is in a codec that only ffmpeg reads.
func (f *follower) sound(ctx context.Context) (int, media.Track, func(), error) {
	for i, t := range f.stream.Tracks() {
		switch {
		case t.Kind.Video() || t.Derived:
			continue
		case t.Kind != packet.AAC:
			return i, t, func() {}, nil
		case f.transcoder == nil:
			return 0, t, nil, errors.New("the source sends AAC, which ffmpeg must convert: install ffmpeg, or set the device to G.711 or Opus")
		}
		index, release, err := f.transcoder.Opus(ctx, f.stream)
		if err != nil {
			return 0, t, nil, fmt.Errorf("the source sends AAC: %w", err)
		}
		tracks := f.stream.Tracks()
		if index >= len(tracks) {
			release()
			return 0, t, nil, media.ErrChanged
		}
		return index, tracks[index], release, nil
	}
	return 0, media.Track{}, nil, errNoSound
}
