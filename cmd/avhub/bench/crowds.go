package main

import (
	"context"
	"fmt"
	"time"
)

// benchCrowd: what 200 and 1,000 viewers of one stream see of it, and when.
func benchCrowd(ctx context.Context) ([]row, error) {
	const some, many = 200, 1000
	f, err := startFilmed(ctx, twoMbit, 1)
	if err != nil {
		return nil, err
	}
	defer f.stop() //nolint:errcheck // it is measured already
	own, err := watch(ctx, watching{URLs: same(f.film(0), some), Lean: true})
	if err != nil {
		return nil, err
	}
	crowd, cores, err := f.watched(ctx, watching{URLs: same(f.film(0), many), Lean: true})
	if err != nil {
		return nil, err
	}
	sender, url, err := startPlainSender(twoMbit)
	if err != nil {
		return nil, err
	}
	defer sender.stop()
	plain, err := watch(ctx, watching{URLs: same(url, some), Lean: true})
	if err != nil {
		return nil, err
	}
	a, b, c := samples{all: own.Delays}, samples{all: crowd.Delays}, samples{all: plain.Delays}
	return []row{{
		what: "added delay, packet in to a picture's last packet out, 200 viewers of 2 Mbit/s", goal: "p50 ≤ 3 ms, p99 ≤ 8 ms, a third of the reference's", got: a.String(),
		reference: fmt.Sprintf("plain pion sender without RTSP in: %s; ratio at p50 %.2f, at p99 %.2f", &c, float64(a.at(0.5))/float64(c.at(0.5)), float64(a.at(0.99))/float64(c.at(0.99))),
		met:       a.at(0.5) <= 3*time.Millisecond && a.at(0.99) <= 8*time.Millisecond && 3*a.at(0.5) <= c.at(0.5) && 3*a.at(0.99) <= c.at(0.99),
	}, {
		what: "1,000 viewers of 2 Mbit/s", goal: "none lost, p99 ≤ 20 ms", got: fmt.Sprintf("%d packets lost of %d, %s", crowd.Missing, crowd.packets(), &b),
		reference: fmt.Sprintf("%.1f Gbit/s; the hub took %.2f core, their coming included", 8*1200*float64(crowd.packets())/10/1e9, cores),
		met:       crowd.Missing == 0 && b.at(0.99) <= 20*time.Millisecond,
	}}, nil
}

// benchGrowth: a packet costs no more if many watch, or a hundred streams. That it costs
// less then is no fault: wake-ups and calls to the kernel are shared by more (see
// docs/performance.md). What the hub takes without viewers is not counted: it is the
// streams'.
func benchGrowth(ctx context.Context) ([]row, error) {
	byViewers, err := growth(ctx, 1, []int{10, 100, 1000})
	if err != nil {
		return nil, err
	}
	one, err := growth(ctx, 1, []int{10})
	if err != nil {
		return nil, err
	}
	hundred, err := growth(ctx, 100, []int{1000})
	if err != nil {
		return nil, err
	}
	return []row{
		growthRow("cost from 10 to 100 to 1,000 viewers of one stream", byViewers),
		growthRow("cost from 1 to 100 streams, 10 viewers each", append(one, hundred...)),
	}, nil
}

// growthRow judges costs with ever more viewers: none may be over 1.2 times any with fewer.
func growthRow(what string, costs []cost) row {
	text, rise := "", 0.0
	for i, c := range costs {
		text += fmt.Sprintf(" %.2f", micros(c.packet()))
		for _, fewer := range costs[:i] {
			rise = max(rise, float64(c.packet())/float64(max(1, fewer.packet())))
		}
	}
	return row{
		what: what, goal: "no rise over 20 % per packet", got: text[1:] + " µs a packet",
		reference: fmt.Sprintf("at most %.2f × the cost with fewer", rise), met: rise <= 1.2,
	}
}

// growth is what a packet costs above the streams themselves, for each number of viewers.
func growth(ctx context.Context, streams int, viewers []int) (all []cost, err error) {
	f, err := startFilmed(ctx, twoMbit, streams)
	if err != nil {
		return nil, err
	}
	defer f.stop()                  //nolint:errcheck // it is measured already
	const length = 20 * time.Second // ten viewers take little: less than what is taken off
	u0, err := f.used()
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, length); err != nil {
		return nil, err
	}
	u1, err := f.used()
	if err != nil {
		return nil, err
	}
	idle := u1.minus(u0)
	for _, n := range viewers {
		c, err := perPacket(ctx, f.process, n, length, func(i int) string { return f.film(i % streams) })
		if err != nil {
			return nil, err
		}
		c.used = c.used.minus(idle)
		all = append(all, c)
	}
	return all, nil
}

// benchRush: 500 viewers come within a second, while 100 watch.
func benchRush(ctx context.Context) ([]row, error) {
	const there, coming = 100, 500
	f, err := startFilmed(ctx, twoMbit, 1)
	if err != nil {
		return nil, err
	}
	defer f.stop() //nolint:errcheck // it is measured already
	old, err := startWatchers(ctx, watching{URLs: same(f.film(0), there), Lean: true, Settle: 2 * time.Second, Length: 8 * time.Second})
	if err != nil {
		return nil, err
	}
	rush, err := startWatchers(ctx, watching{URLs: same(f.film(0), coming), Lean: true, Within: time.Second, Length: time.Second})
	if err != nil {
		return nil, err
	}
	came, err := rush.end()
	if err != nil {
		return nil, err
	}
	stayed, err := old.end()
	if err != nil {
		return nil, err
	}
	joined, delays := samples{all: came.Joined}, samples{all: stayed.Delays}
	return []row{{
		what: "500 viewers come within 1 s: each one's first whole keyframe", goal: "within 2 s; the others lose nothing",
		got:       fmt.Sprintf("%s, most %s; the 100 others lost %d packets", &joined, ms(joined.at(1)), stayed.Missing),
		reference: "delay of the 100 others meanwhile: " + delays.String(), met: joined.at(1) <= 2*time.Second && stayed.Missing == 0,
	}}, nil
}
