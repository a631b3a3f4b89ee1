package main

import (
	"context"
	"fmt"
	"time"
)

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

// watched has viewers watch, and tells how many cores the hub takes meanwhile, their coming
// included.
func (f *filmed) watched(ctx context.Context, w watching) (saw watched, cores float64, err error) {
	before, err := f.cpu()
	if err != nil {
		return saw, 0, err
	}
	began := time.Now()
	if saw, err = watch(ctx, w); err != nil {
		return saw, 0, err
	}
	after, err := f.cpu()
	return saw, float64(after-before) / float64(time.Since(began)), err
}
