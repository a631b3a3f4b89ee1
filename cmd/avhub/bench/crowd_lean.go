package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"avhub/cmd/avhub/whepclient/lean"
)

// leanCrowd are viewers that cost little, so that many fit beside the hub.
type leanCrowd struct {
	viewers []*lean.Viewer
	joined  []time.Duration
}

// gatherLean lets viewers join, evenly within a time or 32 at a time, and waits for
// each one's keyframe.
func gatherLean(ctx context.Context, within time.Duration, count int, options func(i int) *lean.Options) (*leanCrowd, error) {
	c := &leanCrowd{make([]*lean.Viewer, count), make([]time.Duration, count)}
	g, gctx := errgroup.WithContext(ctx)
	if within == 0 {
		g.SetLimit(32)
	}
	for i := range count {
		g.Go(func() error {
			if err := pause(gctx, time.Duration(i)*within/time.Duration(count)); err != nil {
				return err
			}
			o := options(i)
			o.From = origin(i)
			began := time.Now()
			var err error
			if c.viewers[i], err = lean.Watch(gctx, o); err != nil {
				return fmt.Errorf("viewer %d: %w", i, err)
			}
			select {
			case <-c.viewers[i].Keyframe():
				c.joined[i] = time.Since(began)
				return nil
			case <-time.After(30 * time.Second):
				return fmt.Errorf("viewer %d of %s: no keyframe within 30 s", i, o.URL)
			case <-gctx.Done():
				return gctx.Err()
			}
		})
	}
	if err := g.Wait(); err != nil {
		c.leave()
		return nil, err
	}
	return c, nil
}

// origin spreads viewers over this machine's addresses, as a court's are spread.
func origin(i int) net.IP { return net.IPv4(127, 0, 1, byte(1+i%200)) }

func (c *leanCrowd) leave() {
	var g errgroup.Group
	g.SetLimit(32)
	for _, v := range c.viewers {
		if v != nil {
			g.Go(func() error { v.Vanish(); return nil })
		}
	}
	_ = g.Wait() // none of them fails
}

// rage lets them misbehave, each in its way, until calm is called.
func (c *leanCrowd) rage() (calm func()) {
	stop := make(chan struct{})
	var g errgroup.Group
	for i, v := range c.viewers {
		g.Go(func() error { v.Rage(i, stop); return nil })
	}
	return func() {
		close(stop)
		_ = g.Wait() // none of them fails
	}
}

func (c *leanCrowd) counted() watched {
	w := watched{Joined: c.joined}
	for _, v := range c.viewers {
		s := v.Stats()
		w.Packets = append(w.Packets, s.Packets)
		w.Missing += s.Lost
	}
	return w
}
