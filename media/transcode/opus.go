package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// opusRate is the rate at which Opus counts, whatever it carries (RFC 7587).
const opusRate = 48000

// What ffmpeg is asked for: packets of 20 ms that all have the same size.
const (
	opusBitRate   = 64000                // bit/s
	opusFrame     = 960                  // samples
	opusPacket    = opusBitRate / 8 / 50 // bytes
	opusLookahead = 120                  // samples that the encoder puts before the first (RFC 7845 section 4.2)
)

// rebaseBeyond is how far sound may be off its place before it is put right.
const rebaseBeyond = 40 * time.Millisecond

// opusMaker makes Opus of one track's sound.
type opusMaker struct {
	stream *media.Stream
	index  int
	track  media.Track
	out    *media.Derived

	mu    sync.Mutex
	fed   int64 // samples fed to the process, at the source's rate
	bases []base
}

// base says where on the stream's timeline sound stands from a sample on.
type base struct {
	from int64 // sample at opusRate, counted from the process's start
	pts  int64 // of that sample, in ticks of opusRate
	utc  time.Time
}

func (t *Transcoder) startOpus(ctx context.Context, k key, j *job) (func(), error) {
	index, track, err := ownTrack(k.stream, false)
	if err != nil {
		return nil, err
	}
	if _, err := inputArgs(track); err != nil {
		return nil, err
	}
	out, err := k.stream.Derive(opusTrack())
	if err != nil {
		return nil, err
	}
	j.track = out.Track()
	m := &opusMaker{stream: k.stream, index: index, track: track, out: out}
	log := t.o.Log.With("stream", k.stream.Name(), "to", "opus")
	return func() { supervise(ctx, t.o.FFmpeg, m, log) }, nil
}

// inputArgs say how a track's frames look to ffmpeg.
func inputArgs(t media.Track) ([]string, error) {
	raw := func(format string) []string {
		return []string{"-f", format, "-ar", strconv.Itoa(t.SampleRate), "-ac", strconv.Itoa(max(1, t.Channels))}
	}
	switch t.Kind {
	case packet.AAC:
		if len(t.Config) < 2 {
			return nil, fmt.Errorf("the AAC sound has no configuration")
		}
		return []string{"-f", "flv"}, nil
	case packet.PCMA:
		return raw("alaw"), nil
	case packet.PCMU:
		return raw("mulaw"), nil
	case packet.G722:
		return []string{"-f", "g722"}, nil
	}
	return nil, fmt.Errorf("%s sound cannot be converted", t.Kind)
}

func (m *opusMaker) args() []string {
	in, _ := inputArgs(m.track) // was good at the start
	// No -fflags nobuffer: it throws away the frames that ffmpeg looks at first.
	args := []string{"-probesize", "32", "-analyzeduration", "0", "-flags", "low_delay"}
	args = append(append(args, in...), "-i", "pipe:0")
	// Packets of one size need no container, and so none that waits for the next.
	return append(args, "-map", "0:a", "-ar", "48000", "-ac", "2", "-c:a", "libopus", "-b:a", strconv.Itoa(opusBitRate), "-vbr", "off",
		"-application", "lowdelay", "-frame_duration", "20", "-f", "data", "-flush_packets", "1", "pipe:1")
}

// feed writes frames to the process as they come.
func (m *opusMaker) feed(ctx context.Context, p *process) error {
	m.mu.Lock()
	m.fed, m.bases = 0, nil
	m.mu.Unlock()
	reader := m.stream.Subscribe(media.ReaderOptions{Tracks: []int{m.index}})
	defer reader.Close()
	for {
		u, _, err := reader.Next(ctx)
		switch {
		case errors.Is(err, media.ErrChanged), errors.Is(err, media.ErrClosed):
			return errOver{err}
		case err != nil:
			return err
		}
		data, samples := m.wrap(u.Data[0])
		m.account(u, samples)
		if err := p.write(data); err != nil {
			return fmt.Errorf("it takes no input: %w", err)
		}
	}
}

// wrap makes a frame what ffmpeg reads, and counts its samples.
func (m *opusMaker) wrap(frame []byte) ([]byte, int64) {
	rate := int64(m.track.SampleRate)
	switch m.track.Kind {
	case packet.AAC:
		samples := int64(m.track.AAC.FrameSamples)
		if samples == 0 {
			samples = 1024
		}
		return flvSound(m.track.Config, frame, m.fed*1000/rate, m.fed == 0), samples
	case packet.G722:
		return frame, int64(len(frame)) * 2
	default:
		return frame, int64(len(frame)) / int64(max(1, m.track.Channels))
	}
}

// account notes where a frame's samples stand on the timeline.
func (m *opusMaker) account(u *media.Unit, samples int64) {
	pts := u.PTS * opusRate / int64(m.track.ClockRate)
	m.mu.Lock()
	defer m.mu.Unlock()
	// From the sum: a frame need not be a whole number of samples at opusRate.
	from := m.fed * opusRate / int64(m.track.SampleRate)
	if n := len(m.bases); n == 0 || abs(m.bases[n-1].pts+from-m.bases[n-1].from-pts) > int64(rebaseBeyond)*opusRate/int64(time.Second) {
		m.bases = append(m.bases, base{from, pts, u.UTC})
	}
	m.fed += samples
}

func abs(v int64) int64 { return max(v, -v) }

// place is where a sample stands, and when it was captured.
func (m *opusMaker) place(sample int64) (pts int64, utc time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.bases) > 1 && m.bases[1].from <= sample {
		m.bases = m.bases[1:]
	}
	if len(m.bases) == 0 {
		return 0, time.Time{}, false
	}
	b := m.bases[0]
	off := sample - b.from
	return b.pts + off, b.utc.Add(time.Duration(off) * time.Second / opusRate), true
}

// drain takes Opus packets out of the process.
func (m *opusMaker) drain(r io.Reader) error {
	at := int64(-opusLookahead)
	for {
		data := make([]byte, opusPacket)
		if _, err := io.ReadFull(r, data); err != nil {
			return err
		}
		if opusSamples(data) != opusFrame {
			return errors.New("its output is not Opus in packets of 20 ms")
		}
		pts, utc, ok := m.place(at)
		at += opusFrame
		if !ok {
			continue
		}
		if err := m.out.Write([][]byte{data}, true, pts, utc); err != nil {
			return errOver{err}
		}
	}
}

// opusSamples is the length of a packet in samples at 48 kHz (RFC 6716
// section 3.1).
func opusSamples(p []byte) int64 {
	if len(p) == 0 {
		return 0
	}
	config := p[0] >> 3
	var frame int64
	switch {
	case config < 12:
		frame = []int64{480, 960, 1920, 2880}[config&3]
	case config < 16:
		frame = []int64{480, 960}[config&1]
	default:
		frame = []int64{120, 240, 480, 960}[config&3]
	}
	switch p[0] & 3 {
	case 0:
		return frame
	case 1, 2:
		return 2 * frame
	}
	if len(p) < 2 {
		return 0
	}
	return frame * int64(p[1]&0x3f)
}
