package mix

import (
	"context"

	"avhub/media"
)

// input is a voice's way from its stream into the mixer.
type input struct {
	console *Console
	voice   *Voice
	place   placer
	stop    context.CancelFunc
	done    chan struct{}

	codec, problem string // guarded by console.mu
}

// run feeds the voice until ctx ends or the stream is closed.
func (in *input) run(ctx context.Context, id string, s *media.Stream) {
	c := in.console
	f := follower{
		name: id, stream: s, transcoder: c.o.Transcoder, log: c.o.Log,
		tell:   in.tell,
		begin:  func(t media.Track) { in.place = placer{rate: t.ClockRate, zero: c.zero, epoch: s.Epoch()} },
		wanted: c.heard.Load,
		frame:  in.push,
	}
	f.run(ctx)
}

func (in *input) tell(codec, problem string) {
	in.console.mu.Lock()
	defer in.console.mu.Unlock()
	in.codec, in.problem = codec, problem
}

// push hands samples to the mixer, as many at once as it takes.
func (in *input) push(u *media.Unit, pcm []float32) {
	pos, at, arrived := in.place.place(u, len(pcm))
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
