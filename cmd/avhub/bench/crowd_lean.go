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
type leanCrowd []*lean.Viewer

// gatherLean lets viewers join, 32 at a time, and waits for each one's keyframe.
func gatherLean(ctx context.Context, count int, options func(i int) *lean.Options) (leanCrowd, error) {
	all := make(leanCrowd, count)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for i := range count {
		g.Go(func() error {
			o := options(i)
			o.From = origin(i)
			var err error
			if all[i], err = lean.Watch(gctx, o); err != nil {
				return fmt.Errorf("viewer %d: %w", i, err)
			}
			select {
			case <-all[i].Keyframe():
				return nil
			case <-time.After(30 * time.Second):
				return fmt.Errorf("viewer %d of %s: no keyframe within 30 s", i, o.URL)
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

// origin spreads viewers over this machine's addresses.
func origin(i int) net.IP { return net.IPv4(127, 0, 1, byte(1+i/50)) }

func (c leanCrowd) leave() {
	var g errgroup.Group
	g.SetLimit(32)
	for _, v := range c {
		if v != nil {
			g.Go(func() error { v.Vanish(); return nil })
		}
	}
	_ = g.Wait() // none of them fails
}

// stats add up.
func (c leanCrowd) stats() (s lean.Stats) {
	for _, v := range c {
		x := v.Stats()
		s.Packets, s.Lost, s.Mended = s.Packets+x.Packets, s.Lost+x.Lost, s.Mended+x.Mended
	}
	return s
}

// filmed is a hub with one stream and somebody who films.
type filmed struct {
	*hub
	stop func() error
}

// startFilmed starts a hub and fills so many of its sources, called film-0 and so on.
func startFilmed(ctx context.Context, r reel, streams int) (*filmed, error) {
	h, err := startHub()
	if err != nil {
		return nil, err
	}
	filming, cut := context.WithCancel(ctx)
	var ends []<-chan error
	f := &filmed{h, func() error {
		cut()
		var failed error
		for _, done := range ends {
			if err := <-done; err != nil {
				failed = err
			}
		}
		h.stop()
		return failed
	}}
	for i := range streams {
		id := fmt.Sprintf("film-%d", i)
		err := h.add(ctx, map[string]string{"id": id})
		if err == nil {
			var done <-chan error
			if done, err = publish(filming, h.rtspURL(id), r); err == nil {
				ends = append(ends, done)
			}
		}
		if err != nil {
			_ = f.stop()
			return nil, err
		}
	}
	if err := h.awaitLive(ctx, streams); err != nil {
		_ = f.stop()
		return nil, err
	}
	return f, nil
}

// film is the address of a stream.
func (f *filmed) film(i int) string { return f.whep(fmt.Sprintf("film-%d", i)) }
