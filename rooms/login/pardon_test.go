package login

import (
	"testing"
	"time"
)

func TestAnAdministratorForgives(t *testing.T) {
	t.Parallel()
	for name, from := range map[string][2]string{"a new browser": {"192.0.2.1", ""}, "a known one": {"192.0.2.1", "phone"}} {
		th := NewThrottle()
		now := noon
		if !th.Until("li", now).IsZero() {
			t.Errorf("%s: nobody has tried, but somebody waits", name)
		}
		for th.Attempt("li", from[0], from[1], now) == 0 { // three
		}
		until := th.Until("li", now)
		if wait := th.Attempt("li", from[0], from[1], now); wait == 0 || !until.Equal(now.Add(wait)) {
			t.Errorf("%s waits %v, but is shown until %v", name, wait, until)
		}
		if !th.Until("wang", now).IsZero() {
			t.Errorf("%s: somebody else is shown as waiting", name)
		}
		th.Forgive("li", now)
		if !th.Until("li", now).IsZero() {
			t.Errorf("%s is still shown as waiting", name)
		}
		through := 0
		for th.Attempt("li", from[0], from[1], now) == 0 {
			through++
		}
		if through != 3 {
			t.Errorf("%s: %d attempts went through afterwards, want 3 as at first", name, through)
		}
		th.Forgive("li", now)
		if wait := th.Attempt("li", from[0], from[1], now); wait != 0 {
			t.Errorf("%s: the second time it is not forgiven: %v", name, wait)
		}
		th.Succeeded("li", from[0], from[1], now)
		if later := now.Add(20 * time.Minute); !th.Until("li", later).IsZero() {
			t.Errorf("%s waits after it got in", name)
		}
	}
}

// What an address has tried, whatever the account, is not an account's to forget.
func TestAPardonIsForOneAccount(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	names := []string{}
	for n := range 60 {
		name := address(n)
		names = append(names, name)
		th.Attempt(name, "192.0.2.1", "", noon)
	}
	if th.Attempt("new", "192.0.2.1", "", noon) == 0 {
		t.Fatal("the address does not wait")
	}
	for _, name := range names {
		th.Forgive(name, noon)
	}
	if th.Attempt("new", "192.0.2.1", "", noon) == 0 {
		t.Error("the address got its guesses back")
	}
}

func TestPardonsDoNotPileUp(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	for n := range 1000 {
		for range 4 {
			th.Attempt(address(n), address(n), "", noon)
		}
		th.Forgive(address(n), noon)
		for range 4 {
			th.Attempt(address(n), address(n), "", noon)
		}
	}
	th.Attempt("li", "192.0.2.1", "", noon.Add(25*time.Hour))
	if len(th.pardons.given) != 0 || len(th.pardons.until) != 0 {
		t.Errorf("%d pardons and %d waits are kept a day later", len(th.pardons.given), len(th.pardons.until))
	}
}
