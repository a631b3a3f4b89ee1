package main

import (
	"context"
	"fmt"
	"time"
)

// benchFanout: what a delivered packet costs the hub, and a plain pion sender,
// and what memory a viewer takes. The hub is counted whole: RTSP in, sending,
// ICE, reports. The two take turns, so that what slows the machine slows both.
//
// The kernel samples which part of a process's time is user's, some 25 times a second in
// the hub's case: in a minute the share is right to 1 or 2 %, in ten seconds to 5 %. The
// sender, which computes ten times as much, needs less of it.
func benchFanout(ctx context.Context) ([]row, error) {
	const viewers, turns = 300, 3
	const long, short = 20 * time.Second, 10 * time.Second
	f, err := startFilmed(ctx, twoMbit, 1)
	if err != nil {
		return nil, err
	}
	defer f.stop() //nolint:errcheck // it is measured already
	sender, url, err := startPlainSender(twoMbit)
	if err != nil {
		return nil, err
	}
	defer sender.stop()
	var own, plain cost
	each := ""
	for range turns {
		c, err := perPacket(ctx, f.process, viewers, long, func(int) string { return f.film(0) })
		if err != nil {
			return nil, err
		}
		own.add(c)
		d, err := perPacket(ctx, sender, viewers, short, func(int) string { return url })
		if err != nil {
			return nil, err
		}
		plain.add(d)
		each += fmt.Sprintf(" %.1f", d.userTimes(c))
	}
	total, user := float64(plain.packet())/float64(own.packet()), plain.userTimes(own)
	const memoryGoal = 128 << 10
	return []row{{
		what: "CPU a delivered packet, 300 viewers of one stream of 2 Mbit/s, the hub whole", goal: "total 4×, user 8× less", got: own.String(),
		reference: fmt.Sprintf("plain pion sender: %s; %.1f× and %.1f× (turn by turn%s)", plain, total, user, each), met: total >= 4 && user >= 8,
	}, {
		what: "memory a viewer", goal: "≤ 128 KiB", got: fmt.Sprintf("%d KiB", own.viewer>>10),
		reference: fmt.Sprintf("plain pion sender: %d KiB", plain.viewer>>10), met: own.viewer <= memoryGoal,
	}}, nil
}

// cost is what viewers cost a sender.
type cost struct {
	used    usage
	packets uint64
	viewer  int // bytes of memory a viewer, the most of several turns
}

func (c *cost) add(d cost) {
	c.used.user, c.used.system = c.used.user+d.used.user, c.used.system+d.used.system
	c.packets, c.viewer = c.packets+d.packets, max(c.viewer, d.viewer)
}

func (c cost) packet() time.Duration     { return c.used.total() / time.Duration(max(1, c.packets)) }
func (c cost) userPacket() time.Duration { return c.used.user / time.Duration(max(1, c.packets)) }

// userTimes is how many times as much of the user's time a packet takes as another's.
func (c cost) userTimes(d cost) float64 { return float64(c.userPacket()) / float64(d.userPacket()) }

func (c cost) String() string {
	return fmt.Sprintf("%.2f µs a packet, %.2f of it user", micros(c.packet()), micros(c.userPacket()))
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// perPacket measures what viewers cost for some time.
func perPacket(ctx context.Context, p *process, viewers int, length time.Duration, url func(i int) string) (cost, error) {
	before, err := p.memory()
	if err != nil {
		return cost{}, err
	}
	c, _, err := costOf(ctx, p, watching{URLs: urls(viewers, url), Lean: true, Settle: 3 * time.Second, Length: length})
	c.viewer = (c.viewer - before) / viewers
	return c, err
}

// costOf measures a process while others watch, and what they see; viewer is all of its
// memory then.
func costOf(ctx context.Context, p *process, w watching) (c cost, saw watched, err error) {
	everybody, err := startWatchers(ctx, w)
	if err != nil {
		return c, saw, err
	}
	u0, err := p.used()
	if err != nil {
		return c, saw, err
	}
	began := time.Now()
	if err := pause(ctx, w.Length-100*time.Millisecond); err != nil { // before they leave
		return c, saw, err
	}
	if c.viewer, err = p.memory(); err != nil {
		return c, saw, err
	}
	u1, err := p.used()
	if err != nil {
		return c, saw, err
	}
	took := time.Since(began)
	saw, err = everybody.end()
	c.used, c.packets = u1.minus(u0), uint64(float64(saw.packets())*float64(took)/float64(w.Length))
	return c, saw, err
}

func urls(count int, url func(i int) string) (all []string) {
	for i := range count {
		all = append(all, url(i))
	}
	return all
}
