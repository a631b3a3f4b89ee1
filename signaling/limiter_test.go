package signaling

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestLimiterGivesEachAddressItsShare(t *testing.T) {
	l := newLimiter(10, 20)
	now := time.Now()
	taken := func(addr string, n int) (allowed int) {
		for range n {
			if l.allow(addr, now) {
				allowed++
			}
		}
		return allowed
	}
	if got := taken("10.0.0.1", 100); got != 20 {
		t.Errorf("at once: %d", got)
	}
	if got := taken("10.0.0.2", 5); got != 5 {
		t.Errorf("another address: %d", got)
	}
	now = now.Add(time.Second)
	if got := taken("10.0.0.1", 100); got != 10 {
		t.Errorf("a second later: %d", got)
	}
}

// However many addresses come, so many are kept; the rest share one allowance,
// and who is known already keeps their own.
func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter(1, 5)
	now := time.Now()
	l.allow("10.0.0.1", now)
	allowed := 0
	for i := range 3 * addressesKept {
		if l.allow(fmt.Sprint("address ", i), now) {
			allowed++
		}
	}
	if len(l.by) > addressesKept+1 {
		t.Errorf("%d are kept", len(l.by))
	}
	if want := addressesKept - 1 + 5; allowed != want {
		t.Errorf("%d were allowed, want %d", allowed, want)
	}
	if !l.allow("10.0.0.1", now) {
		t.Error("the first one lost its share")
	}
	now = now.Add(addressIdle + time.Second)
	l.allow("10.0.0.1", now)
	if len(l.by) != 1 {
		t.Errorf("%d are kept a minute later", len(l.by))
	}
}

func TestRemoteAddress(t *testing.T) {
	for in, want := range map[string]string{"10.0.0.1:5000": "10.0.0.1", "[::1]:5000": "::1", "pipe": "pipe"} {
		if got := remoteAddress(&http.Request{RemoteAddr: in}); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
