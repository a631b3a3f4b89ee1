package login

import (
	"math/rand/v2"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// every is all rules there are.
var every = map[string]slowdown{
	"pair": passwordLimits.pair, "account": passwordLimits.account, "address": passwordLimits.address, "device": passwordLimits.device,
	"account, code": codeLimits.account,
}

func TestWaitsGrow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule     slowdown
		failures int
		want     time.Duration
	}{
		{five, 0, 0}, {five, 1, 0}, {five, 2, 0}, {five, 3, 15 * time.Second}, {five, 4, 2 * time.Minute}, {five, 5, 16 * time.Minute},
		{five, 6, 16 * time.Minute}, {five, 1_000_000, 16 * time.Minute},
		{passwordLimits.account, 20, 0}, {passwordLimits.account, 21, 5 * time.Second}, {passwordLimits.account, 22, 10 * time.Second},
		{passwordLimits.account, 26, 160 * time.Second}, {passwordLimits.account, 27, 3 * time.Minute},
		{passwordLimits.address, 50, 0}, {passwordLimits.address, 51, time.Second}, {passwordLimits.address, 60, 30 * time.Second},
		{codeLimits.account, 5, 0}, {codeLimits.account, 6, time.Minute}, {codeLimits.account, 12, time.Hour},
	} {
		if got := c.rule.wait(c.failures); got != c.want {
			t.Errorf("after %d failures the wait is %v, want %v", c.failures, got, c.want)
		}
	}
}

// guess makes attempts that fail, at times that a function chooses, for as long
// as given. It returns when one was let through.
func guess(rule slowdown, lasts time.Duration, next func() time.Duration) (through []time.Time) {
	var f failures
	for now := noon; now.Before(noon.Add(lasts)); now = now.Add(next()) {
		if f.wait(rule, now) == 0 {
			f = f.take(rule, now)
			through = append(through, now)
		}
	}
	return through
}

// most is how many times lie in a window of some length.
func most(times []time.Time, window time.Duration) int {
	n, from := 0, 0
	for to, at := range times {
		for at.Sub(times[from]) >= window {
			from++
		}
		n = max(n, to-from+1)
	}
	return n
}

func TestNeverMoreThanFiveInAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	patterns := map[string]func(r *rand.Rand) func() time.Duration{
		"all the time": func(*rand.Rand) func() time.Duration { return func() time.Duration { return 90 * time.Millisecond } },
		"now and then": func(r *rand.Rand) func() time.Duration {
			return func() time.Duration { return time.Duration(r.Int64N(int64(10 * time.Minute))) }
		},
		"in bursts": func(r *rand.Rand) func() time.Duration {
			return func() time.Duration {
				if r.IntN(20) == 0 {
					return time.Duration(r.Int64N(int64(3 * time.Hour)))
				}
				return time.Second
			}
		},
		"just as entries are forgotten": func(r *rand.Rand) func() time.Duration {
			return func() time.Duration {
				return five.forget*time.Duration(r.IntN(3)) + time.Duration(r.IntN(3)-1)*time.Second + time.Second
			}
		},
	}
	for name, pattern := range patterns {
		for seed := range uint64(20) {
			through := guess(five, 3*24*time.Hour, pattern(rand.New(rand.NewPCG(seed, 1))))
			if n := most(through, 15*time.Minute); n > 5 {
				t.Errorf("%s, seed %d: %d attempts in a quarter of an hour", name, seed, n)
			}
			if name == "all the time" {
				if n := most(through, 15*time.Minute); n != 5 {
					t.Errorf("%d attempts: five are allowed", n)
				}
				break // nothing random in it
			}
		}
	}
}

func TestNobodyWaitsForLongerThanTheRuleSays(t *testing.T) {
	t.Parallel()
	for name, rule := range every {
		r := rand.New(rand.NewPCG(2, 3))
		var f failures
		now := noon
		for range 20_000 {
			now = now.Add(time.Duration(r.Int64N(int64(20*time.Second))) - 2*time.Second) // the clock is corrected now and then
			if r.IntN(1000) == 0 {
				now = now.Add(time.Duration(r.Int64N(int64(48*time.Hour))) - 24*time.Hour) // or set
			}
			wait := f.wait(rule, now)
			if wait < 0 || wait > rule.most {
				t.Fatalf("%s: a wait of %v", name, wait)
			}
			if wait > 0 && f.wait(rule, now.Add(wait)) != 0 {
				t.Fatalf("%s: after the wait there is another one", name)
			}
			if wait == 0 {
				f = f.take(rule, now)
			}
			if r.IntN(10) == 0 {
				f = f.giveBack(rule, now)
			}
			if f.count < 0 || f.count > rule.top()+1 {
				t.Fatalf("%s: %d failures", name, f.count)
			}
		}
	}
}

func TestFailuresAreForgotten(t *testing.T) {
	t.Parallel()
	for name, rule := range every {
		var f failures
		now := noon
		for range 1000 { // a long attack
			now = now.Add(f.wait(rule, now))
			f = f.take(rule, now)
		}
		if f.clean(rule, now.Add(rule.forget)) {
			t.Errorf("%s: forgotten at once", name)
		}
		if after := now.Add(rule.forget * time.Duration(rule.top()+1)); !f.clean(rule, after) {
			t.Errorf("%s: not forgotten for the attack's length", name)
		}
	}
}

func TestASuccessLeavesTheCountAsItWas(t *testing.T) {
	t.Parallel()
	rule := passwordLimits.address
	var f failures
	now := noon
	for n := range 200 {
		now = now.Add(f.wait(rule, now))
		before := f.at(rule, now)
		after := f.take(rule, now).giveBack(rule, now)
		if min(before.count, rule.top()) != after.count || after.wait(rule, now) != 0 {
			t.Fatalf("attempt %d: %+v became %+v", n, before, after)
		}
		f = f.take(rule, now)
	}
}
