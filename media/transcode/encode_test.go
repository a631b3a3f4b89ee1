package transcode

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"avhub/media"
)

// toneSamples is a tone of 700 Hz in real time.
type toneSamples struct {
	begin time.Time
	n     int
}

func (s *toneSamples) Next(ctx context.Context, buf []byte) ([]byte, time.Time, error) {
	at := s.begin.Add(time.Duration(s.n) * 20 * time.Millisecond)
	select {
	case <-time.After(time.Until(at)):
	case <-ctx.Done():
		return nil, at, ctx.Err()
	}
	buf = buf[:0]
	for i := range opusFrame {
		v := 10000 * math.Sin(2*math.Pi*700*float64(s.n*opusFrame+i)/opusRate)
		buf = binary.LittleEndian.AppendUint16(buf, uint16(int16(v)))
	}
	s.n++
	return buf, at, nil
}

// packets keeps what was coded.
type packets struct {
	mu    sync.Mutex
	data  []*media.Unit
	times []time.Time
	end   error
}

func (p *packets) Write(data []byte, at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.data, p.times = append(p.data, &media.Unit{Data: [][]byte{data}}), append(p.times, at)
	return p.end
}

func (p *packets) have() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.data)
}

// Samples become Opus of the same sound at the same time; they go on when a process
// dies, and end when nobody takes the packets any more.
func TestSamplesBecomeOpus(t *testing.T) {
	t.Parallel()
	tr, running := newTranscoder(t, time.Second)
	from, to := &toneSamples{begin: time.Now()}, &packets{}
	ended := make(chan error, 1)
	go func() { ended <- tr.EncodeOpus(t.Context(), "mix", from, to) }()
	eventually(t, "two seconds are coded", func() bool { return to.have() > 100 })
	running.signal(syscall.SIGKILL)
	before := to.have()
	eventually(t, "another process goes on", func() bool { return to.have() > before+50 })
	to.mu.Lock()
	to.end = errors.New("enough")
	heard, times := slices.Clone(to.data), slices.Clone(to.times)
	to.mu.Unlock()
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if hz := frequency(decode(t, heard[:100])[opusRate:]); math.Abs(hz-700) > 2 {
		t.Errorf("the tone is at %.1f Hz", hz)
	}
	for i, at := range times {
		// The encoder's looking ahead is 2.5 ms.
		if off := (at.Sub(from.begin) + 2500*time.Microsecond) % (20 * time.Millisecond); off != 0 {
			t.Fatalf("packet %d is of %v", i, at.Sub(from.begin))
		}
	}
}

func TestSamplesWithoutFFmpeg(t *testing.T) {
	t.Parallel()
	tr := New(Options{})
	defer tr.Close()
	if err := tr.EncodeOpus(t.Context(), "mix", nil, nil); !errors.Is(err, ErrNoFFmpeg) {
		t.Error(err)
	}
}
