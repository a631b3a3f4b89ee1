package login

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// limits are how guessing is slowed down: for an account from one address, for
// an account from everywhere, for an address whatever the account, and for an
// account from a browser that is known.
type limits struct {
	pair, account, address, device slowdown
}

// five is at most five attempts in any quarter of an hour: two without a wait,
// then after 15 s, 2 min, 16 min, and one in 16 min as long as they go on.
var five = slowdown{free: 2, first: 15 * time.Second, factor: 8, most: 16 * time.Minute, forget: 16 * time.Minute}

// passwordLimits are those of passwords. An account that is guessed at from
// many addresses takes some 500 guesses a day; what [Weigh] lets through needs
// 2^28. An address may be that of a court's whole house: its limit is wide.
var passwordLimits = limits{
	pair:    five,
	device:  five,
	account: slowdown{free: 20, first: 5 * time.Second, factor: 2, most: 3 * time.Minute, forget: 3 * time.Minute},
	address: slowdown{free: 50, first: time.Second, factor: 2, most: 30 * time.Second, forget: 30 * time.Second},
}

// codeLimits are those of codes of six digits, which come after something that
// a stranger does not have: a password, a join link. From everywhere that is one
// an hour: an app's code, of which three are good at a time, is then hit once in
// 40 years (OWASP ASVS 5.0, 6.6.3).
var codeLimits = limits{
	pair:    five,
	device:  five,
	account: slowdown{free: 5, first: time.Minute, factor: 2, most: time.Hour, forget: time.Hour},
	address: passwordLimits.address,
}

// Throttle slows guessing down and locks nobody out (OWASP ASVS 5.0, 6.1.1,
// 6.3.1). Somebody who guesses from one address does not slow down the owner at
// another. Somebody who guesses from thousands does slow down the owner at a
// browser that is new, by minutes; at one from which the owner has logged in
// before, a known device, nothing that others do counts.
//
// Each attempt is counted as a failure when it is let through, and taken back
// when it was none. It may be used from any goroutine.
type Throttle struct {
	mu                             sync.Mutex
	seed                           maphash.Seed
	pair, account, address, device table
	pardons                        pardons
	swept                          time.Time
}

// NewThrottle is one for passwords, with a clean slate.
func NewThrottle() *Throttle { return newThrottle(passwordLimits) }

// NewCodeThrottle is one for codes of six digits: of a second factor, where the
// account is the user's, and of a join link, where it is the link's id.
func NewCodeThrottle() *Throttle { return newThrottle(codeLimits) }

func newThrottle(l limits) *Throttle {
	seed := maphash.MakeSeed()
	return &Throttle{seed: seed, pardons: newPardons(seed), pair: newTable(l.pair), account: newTable(l.account), address: newTable(l.address), device: newTable(l.device)}
}

// Attempt says how long to wait before an attempt may be made, 0: it may, and is
// counted. It is to be followed by Succeeded or Withdraw, or was a failure.
// device is the browser's if the account was logged in from it before, else
// empty. What has to wait is not counted: asking again and again makes no wait
// longer.
func (t *Throttle) Attempt(account, address, device string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	counts := t.counts(account, address, device)
	var wait time.Duration
	for _, c := range counts {
		wait = max(wait, c.get(c.key).wait(c.rule, now))
	}
	if wait > 0 {
		return wait
	}
	for _, c := range counts {
		f := c.get(c.key).take(c.rule, now)
		c.put(c.key, f)
		if c.table != &t.address && f.until.After(now) {
			t.pardons.wait(account, f.until)
		}
	}
	return 0
}

// Succeeded takes an attempt back that was none of a guesser's, and forgets the
// failures of this account from this address or device. What was counted for
// the account and the address from elsewhere stays: somebody with one account
// must not buy guesses at others with it.
func (t *Throttle) Succeeded(account, address, device string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, c := range t.counts(account, address, device) {
		if i == 0 {
			c.drop(c.key, now)
			continue
		}
		c.put(c.key, c.get(c.key).giveBack(c.rule, now))
	}
	delete(t.pardons.until, t.pardons.key(account))
}

// Withdraw takes an attempt back that was never answered, as when the hub was
// too busy.
func (t *Throttle) Withdraw(account, address, device string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.counts(account, address, device) {
		c.put(c.key, c.get(c.key).giveBack(c.rule, now))
	}
}

// counted is one of the counts of an attempt.
type counted struct {
	*table
	key uint64
}

// countKey is whose failures are counted together.
type countKey struct {
	account, from string
	pardons       uint64
}

// counts are those that an attempt counts in, its own first.
func (t *Throttle) counts(account, address, device string) []counted {
	key := func(a, b string, pardons uint64) uint64 { return maphash.Comparable(t.seed, countKey{a, b, pardons}) }
	times := t.pardons.given[t.pardons.key(account)].times
	if device != "" {
		return []counted{{&t.device, key(account, device, times)}}
	}
	address = network(address)
	return []counted{{&t.pair, key(account, address, times)}, {&t.account, key(account, "", times)}, {&t.address, key("", address, 0)}}
}

// network is what counts as one address: of IPv6 the 64 bits that a house has,
// as each of its machines has 2^64 addresses to choose from.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64) // cannot fail: 64 bits are there
	return p.String()
}

const sweepEvery = time.Minute

func (t *Throttle) sweep(now time.Time) {
	if age := now.Sub(t.swept); age >= 0 && age < sweepEvery {
		return
	}
	t.swept = now
	for _, of := range []*table{&t.pair, &t.account, &t.address, &t.device} {
		of.sweep(now)
	}
	t.pardons.sweep(now)
}

// table keeps failures by a hash of whose they are: names that strangers type,
// sometimes their passwords, do not stay in memory.
type table struct {
	rule   slowdown
	by     map[uint64]failures
	others failures // of all that have no place
}

// kept bounds the memory of a table to some 9 MB. Each new entry is a guess that
// was let through and cost the hashing of a password, of which a processor does
// some 40 a second, and is forgotten in a quarter of an hour: guessers hardly
// fill it. Should it be full all the same, those who are new share one entry.
const kept = 1 << 16

func newTable(rule slowdown) table { return table{rule: rule, by: map[uint64]failures{}} }

func (t *table) get(key uint64) failures {
	f, ok := t.by[key]
	if !ok && len(t.by) >= kept {
		return t.others
	}
	return f
}

func (t *table) put(key uint64, f failures) {
	if _, ok := t.by[key]; !ok && len(t.by) >= kept {
		t.others = f
		return
	}
	t.by[key] = f
}

func (t *table) drop(key uint64, now time.Time) {
	if _, ok := t.by[key]; !ok && len(t.by) >= kept {
		t.others = t.others.giveBack(t.rule, now)
		return
	}
	delete(t.by, key)
}

// sweep forgets those that are clean.
func (t *table) sweep(now time.Time) {
	for key, f := range t.by {
		if f.clean(t.rule, now) {
			delete(t.by, key)
		}
	}
}
