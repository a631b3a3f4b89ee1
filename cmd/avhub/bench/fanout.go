package main

import (
	"context"
	"fmt"
	"time"

	"avhub/cmd/avhub/whepclient"
)

// benchFanout: what a delivered packet costs the hub, and a plain pion sender.
func benchFanout(ctx context.Context) ([]row, error) {
	const viewers = 100
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
	done, err := publish(filming, "rtsp://"+h.rtsp+"/film")
	if err != nil {
		return nil, err
	}
	if err := h.awaitLive(ctx, 1); err != nil {
		return nil, err
	}
	own, err := perPacket(ctx, h.process, h.whep("film"), viewers)
	if err != nil {
		return nil, err
	}
	cut()
	if err := <-done; err != nil {
		return nil, err
	}
	sender, url, err := startPlainSender()
	if err != nil {
		return nil, err
	}
	defer sender.stop()
	plain, err := perPacket(ctx, sender, url, viewers)
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "fan-out, CPU and memory, 100 viewers of one source", goal: "printed", got: own.String(),
		reference: fmt.Sprintf("plain pion sender: %s; ratio %.2f", plain, float64(own.packet)/float64(plain.packet)), met: true,
	}}, nil
}

// cost is what viewers cost a sender.
type cost struct {
	packet time.Duration // CPU a delivered packet
	viewer int           // bytes of memory a viewer
}

func (c cost) String() string {
	return fmt.Sprintf("%.1f µs a packet, %.2f MiB a viewer", float64(c.packet)/float64(time.Microsecond), float64(c.viewer)/(1<<20))
}

// perPacket measures ten seconds, less what the sender computes without viewers.
func perPacket(ctx context.Context, p *process, url string, viewers int) (cost, error) {
	const length = 10 * time.Second
	idle, err := computed(ctx, p, length/2)
	if err != nil {
		return cost{}, err
	}
	before, err := p.memory()
	if err != nil {
		return cost{}, err
	}
	everybody, err := gather(ctx, viewers, func(int) (whepclient.Options, error) { return whepclient.Options{URL: url}, nil })
	if err != nil {
		return cost{}, err
	}
	defer everybody.leave()
	if err := pause(ctx, 2*time.Second); err != nil {
		return cost{}, err
	}
	from := everybody.packets()
	busy, err := computed(ctx, p, length)
	if err != nil {
		return cost{}, err
	}
	delivered := everybody.packets() - from
	after, err := p.memory()
	if err != nil {
		return cost{}, err
	}
	return cost{(busy - 2*idle) / time.Duration(max(1, delivered)), (after - before) / viewers}, nil
}

// computed is the CPU time that a process takes in a while.
func computed(ctx context.Context, p *process, d time.Duration) (time.Duration, error) {
	from, err := p.cpu()
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, d); err != nil {
		return 0, err
	}
	to, err := p.cpu()
	return to - from, err
}
