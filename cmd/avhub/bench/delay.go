package main

import (
	"context"
	"fmt"
	"time"
)

// benchDelay: 50 viewers of one source; from the encoder's writing of a picture
// to its last packet's arrival in each viewer's socket.
func benchDelay(ctx context.Context) ([]row, error) {
	const viewers, goal = 50, 5 * time.Millisecond
	h, err := startHub()
	if err != nil {
		return nil, err
	}
	defer h.stop()
	if err := h.add(ctx, map[string]string{"id": "film"}); err != nil {
		return nil, err
	}
	filming, cut := context.WithCancel(ctx)
	defer cut()
	done, err := publish(filming, h.rtspURL("film"), oneMbit)
	if err != nil {
		return nil, err
	}
	if err := h.awaitLive(ctx, 1); err != nil {
		return nil, err
	}
	own, err := watchDelays(ctx, h.whep("film"), viewers)
	if err != nil {
		return nil, err
	}
	cut()
	if err := <-done; err != nil {
		return nil, err
	}
	sender, url, err := startPlainSender(oneMbit)
	if err != nil {
		return nil, err
	}
	defer sender.stop()
	plain, err := watchDelays(ctx, url, viewers)
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "added delay, packet in to packet out, 50 viewers of 1 Mbit/s with keyframes of 40 kB", goal: "p99 ≤ 5 ms", got: own.String(),
		reference: fmt.Sprintf("plain pion sender without RTSP in: %s; ratio at p99 %.2f", plain, float64(own.at(0.99))/float64(plain.at(0.99))),
		met:       own.at(0.99) <= goal,
	}}, nil
}

// watchDelays watches for ten seconds, beginning when all are there.
func watchDelays(ctx context.Context, url string, viewers int) (*samples, error) {
	saw, err := watch(ctx, watching{URLs: same(url, viewers)})
	return &samples{all: saw.Delays}, err
}

// watch lets viewers see ten seconds, and makes sure that they did.
func watch(ctx context.Context, w watching) (watched, error) {
	w.Settle, w.Length = 2*time.Second, 10*time.Second // what they caught up with is old
	p, err := startWatchers(ctx, w)
	if err != nil {
		return watched{}, err
	}
	saw, err := p.end()
	if want := len(w.URLs) * 10 * 25 * 9 / 10; err == nil && len(saw.Delays) < want {
		err = fmt.Errorf("%d pictures arrived, %d were expected", len(saw.Delays), want)
	}
	return saw, err
}
