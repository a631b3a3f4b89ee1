package login

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of argon2id (RFC 9106).
type Cost struct {
	Memory uint32 // KiB, 8 for each lane at least
	Passes uint32
	Lanes  uint8
}

// StandardCost is that of new passwords: 19 MiB, two passes, one lane, as OWASP's
// password storage cheat sheet has it. It takes some 25 ms.
var StandardCost = Cost{Memory: 19 << 10, Passes: 2, Lanes: 1}

// Bounds of what a stored hash may ask for: one that was planted must not take
// the machine down. RFC 9106's second recommended option is within.
const (
	maxMemory = 64 << 10 // KiB
	maxPasses = 8
	maxLanes  = 4
)

const (
	saltBytes = 16
	keyBytes  = 32
	maxPHC    = 256 // bytes of a PHC string
)

// phc is what is kept of a password. It is written in the form that the password
// hashing competition has set: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
type phc struct {
	cost      Cost
	salt, key []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.Memory, p.cost.Passes, p.cost.Lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

// parsePHC reads what String writes. Its errors never show what is stored.
func parsePHC(s string) (phc, error) {
	var p phc
	parts := strings.Split(s[:min(len(s), maxPHC+1)], "$")
	if len(s) > maxPHC || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, ErrStored
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return phc{}, ErrStored
	}
	var numbers [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(costs[i], name)
		n, err := strconv.ParseUint(digits, 10, 31)
		if !ok || err != nil || strconv.FormatUint(n, 10) != digits {
			return phc{}, ErrStored
		}
		numbers[i] = n
	}
	if numbers[2] > maxLanes { // before it is cut to a byte
		return phc{}, ErrStored
	}
	p.cost = Cost{Memory: uint32(numbers[0]), Passes: uint32(numbers[1]), Lanes: uint8(numbers[2])}
	if err := p.cost.check(); err != nil {
		return phc{}, err
	}
	var errSalt, errKey error
	p.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	p.key, errKey = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(p.salt) < 8 || len(p.salt) > 64 || len(p.key) < 16 || len(p.key) > 64 || strings.ContainsAny(s, "\r\n") {
		return phc{}, ErrStored // base64 skips line ends
	}
	return p, nil
}

// check holds the bounds.
func (c Cost) check() error {
	if c.Lanes < 1 || c.Lanes > maxLanes || c.Passes < 1 || c.Passes > maxPasses || c.Memory < 8*uint32(c.Lanes) || c.Memory > maxMemory {
		return fmt.Errorf("%w (its cost is out of bounds)", ErrStored)
	}
	return nil
}

// key is argon2id of a password.
func (c Cost) key(password string, salt []byte, size int) []byte {
	return argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Lanes, uint32(size))
}

// random is so many bytes from the system's generator (OWASP ASVS 5.0, 11.5.1).
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // does not fail: it ends the program instead
	return b
}
