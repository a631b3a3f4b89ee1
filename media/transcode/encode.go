package transcode

import (
	"context"
	"errors"
	"io"
	"strconv"
	"sync"
	"time"
)

// Samples is sound to be coded: 16-bit little-endian at 48 kHz, one channel, 20 ms
// (1,920 octets) a call. It may use buf. It ends with an error.
type Samples interface {
	Next(ctx context.Context, buf []byte) (data []byte, at time.Time, err error)
}

// Packets takes what sound was coded into, 20 ms each. An error ends the coding.
type Packets interface {
	Write(data []byte, at time.Time) error
}

// voiceBitRate is what one channel of speech and music is given, in bit/s.
const voiceBitRate = 48000

// EncodeOpus makes Opus of samples in a supervised process, until ctx, the samples or
// the packets end; name is for messages. All that it starts has ended when it returns.
func (t *Transcoder) EncodeOpus(ctx context.Context, name string, from Samples, to Packets) error {
	if !t.Available() {
		return ErrNoFFmpeg
	}
	e := &encoder{from: from, to: to}
	supervise(ctx, t.o.FFmpeg, e, t.o.Log.With("stream", name, "to", "opus"))
	return ctx.Err()
}

// encoder makes Opus of samples.
type encoder struct {
	from Samples
	to   Packets

	mu    sync.Mutex
	times []time.Time // of the frames that are in the process
}

func (e *encoder) args() []string {
	return []string{
		"-probesize", "32", "-analyzeduration", "0", "-flags", "low_delay", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "pipe:0",
		"-map", "0:a", "-c:a", "libopus", "-b:a", strconv.Itoa(voiceBitRate), "-vbr", "off",
		"-application", "lowdelay", "-frame_duration", "20", "-f", "data", "-flush_packets", "1", "pipe:1",
	}
}

func (e *encoder) feed(ctx context.Context, p *process) error {
	e.mu.Lock()
	e.times = nil
	e.mu.Unlock()
	var buf []byte
	for {
		data, at, err := e.from.Next(ctx, buf)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return errOver{err}
		}
		buf = data
		e.mu.Lock()
		e.times = append(e.times, at)
		e.mu.Unlock()
		if err := p.write(data); err != nil {
			return err
		}
	}
}

func (e *encoder) drain(r io.Reader) error {
	const lookahead = opusLookahead * time.Second / opusRate
	for {
		data := make([]byte, voiceBitRate/8/50)
		if _, err := io.ReadFull(r, data); err != nil {
			return err
		}
		if opusSamples(data) != opusFrame {
			return errors.New("its output is not Opus in packets of 20 ms")
		}
		e.mu.Lock()
		if len(e.times) == 0 {
			e.mu.Unlock()
			continue
		}
		at := e.times[0]
		e.times = e.times[1:]
		e.mu.Unlock()
		if err := e.to.Write(data, at.Add(-lookahead)); err != nil {
			return errOver{err}
		}
	}
}
