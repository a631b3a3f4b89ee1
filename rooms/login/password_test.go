package login

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// cheap is a cost for tests.
var cheap = Cost{Memory: 64, Passes: 1, Lanes: 1}

func TestAPasswordFitsItsHashOnly(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 2, 10)
	for _, password := range []string{"correct horse battery staple", "猫咪在窗台上弹钢琴", " ", "", strings.Repeat("密", 85), "a\x00b", "\xff\xfe"} {
		kept, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		if fits, rehash, err := h.Verify(t.Context(), kept, password); !fits || rehash || err != nil {
			t.Errorf("%q: fits %v, rehash %v, %v", password, fits, rehash, err)
		}
		// Exactly as received: no trimming, folding, normalizing, cutting off.
		for _, other := range []string{password + " ", " " + password, strings.ToUpper(password) + "x", password + "\x00", password + strings.Repeat("x", MaxPassword)} {
			if fits, rehash, err := h.Verify(t.Context(), kept, other); fits || rehash || err != nil {
				t.Errorf("%q for %q: fits %v, rehash %v, %v", other, password, fits, rehash, err)
			}
		}
	}
	if fits, _, _ := h.Verify(t.Context(), must(h.Hash(t.Context(), "é")), "e\u0301"); fits {
		t.Error("a password was normalized")
	}
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func TestEachHashHasItsOwnSalt(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1, 0)
	if a, b := must(h.Hash(t.Context(), "the same")), must(h.Hash(t.Context(), "the same")); a == b {
		t.Error("two hashes are the same")
	}
}

func TestThePasswordOfTheReferenceProgram(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1, 0)
	for _, kept := range []string{ // from test.c of the reference implementation
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	} {
		fits, rehash, err := h.Verify(t.Context(), kept, "password")
		if !fits || !rehash || err != nil {
			t.Errorf("%s: fits %v, rehash %v, %v", kept, fits, rehash, err)
		}
	}
}

func TestAnOlderCostIsRenewed(t *testing.T) {
	t.Parallel()
	old, now := NewHasher(Cost{Memory: 32, Passes: 1, Lanes: 1}, 1, 0), NewHasher(cheap, 1, 0)
	kept := must(old.Hash(t.Context(), "password"))
	if fits, rehash, err := now.Verify(t.Context(), kept, "password"); !fits || !rehash || err != nil {
		t.Errorf("fits %v, rehash %v, %v", fits, rehash, err)
	}
	if fits, rehash, _ := now.Verify(t.Context(), kept, "wrong"); fits || rehash {
		t.Error("a hash is renewed by a wrong password")
	}
}

func TestTheStandardCost(t *testing.T) {
	t.Parallel()
	kept := must(NewHasher(StandardCost, 0, StandardWaiting).Hash(t.Context(), "password"))
	if !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") || len(kept) != 97 {
		t.Error(kept)
	}
}

func TestTooLongAPassword(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1, 0)
	if _, err := h.Hash(t.Context(), strings.Repeat("x", MaxPassword)); err != nil {
		t.Error(err)
	}
	if _, err := h.Hash(t.Context(), strings.Repeat("x", MaxPassword+1)); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}

func TestNobodyHasAPassword(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1, 0)
	if err := h.VerifyNobody(t.Context(), "password"); err != nil {
		t.Error(err)
	}
	p, err := parsePHC(h.nobody)
	if err != nil || p.cost != h.cost || len(p.salt) != saltBytes || len(p.key) != keyBytes {
		t.Errorf("nobody's hash costs %+v, not what others do: %v", p.cost, err)
	}
}

func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap, 2, 3)
		h.places <- struct{}{} // two hash
		h.queue <- struct{}{}
		h.places <- struct{}{}
		h.queue <- struct{}{}
		var wg sync.WaitGroup
		var done atomic.Int32
		for range 3 {
			wg.Go(func() {
				if _, err := h.Hash(t.Context(), "password"); err != nil {
					t.Error(err)
				}
				done.Add(1)
			})
		}
		synctest.Wait()
		if done.Load() != 0 {
			t.Error("more than two hash at a time")
		}
		for what, err := range map[string]error{
			"hash":          second(h.Hash(t.Context(), "password")),
			"verify":        third(h.Verify(t.Context(), h.nobody, "password")),
			"verify nobody": h.VerifyNobody(t.Context(), "password"),
		} {
			if !errors.Is(err, ErrBusy) {
				t.Errorf("%s while three wait: %v", what, err)
			}
		}
		<-h.places // one is through
		<-h.queue
		wg.Wait()
		if done.Load() != 3 {
			t.Errorf("%d had their turn", done.Load())
		}
	})
}

func second(_ string, err error) error { return err }
func third(_, _ bool, err error) error { return err }

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap, 1, 1)
		h.places <- struct{}{}
		h.queue <- struct{}{}
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error)
		go func() { failed <- second(h.Hash(ctx, "password")) }()
		synctest.Wait()
		cancel()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if len(h.queue) != 1 {
			t.Error("who gave up still waits")
		}
		<-h.places
		<-h.queue
		if err := second(h.Hash(ctx, "password")); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up before was hashed all the same: %v", err)
		}
	})
}

func TestAHasherOutOfBoundsIsAMistake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cost            Cost
		atOnce, waiting int
	}{{Cost{}, 1, 1}, {Cost{4 << 20, 2, 1}, 1, 1}, {cheap, -1, 1}, {cheap, 1, -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v passes", c)
				}
			}()
			NewHasher(c.cost, c.atOnce, c.waiting)
		}()
	}
}
