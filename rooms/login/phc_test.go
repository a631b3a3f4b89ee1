package login

import (
	"errors"
	"strings"
	"testing"
)

func TestStoredHashesThatAreNotObeyed(t *testing.T) {
	t.Parallel()
	const salt, key = "c29tZXNhbHRzb21lc2FsdA", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	good := "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + key
	if _, err := parsePHC(good); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"empty":                   "",
		"dollars":                 "$$$$$",
		"another function":        strings.Replace(good, "argon2id", "argon2i", 1),
		"bcrypt":                  "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
		"another version":         strings.Replace(good, "v=19", "v=16", 1),
		"4 GiB":                   strings.Replace(good, "m=64", "m=4194304", 1),
		"a kibibyte over":         strings.Replace(good, "m=64", "m=65537", 1),
		"32 bits run over":        strings.Replace(good, "m=64", "m=4294967360", 1),
		"64 bits run over":        strings.Replace(good, "m=64", "m=18446744073709551680", 1),
		"a thousand passes":       strings.Replace(good, "t=1", "t=1000", 1),
		"no pass":                 strings.Replace(good, "t=1", "t=0", 1),
		"no lane":                 strings.Replace(good, "p=1", "p=0", 1),
		"lanes that run over":     strings.Replace(good, "p=1", "p=257", 1),
		"less than 8 KiB a lane":  strings.Replace(good, "m=64,t=1,p=1", "m=31,t=1,p=4", 1),
		"a sign":                  strings.Replace(good, "m=64", "m=+64", 1),
		"a minus":                 strings.Replace(good, "m=64", "m=-64", 1),
		"a leading zero":          strings.Replace(good, "m=64", "m=064", 1),
		"another order":           strings.Replace(good, "m=64,t=1", "t=1,m=64", 1),
		"one more parameter":      strings.Replace(good, "p=1", "p=1,x=1", 1),
		"a short salt":            strings.Replace(good, salt, "c29tZQ", 1),
		"no salt":                 strings.Replace(good, salt, "", 1),
		"a short key":             strings.Replace(good, key, "c29tZQ", 1),
		"no key":                  strings.Replace(good, key, "", 1),
		"a line end":              strings.Replace(good, key, key[:20]+"\n"+key[20:], 1),
		"padding":                 good + "=",
		"bits left over":          good[:len(good)-1] + "5",
		"something after":         good + "$",
		"something before":        "x" + good,
		"as long as a small book": good + strings.Repeat("A", 1<<20),
	} {
		_, err := parsePHC(s)
		if !errors.Is(err, ErrStored) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), key[:8]) {
			t.Errorf("%s: the error shows the hash: %v", name, err)
		}
		if _, _, err := NewHasher(cheap, 1, 0).Verify(t.Context(), s, "password"); !errors.Is(err, ErrStored) {
			t.Errorf("%s: verify: %v", name, err)
		}
	}
}

func TestHashesAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	p := phc{StandardCost, random(saltBytes), random(keyBytes)}
	q, err := parsePHC(p.String())
	if err != nil || q.String() != p.String() {
		t.Errorf("%s became %s: %v", p, q, err)
	}
}
