package login

import "time"

// slowdown says how failures make the next attempt wait: not at all for the
// first ones, then longer and longer up to a limit. There is no number of
// failures after which nothing goes any more.
type slowdown struct {
	free   int           // failures that nobody has to wait for
	first  time.Duration // wait after one more
	factor int           // by which each further one makes it longer, 2 at least
	most   time.Duration // longest wait
	forget time.Duration // in this time one failure is forgotten
}

// wait is how long after so many failures the next attempt has to wait.
func (s slowdown) wait(failures int) time.Duration {
	if failures <= s.free {
		return 0
	}
	d := s.first
	for n := s.free + 1; n < failures && d < s.most; n++ {
		d *= time.Duration(s.factor)
	}
	return min(d, s.most)
}

// top is the number of failures from which on the wait is the longest. More are
// not counted: when an attack ends, its victims must not pay for its length.
func (s slowdown) top() int {
	n := s.free + 1
	for s.wait(n) < s.most {
		n++
	}
	return n
}

// failures are what is remembered of somebody's attempts. The zero value is a
// clean slate.
type failures struct {
	count int
	since time.Time // the oldest of them is forgotten one forget after this
	until time.Time // when the next attempt may come
}

// wait is how long an attempt has to wait at a time; 0: it may be made.
func (f failures) wait(s slowdown, now time.Time) time.Duration {
	left := f.until.Sub(now)
	if left > s.wait(f.count) { // the clock was set back, which must not keep anybody out
		return 0
	}
	return max(0, left)
}

// take counts an attempt as a failure, before it is known to be one: guesses
// that are made at the same time must not all be let through.
func (f failures) take(s slowdown, now time.Time) failures {
	f = f.at(s, now)
	if f.count == 0 {
		f.since = now
	}
	f.count = min(f.count, s.top()) + 1
	f.until = now.Add(s.wait(f.count))
	return f
}

// giveBack takes an attempt out of the count that was no failure. The wait
// before it had been waited for, so none is left.
func (f failures) giveBack(s slowdown, now time.Time) failures {
	f = f.at(s, now)
	f.count = max(0, f.count-1)
	f.until = time.Time{}
	return f
}

// at is what is left at a time.
func (f failures) at(s slowdown, now time.Time) failures {
	if now.Before(f.since) {
		f.since = now
	}
	forgotten := now.Sub(f.since) / s.forget
	f.since = f.since.Add(forgotten * s.forget)
	f.count -= int(min(forgotten, time.Duration(f.count)))
	return f
}

// clean tells whether nothing is left at a time.
func (f failures) clean(s slowdown, now time.Time) bool {
	return f.at(s, now).count == 0 && f.wait(s, now) == 0
}
