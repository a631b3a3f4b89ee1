package mix

import (
	"context"
	"log/slog"
	"math"
	"testing"
	"time"
)

func TestLevelOfSamples(t *testing.T) {
	t.Parallel()
	for amplitude, want := range map[float64]uint8{1: 3, 0.5: 9, 0.125: 21, 0.001: 63, 0: Silence} {
		samples := make([]float32, FrameSamples)
		for i := range samples {
			samples[i] = float32(amplitude * math.Sin(2*math.Pi*float64(i)*500/Rate))
		}
		if got := levelOf(samples); got != want {
			t.Errorf("a tone of amplitude %v is at %d, not %d", amplitude, got, want)
		}
	}
	if levelOf(nil) != Silence || levelOf([]float32{1e-9}) != Silence || levelOf([]float32{4}) != 0 {
		t.Error("what is none, next to nothing, or beyond full scale")
	}
}

// A stream's sound is measured as it comes, and not any more after the end.
func TestLevelsOfAStream(t *testing.T) {
	t.Parallel()
	p := call(t, 440, nil) // at 6000 of 32767
	defer p.hangUp()
	ctx, stop := context.WithCancel(t.Context())
	heard := make(chan uint8, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		Levels(ctx, p.stream, nil, slog.New(slog.DiscardHandler), func(level uint8, _ time.Time) { heard <- level })
	}()
	for n := 0; n < 25; {
		select {
		case level := <-heard:
			if level == 17 || level == 18 {
				n++
			}
		case <-time.After(20 * time.Second):
			t.Fatal("nothing is measured")
		}
	}
	stop()
	<-done
}
