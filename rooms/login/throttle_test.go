package login

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// address is the nth of many.
func address(n int) string { return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255) }

func TestTenThousandGuessesFromOneAddress(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	through := 0
	for n := range 10_000 { // in a quarter of an hour
		if th.Attempt("li", "192.0.2.1", "", noon.Add(time.Duration(n)*90*time.Millisecond)) == 0 {
			through++
		}
	}
	if through != 5 {
		t.Errorf("%d guesses were let through, want 5", through)
	}
	after := noon.Add(15 * time.Minute)
	for what, wait := range map[string]time.Duration{
		"the owner elsewhere":                    th.Attempt("li", "192.0.2.2", "", after),
		"the owner there, at a known device":     th.Attempt("li", "192.0.2.1", "phone", after),
		"somebody else at the guesser's address": th.Attempt("wang", "192.0.2.1", "", after),
		"an administrator elsewhere":             th.Attempt("admin", "192.0.2.3", "", after),
	} {
		if wait != 0 {
			t.Errorf("%s has to wait %v", what, wait)
		}
	}
}

// A million wrong passwords for one account come from ten thousand addresses in
// a day.
func TestAMillionGuessesFromEverywhere(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	r := rand.New(rand.NewPCG(1, 2))
	through, by := 0, map[string][]time.Time{}
	var addresses [10_000]string
	for n := range addresses {
		addresses[n] = address(n)
	}
	const guesses = 1_000_000
	const day = 24 * time.Hour
	for n := range guesses {
		now := noon.Add(time.Duration(n) * (day / guesses))
		from := addresses[r.IntN(len(addresses))]
		if th.Attempt("admin", from, "", now) == 0 {
			through++
			by[from] = append(by[from], now)
		}
		if n%100_000 == 50_000 { // in the midst of it the owner logs in
			if wait := th.Attempt("admin", address(7), "phone", now); wait != 0 {
				t.Errorf("the owner at a known device has to wait %v", wait)
			}
			th.Succeeded("admin", address(7), "phone", now)
			if wait := th.Attempt("wang", "192.0.2.9", "", now); wait != 0 {
				t.Errorf("somebody else has to wait %v", wait)
			}
			th.Succeeded("wang", "192.0.2.9", "", now)
		}
	}
	if limit := 20 + int(day/passwordLimits.account.forget) + 10; through > limit || through < limit/2 {
		t.Errorf("%d guesses were let through: some %d are a trickle", through, limit)
	}
	for from, times := range by {
		if n := most(times, 15*time.Minute); n > 5 {
			t.Errorf("%d guesses in a quarter of an hour from %s", n, from)
		}
	}
	end := noon.Add(day)
	wait := th.Attempt("admin", "192.0.2.1", "", end)
	if wait > passwordLimits.account.most {
		t.Errorf("after the attack the owner at a new browser has to wait %v", wait)
	}
	if again := th.Attempt("admin", "192.0.2.1", "", end.Add(wait)); again != 0 {
		t.Errorf("and then %v more", again)
	}
}

func TestOnePasswordTriedOnManyAccounts(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	through := 0
	for n := range 10_000 { // in a quarter of an hour
		if th.Attempt(fmt.Sprint("user", n), "192.0.2.1", "", noon.Add(time.Duration(n)*90*time.Millisecond)) == 0 {
			through++
		}
	}
	if limit := 50 + 30 + 10; through > limit {
		t.Errorf("%d guesses were let through, want at most %d", through, limit)
	}
}

// A court's people often share one address. They all log in at half past eight,
// and some mistype.
func TestACourtBehindOneAddress(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	r := rand.New(rand.NewPCG(5, 6))
	for n := range 300 {
		user, now := fmt.Sprint("user", n), noon.Add(time.Duration(n)*3*time.Second)
		if r.IntN(10) == 0 {
			if wait := th.Attempt(user, "192.0.2.1", "", now); wait != 0 {
				t.Errorf("%s has to wait %v", user, wait)
			}
		}
		if wait := th.Attempt(user, "192.0.2.1", "", now); wait != 0 {
			t.Errorf("%s has to wait %v", user, wait)
		}
		th.Succeeded(user, "192.0.2.1", "", now)
	}
}

func TestGuessesAtTheSameTime(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	var through atomic.Int32
	var wg sync.WaitGroup
	for range 100 { // none is answered before the last is asked
		wg.Go(func() {
			if th.Attempt("li", "192.0.2.1", "", noon) == 0 {
				through.Add(1)
			}
		})
	}
	wg.Wait()
	if n := through.Load(); n != 3 {
		t.Errorf("%d were let through: the third makes the fourth wait", n)
	}
}

func TestOwnersWhoMistype(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	now := noon
	for range 50 { // every day twice wrong, then right
		for _, wrong := range []bool{true, true, false} {
			if wait := th.Attempt("li", "192.0.2.1", "", now); wait != 0 {
				t.Fatalf("has to wait %v", wait)
			}
			if !wrong {
				th.Succeeded("li", "192.0.2.1", "", now)
			}
		}
		now = now.Add(24 * time.Hour)
	}
}

func TestAGuesserWithAnAccountOfTheirOwnGainsNothing(t *testing.T) {
	t.Parallel()
	count := func(own bool) (through int) {
		th := NewThrottle()
		for n := range 30_000 {
			now := noon.Add(time.Duration(n) * 100 * time.Millisecond)
			if own && th.Attempt("guesser", "192.0.2.1", "", now) == 0 {
				th.Succeeded("guesser", "192.0.2.1", "", now)
			}
			if th.Attempt(fmt.Sprint("user", n%500), "192.0.2.1", "", now) == 0 {
				through++
			}
		}
		return through
	}
	without, with := count(false), count(true)
	if with > without {
		t.Errorf("%d guesses with an account of one's own, %d without", with, without)
	}
}

func TestWhatWasNeverAnsweredDoesNotCount(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	for range 1000 { // the hub is too busy to look at the password
		if wait := th.Attempt("li", "192.0.2.1", "", noon); wait != 0 {
			t.Fatalf("has to wait %v", wait)
		}
		th.Withdraw("li", "192.0.2.1", "", noon)
	}
	for _, want := range []bool{true, true, true, false} { // nor does it forgive
		if got := th.Attempt("li", "192.0.2.1", "", noon) == 0; got != want {
			t.Fatal("the allowance is not what it was")
		}
	}
}

func TestAskingAgainMakesNoWaitLonger(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	for range 3 {
		th.Attempt("li", "192.0.2.1", "", noon)
	}
	for s := range 15 {
		if wait := th.Attempt("li", "192.0.2.1", "", noon.Add(time.Duration(s)*time.Second)); wait != time.Duration(15-s)*time.Second {
			t.Fatalf("after %d s: wait %v", s, wait)
		}
	}
	if wait := th.Attempt("li", "192.0.2.1", "", noon.Add(15*time.Second)); wait != 0 {
		t.Errorf("and then %v", wait)
	}
}

// From more addresses than are kept, the memory stays bounded, and those who
// were there keep their own count.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	th.Attempt("li", "192.0.2.1", "", noon)
	for n := range kept + kept/4 {
		now := noon.Add(time.Duration(n) * time.Millisecond)
		th.Attempt(fmt.Sprint("user", n), address(n), "", now)
		th.Attempt("li", "", fmt.Sprint("device", n), now)
	}
	for _, of := range []*table{&th.pair, &th.account, &th.address, &th.device} {
		if len(of.by) > kept {
			t.Errorf("%d entries", len(of.by))
		}
	}
	now := noon.Add(2 * kept * time.Millisecond)
	if wait := th.Attempt("li", "192.0.2.1", "", now); wait != 0 {
		t.Errorf("who was there before has to wait %v", wait)
	}
	if wait := th.Attempt("new", "192.0.2.2", "", now); wait == 0 || wait > five.most {
		t.Errorf("who is new waits %v: shares with others", wait)
	}
	later := now.Add(2 * time.Hour)
	if wait := th.Attempt("new", "192.0.2.2", "", later); wait != 0 {
		t.Errorf("when it is over, still %v", wait)
	}
	if n := len(th.pair.by); n != 1 {
		t.Errorf("%d entries are left", n)
	}
}

func TestWhatCountsAsOneAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"fe80::1%eth0", "fe80::2", true},
		{"unix socket", "unix socket", true},
		{"unix socket", "", false},
	} {
		if same := network(c.a) == network(c.b); same != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, same)
		}
	}
}

func TestCodesHaveATighterLimit(t *testing.T) {
	t.Parallel()
	th := NewCodeThrottle()
	through := 0
	const month = 30 * 24 * time.Hour
	for n := range 100_000 {
		if th.Attempt("link", address(n%5000), "", noon.Add(time.Duration(n)*(month/100_000))) == 0 {
			through++
		}
	}
	if through > 30*24+20 { // of a million codes
		t.Errorf("%d codes were tried in a month", through)
	}
}
