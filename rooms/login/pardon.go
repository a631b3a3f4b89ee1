package login

import (
	"hash/maphash"
	"time"
)

// pardons are what administrators see and do about accounts that have to wait.
type pardons struct {
	seed maphash.Seed
	// until is when the next attempt may come, for accounts where somebody has to
	// wait now, by a hash of the account.
	until map[uint64]time.Time
	// given is how often the failures of an account were forgotten. It is part of
	// the keys that failures are counted by: those from before are not found any
	// more.
	given map[uint64]pardon
}

type pardon struct {
	times uint64
	last  time.Time
}

// pardonKept is how long a pardon is remembered: longer than any failure is.
const pardonKept = 24 * time.Hour

func newPardons(seed maphash.Seed) pardons {
	return pardons{seed: seed, until: map[uint64]time.Time{}, given: map[uint64]pardon{}}
}

func (p *pardons) key(account string) uint64 { return maphash.String(p.seed, account) }

// wait notes that somebody has to wait for an account.
func (p *pardons) wait(account string, until time.Time) {
	key := p.key(account)
	if old, ok := p.until[key]; ok && !until.After(old) || !ok && len(p.until) >= kept {
		return
	}
	p.until[key] = until
}

func (p *pardons) sweep(now time.Time) {
	for key, until := range p.until {
		if !until.After(now) {
			delete(p.until, key)
		}
	}
	for key, g := range p.given {
		if now.Sub(g.last) > pardonKept {
			delete(p.given, key)
		}
	}
}

// Until is when the next attempt at an account may come for whoever has to wait
// longest; zero: nobody has to wait. Others, at another address or at a known
// device, may have to wait less.
func (t *Throttle) Until(account string, now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := t.pardons.until[t.pardons.key(account)]; until.After(now) {
		return until
	}
	return time.Time{}
}

// Forgive forgets all failures of an account, from wherever they came. Those of
// the addresses, whatever the account, stay.
func (t *Throttle) Forgive(account string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	p, key := &t.pardons, t.pardons.key(account)
	if len(p.given) >= kept {
		clear(p.given) // what was forgiven counts again, for a while
	}
	p.given[key] = pardon{p.given[key].times + 1, now}
	delete(p.until, key)
}
