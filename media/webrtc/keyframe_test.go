package webrtc

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// asked plays wishes at the given times and returns when a publisher was asked
// for a keyframe within ten seconds.
func asked(t *testing.T, wishes ...time.Duration) (at []time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second-time.Millisecond)
		defer cancel()
		start := time.Now()
		x := &Session{wishes: make(chan struct{}, 1)}
		for _, w := range wishes {
			time.AfterFunc(w, x.WantKeyframe)
		}
		askForKeyframes(ctx, x.wishes, func() { at = append(at, time.Since(start)) })
	})
	return at
}

func TestKeyframesAreAskedFor(t *testing.T) {
	const ms = time.Millisecond
	everyHundred := make([]time.Duration, 0, 35)
	for i := range 35 {
		everyHundred = append(everyHundred, time.Duration(i+1)*100*ms)
	}
	for name, c := range map[string]struct{ wishes, want []time.Duration }{
		"at once and every 4 s":               {nil, []time.Duration{0, 4000 * ms, 8000 * ms}},
		"when wished for":                     {[]time.Duration{2500 * ms}, []time.Duration{0, 2500 * ms, 6500 * ms}},
		"a wish soon after one waits":         {[]time.Duration{300 * ms}, []time.Duration{0, 1000 * ms, 5000 * ms, 9000 * ms}},
		"many wishes are one":                 {[]time.Duration{2000 * ms, 2100 * ms, 2200 * ms}, []time.Duration{0, 2000 * ms, 3000 * ms, 7000 * ms}},
		"at most once a second, however many": {everyHundred, []time.Duration{0, 1000 * ms, 2000 * ms, 3000 * ms, 4000 * ms, 8000 * ms}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := asked(t, c.wishes...); !slices.Equal(got, c.want) {
				t.Errorf("asked at %v, want %v", got, c.want)
			}
		})
	}
}

func TestAViewersSessionIgnoresWishes(t *testing.T) {
	x := &Session{wishes: make(chan struct{}, 1)}
	for range 3 {
		x.WantKeyframe() // would hang here if it blocked
	}
}
