package turn_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/media/turn"
)

// clock is one that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now()} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestCredentialsThatAreNotGood(t *testing.T) {
	t.Parallel()
	clock := newClock()
	x := newSite(t, turn.Options{Now: clock.now})
	other := newSite(t, turn.Options{}) // with a secret of its own
	user, password, err := x.Credentials("session-1", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	expires, session, _ := strings.Cut(user, ":")
	at, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || session != "session-1" || at != clock.now().Add(time.Hour).Unix() {
		t.Fatalf("user name %q", user)
	}
	foreignUser, foreignPassword, _ := other.Credentials("session-1", time.Hour)
	revokedUser, revokedPassword, _ := x.Credentials("session-2", time.Hour)
	x.Revoke("session-2")
	shortUser, shortPassword, _ := x.Credentials("session-3", time.Minute)
	clock.add(time.Minute)
	for name, c := range map[string][2]string{
		"another password":          {user, "guess"},
		"no password":               {user, ""},
		"a later end":               {fmt.Sprintf("%d:%s", at+3600, session), password},
		"an earlier end":            {fmt.Sprintf("%d:%s", at-60, session), password},
		"another session":           {expires + ":session-9", password},
		"the end written with 0":    {"0" + user, password},
		"no end":                    {":" + session, password},
		"no name":                   {"x", password},
		"another hub's":             {foreignUser, foreignPassword},
		"of a session that is over": {revokedUser, revokedPassword},
		"expired":                   {shortUser, shortPassword},
	} {
		before := x.Stats().Refused.Credentials
		if err := x.join(t, "tcp", c[0], c[1]).allocate(t); err == nil || !strings.Contains(err.Error(), "401") && !strings.Contains(err.Error(), "Unauthorized") {
			t.Errorf("%s: %v", name, err)
		}
		if x.Stats().Refused.Credentials == before {
			t.Errorf("%s: it was not counted", name)
		}
	}
	if n := x.Stats().Opened; n != 0 {
		t.Errorf("%d relays were opened", n)
	}
	if err := x.join(t, "tcp", user, password).allocate(t); err != nil {
		t.Errorf("the good ones: %v", err)
	}
}

func TestCredentialsEndWithTheirTimeAndWhatTheyOpenedToo(t *testing.T) {
	t.Parallel()
	clock := newClock()
	x := newSite(t, turn.Options{Now: clock.now, Limits: turn.Limits{Lifetime: 30 * time.Minute}})
	c := x.allocated(t, "udp", "a") // for an hour, cut to half of it
	c.asks(t, x.hub, "hello")
	clock.add(29 * time.Minute)
	c.asks(t, x.hub, "still here")
	clock.add(time.Minute)
	await(t, "the relay's end", func() bool { return x.Stats().Allocations == 0 && x.Stats().Sessions == 0 })
}

func TestARevokedSessionLosesItsRelaysAtOnce(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{})
	var mine []*client
	for _, way := range ways {
		c := x.allocated(t, way, "mine")
		c.asks(t, x.hub, "hello")
		mine = append(mine, c)
	}
	other := x.allocated(t, "udp", "other")
	other.asks(t, x.hub, "hello")
	x.Revoke("mine")
	if n := x.Stats().Allocations; n != 1 {
		t.Fatalf("%d relays are open", n)
	}
	up := x.Stats().BytesUp
	for _, c := range mine {
		for range 20 {
			if _, err := c.relayed.WriteTo([]byte("one more thing"), x.hub.LocalAddr()); err != nil {
				break // the client has noticed
			}
		}
		if err := c.CreatePermission(x.hub.LocalAddr()); err == nil {
			t.Error("it still gets leave")
		}
	}
	if now := x.Stats().BytesUp; now != up {
		t.Errorf("%d bytes more came through", now-up)
	}
	other.asks(t, x.hub, "others go on")
	x.Revoke("nobody") // is nothing
}

func TestCredentialsForIDsThatCannotBe(t *testing.T) {
	t.Parallel()
	x := newSite(t, turn.Options{Limits: turn.Limits{Sessions: 1}})
	for _, id := range []string{"", "a:b", "a b", "名", strings.Repeat("x", 65), "a\n"} {
		if user, _, err := x.Credentials(id, time.Hour); err == nil {
			t.Errorf("%q became %q", id, user)
		}
	}
	if _, _, err := x.Credentials(strings.Repeat("x", 64), time.Hour); err != nil {
		t.Error(err)
	}
	if _, _, err := x.Credentials("one-too-many", time.Hour); err == nil {
		t.Error("there is no end to sessions")
	}
}
