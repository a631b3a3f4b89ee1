package main

import (
	"context"
	"fmt"
	"time"
)

// benchRage: what a hundred viewers see of ten that misbehave. The ten share the machine's
// cores with the hub, as a court's would not.
func benchRage(ctx context.Context) ([]row, error) {
	const good, bad, goal = 100, 10, 8 * time.Millisecond
	f, err := startFilmed(ctx, twoMbit, 1)
	if err != nil {
		return nil, err
	}
	defer f.stop() //nolint:errcheck // it is measured already
	quiet, err := watch(ctx, watching{URLs: same(f.film(0), good), Lean: true})
	if err != nil {
		return nil, err
	}
	raging, err := startWatchers(ctx, watching{URLs: same(f.film(0), bad), Lean: true, Raging: true, Length: 20 * time.Second})
	if err != nil {
		return nil, err
	}
	loud, cores, err := f.watched(ctx, watching{URLs: same(f.film(0), good), Lean: true})
	if err != nil {
		return nil, err
	}
	if _, err := raging.end(); err != nil {
		return nil, err
	}
	a, b := samples{all: quiet.Delays}, samples{all: loud.Delays}
	return []row{{
		what: "added delay of 100 viewers while 10 rage: floods of NACK and PLI, forged reports, nonsense, addresses that change", goal: "p99 ≤ 8 ms, none lost",
		got:       fmt.Sprintf("%s; %d packets lost", &b, loud.Missing),
		reference: fmt.Sprintf("without them %s; the hub took %.2f core meanwhile", &a, cores),
		met:       b.at(0.99) <= goal && loud.Missing == 0,
	}}, nil
}
