package e2e

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"avhub/cmd/avhub/whepclient"
)

// join watches, waiting where the hub says that offers come too fast.
func join(ctx context.Context, url string) (*whepclient.Viewer, error) {
	for {
		v, err := whepclient.Watch(ctx, whepclient.Options{URL: url, Sound: true})
		var refused *whepclient.Refused
		if !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests {
			return v, err
		}
		seconds, err := strconv.Atoi(refused.RetryAfter)
		if err != nil {
			return nil, refused
		}
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// joinAndLeave lets viewers come and go, eight at a time. One in ten vanishes
// without a word, as a closed laptop does.
func joinAndLeave(t *testing.T, url string, count int) {
	t.Helper()
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	for i := range count {
		g.Go(func() error {
			v, err := join(ctx, url)
			if err != nil {
				return err
			}
			select {
			case <-v.Keyframe():
			case <-ctx.Done():
			}
			if i%10 == 0 {
				v.Vanish()
				return nil
			}
			return v.Leave(ctx)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestTwoThousandJoinsLeaveNothingBehind(t *testing.T) {
	h := newHub(t, "--demo", "--demo-cameras", freeAddr(t))
	h.awaitState(t, "court-2", "live") // with AAC: sound is made by ffmpeg
	url := h.whep("court-2?stream=sub")

	// The first ones warm the pools, and bring up what is kept for 10 s.
	joinAndLeave(t, url, 100)
	settled := func() (goroutines, sockets, heap float64) {
		return h.metric(t, "go_goroutines"), float64(h.sockets(t)), h.metric(t, "go_memstats_heap_inuse_bytes")
	}
	var goroutines, sockets, heap float64
	await(t, 60*time.Second, "an idle hub", func() bool {
		goroutines, sockets, heap = settled()
		return h.metric(t, "avhub_sessions") == 0 && h.metric(t, "avhub_transcoders") == 0
	})

	joinAndLeave(t, url, 2000)

	await(t, 60*time.Second, "goroutines and sockets back to where they were", func() bool {
		g, s, m := settled()
		t.Logf("goroutines %.0f → %.0f, sockets %.0f → %.0f, heap %.1f → %.1f MiB", goroutines, g, sockets, s, heap/(1<<20), m/(1<<20))
		return h.metric(t, "avhub_sessions") == 0 && g <= goroutines+5 && s <= sockets+5 && m <= heap+8<<20
	})
}
