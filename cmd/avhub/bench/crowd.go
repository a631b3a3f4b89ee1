package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"avhub/cmd/avhub/whepclient"
)

// crowd are viewers that came together.
type crowd []*whepclient.Viewer

// gather lets viewers join, eight at a time, and waits for each one's keyframe.
func gather(ctx context.Context, count int, options func(i int) (whepclient.Options, error)) (crowd, error) {
	all := make(crowd, count)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range count {
		g.Go(func() error {
			o, err := options(i)
			if err != nil {
				return err
			}
			if all[i], err = whepclient.Watch(gctx, o); err != nil {
				return err
			}
			select {
			case <-all[i].Keyframe():
				return nil
			case <-time.After(20 * time.Second):
				return fmt.Errorf("%s: no keyframe within 20 s", o.URL)
			case <-gctx.Done():
				return gctx.Err()
			}
		})
	}
	if err := g.Wait(); err != nil {
		all.leave()
		return nil, err
	}
	return all, nil
}

// leave ends all of them.
func (c crowd) leave() {
	var g errgroup.Group
	for _, v := range c {
		if v != nil {
			g.Go(func() error { v.Vanish(); return nil })
		}
	}
	_ = g.Wait() // none of them fails
}

func (c crowd) counted() (w watched) {
	for _, v := range c {
		w.Packets = append(w.Packets, v.Packets())
		w.Missing += v.Missing()
	}
	return w
}
