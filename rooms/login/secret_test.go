package login

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
)

func TestSecretsAreRandom(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		for _, s := range []string{NewSecret(), NewID(), NewToken()} {
			if seen[s] {
				t.Fatalf("%s twice", s)
			}
			seen[s] = true
		}
	}
	if b, err := base64.RawURLEncoding.DecodeString(NewSecret()); err != nil || len(b) != 32 {
		t.Errorf("a secret of %d bytes: %v", len(b), err)
	}
}

func TestIDsCanStandAnywhere(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^[a-z2-7]{26}$`) // in paths, file names, logs
	for range 100 {
		id := NewID()
		if b, ok := idOf(id); !shape.MatchString(id) || !ok || len(b) != 16 {
			t.Errorf("%s", id)
		}
	}
	id := NewID()
	for _, bad := range []string{"", id[:25], id + "a", strings.ToUpper(id), id[:25] + "7", id[:13] + "\n" + id[13:], id[:25] + "\n"} {
		if _, ok := idOf(bad); ok && bad != id {
			t.Errorf("%q counts as an id", bad)
		}
	}
}

func TestTypingErrorsInATokenAreSeen(t *testing.T) {
	t.Parallel()
	token := NewToken()
	if len(token) != 53 || !strings.HasPrefix(token, "avt_") || !IsToken(token) {
		t.Fatal(token)
	}
	for i := range token {
		wrong := []byte(token)
		wrong[i] = map[bool]byte{true: 'x', false: 'y'}[wrong[i] != 'x']
		if IsToken(string(wrong)) {
			t.Errorf("%s for %s is not seen", wrong, token)
		}
	}
	for i := range len(token) - 1 {
		swapped := []byte(token)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		if string(swapped) != token && IsToken(string(swapped)) {
			t.Errorf("%s for %s is not seen", swapped, token)
		}
	}
	for _, bad := range []string{"", "avt_", token[:52], token + "A", " " + token, token + "\n", NewSecret(), "AVT_" + token[4:]} {
		if IsToken(bad) {
			t.Errorf("%q counts as a token", bad)
		}
	}
}

func TestHashIsSHA256(t *testing.T) {
	t.Parallel()
	if got := Hash("abc"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" { // FIPS 180-2, B.1
		t.Error(got)
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{Hash("a"), Hash("a"), true}, {Hash("a"), Hash("b"), false}, {Hash("a"), "", false}, {"", Hash("a"), false},
		{"", "", false}, // nothing kept fits nothing
		{"a", "aa", false},
	} {
		if got := Same(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
