package login

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"runtime"
)

// MaxPassword is the longest password in bytes, which is 64 characters at least
// whatever the script (OWASP ASVS 5.0, 6.2.9). Passwords are taken as they are:
// nothing is cut off, folded or normalized (6.2.8).
const MaxPassword = 256

// StandardWaiting is how many log-ins may wait for their turn. At some 30 ms
// each that is a second; more would give up before it is theirs.
const StandardWaiting = 32

// Errors.
var (
	// ErrBusy says that too many log-ins wait.
	ErrBusy = errors.New("too many people are logging in at this moment: try again in a few seconds")
	// ErrTooLong says that a password is longer than [MaxPassword].
	ErrTooLong = fmt.Errorf("the password is longer than %d bytes", MaxPassword)
	// ErrStored says that what is kept of a password cannot be used.
	ErrStored = errors.New("the stored password cannot be read: set a new one")
)

// Hasher hashes passwords (OWASP ASVS 5.0, 11.4.2), a bounded number at a time:
// logging in must not take the processors from live pictures, nor the memory.
// It may be used from any goroutine.
type Hasher struct {
	cost   Cost
	places chan struct{} // one for each that hashes
	queue  chan struct{} // one for each that hashes or waits
	nobody string        // a hash that no password fits
	derive Derive
}

// Derive makes the key of a password, size bytes of argon2id.
type Derive func(c Cost, password string, salt []byte, size int) ([]byte, error)

// DeriveHere makes the key in this process.
func DeriveHere(c Cost, password string, salt []byte, size int) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return c.key(password, salt, size), nil
}

// DerivingBy lets keys be made elsewhere; it is called before the hasher is used.
func (h *Hasher) DerivingBy(d Derive) *Hasher {
	h.derive = d
	return h
}

// NewHasher hashes atOnce passwords at a time (0: on half of the processors, one
// at least) while so many more wait. A cost that [Hasher.Verify] would refuse is
// a mistake in the program and panics.
func NewHasher(cost Cost, atOnce, waiting int) *Hasher {
	if err := cost.check(); err != nil || atOnce < 0 || waiting < 0 {
		panic(fmt.Sprintf("login: a hasher of cost %+v, %d at once, %d waiting: out of bounds", cost, atOnce, waiting))
	}
	if atOnce == 0 {
		atOnce = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &Hasher{
		cost: cost, places: make(chan struct{}, atOnce), queue: make(chan struct{}, atOnce+waiting),
		nobody: phc{cost, random(saltBytes), random(keyBytes)}.String(),
		derive: DeriveHere,
	}
}

// Hash makes what is kept of a password: a PHC string with a salt of its own.
// Errors: ErrTooLong, ErrBusy, the context's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > MaxPassword {
		return "", ErrTooLong
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := random(saltBytes)
	key, err := h.derive(h.cost, password, salt, keyBytes)
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	return phc{h.cost, salt, key}.String(), nil
}

// Verify tells whether a password fits what is kept, and if so whether that
// should be made anew because it does not cost what new ones do. Errors:
// ErrStored, ErrBusy, the context's.
func (h *Hasher) Verify(ctx context.Context, kept, password string) (fits, rehash bool, err error) {
	p, err := parsePHC(kept)
	if err != nil {
		return false, false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	key, err := h.derive(p.cost, password[:min(len(password), MaxPassword)], p.salt, len(p.key))
	if err != nil {
		return false, false, fmt.Errorf("checking a password: %w", err)
	}
	fits = subtle.ConstantTimeCompare(key, p.key) == 1 && len(password) <= MaxPassword
	rehash = p.cost != h.cost || len(p.salt) != saltBytes || len(p.key) != keyBytes
	return fits, fits && rehash, nil
}

// VerifyNobody takes as long as Verify does for a hash of today's cost: who asks
// cannot tell from the time whether there is an account (OWASP ASVS 5.0, 6.3.8).
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	_, _, err := h.Verify(ctx, h.nobody, password)
	return err
}

// enter waits for a place.
func (h *Hasher) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("waiting to hash a password: %w", err)
	}
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	select {
	case h.places <- struct{}{}:
		return func() { <-h.places; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, fmt.Errorf("waiting to hash a password: %w", ctx.Err())
	}
}
