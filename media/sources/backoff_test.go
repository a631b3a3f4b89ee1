package sources

import (
	"testing"
	"time"
)

func newTries() *tries {
	t := &tries{}
	t.setDefaults()
	return t
}

// around tells whether got is want, a quarter more or less.
func around(got, want time.Duration) bool {
	return got >= want*3/4 && got <= want*5/4
}

func TestBackoffGrowsForACameraThatNeverCame(t *testing.T) {
	t.Parallel()
	tries, now := newTries(), time.Now()
	for _, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		want *= time.Millisecond
		if got := tries.failed(now, 0); !around(got, want) {
			t.Errorf("waits %v, want about %v", got, want)
		}
		now = now.Add(want)
	}
}

func TestBackoffStaysQuickAfterALoss(t *testing.T) {
	t.Parallel()
	tries, now := newTries(), time.Now()
	tries.failed(now, 0)
	lost := now.Add(time.Hour)
	if got := tries.failed(lost, time.Hour); !around(got, 500*time.Millisecond) {
		t.Errorf("first wait after the loss %v", got)
	}
	for at := lost; at.Before(lost.Add(2 * time.Minute)); at = at.Add(2 * time.Second) {
		if got := tries.failed(at, 0); got > 1250*time.Millisecond {
			t.Fatalf("waits %v %v after the loss", got, at.Sub(lost))
		}
	}
	for range 6 {
		tries.failed(lost.Add(3*time.Minute), 0)
	}
	if got := tries.failed(lost.Add(4*time.Minute), 0); !around(got, 30*time.Second) {
		t.Errorf("waits %v long after the loss", got)
	}
}

func TestBackoffDoesNotRaceWithACameraThatDiesAtOnce(t *testing.T) {
	t.Parallel()
	tries, now := newTries(), time.Now()
	var last time.Duration
	for range 5 {
		last = tries.failed(now, time.Second)
		now = now.Add(3 * time.Second)
	}
	if !around(last, time.Second) {
		t.Errorf("waits %v", last)
	}
}

func TestPatienceGrows(t *testing.T) {
	t.Parallel()
	var last time.Duration = -1
	for n := range 20 {
		p := patience(n, 5*time.Second)
		if p < last || p > 5*time.Minute {
			t.Errorf("patience %d is %v after %v", n, p, last)
		}
		last = p
	}
}
