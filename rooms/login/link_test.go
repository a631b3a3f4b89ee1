package login

import (
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
)

func linkKey(secret string) LinkKey {
	k, err := NewLinkKey(secret)
	if err != nil {
		panic(err)
	}
	return k
}

func TestALinkLeadsToItsRecord(t *testing.T) {
	t.Parallel()
	k, id, until := linkKey(NewSecret()), NewID(), noon.Add(24*time.Hour)
	token := must(k.Sign(id, until))
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{50}$`).MatchString(token) {
		t.Errorf("%s does not fit a short message", token)
	}
	for _, c := range []struct {
		at   time.Time
		want error
	}{{noon, nil}, {until.Add(-time.Second), nil}, {until, ErrLinkOver}, {until.AddDate(1, 0, 0), ErrLinkOver}} {
		got, err := k.Read(token, c.at)
		if got != id || !errors.Is(err, c.want) {
			t.Errorf("at %v: %q, %v", c.at, got, err)
		}
	}
}

func TestLinksThatAreNotOurs(t *testing.T) {
	t.Parallel()
	k, id := linkKey(NewSecret()), NewID()
	token := must(k.Sign(id, noon.Add(time.Hour)))
	for i := range token { // each character counts
		for _, c := range "AQgw-_19" {
			changed := token[:i] + string(c) + token[i+1:]
			if got, err := k.Read(changed, noon); changed != token && (!errors.Is(err, ErrLink) || got != "") {
				t.Fatalf("%s for %s: %q, %v", changed, token, got, err)
			}
		}
	}
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	longer := append([]byte{}, raw...)
	longer[20]++ // the expiry
	otherVersion := append([]byte{2}, raw[1:]...)
	for name, bad := range map[string]string{
		"empty":              "",
		"cut":                token[:49],
		"longer":             token + "A",
		"with padding":       token + "==",
		"with a line end":    token[:20] + "\n" + token[20:],
		"later":              base64.RawURLEncoding.EncodeToString(longer),
		"of another version": base64.RawURLEncoding.EncodeToString(otherVersion),
		"of another key":     must(linkKey(NewSecret()).Sign(id, noon.Add(time.Hour))),
		"an API token":       NewToken(),
		"great":              strings.Repeat("A", 1<<20),
		"zeros":              strings.Repeat("A", 50),
	} {
		if got, err := k.Read(bad, noon); !errors.Is(err, ErrLink) || got != "" {
			t.Errorf("a link that is %s: %q, %v", name, got, err)
		}
	}
	if _, err := (LinkKey{}).Read(token, noon); !errors.Is(err, ErrLink) {
		t.Errorf("without a key: %v", err)
	}
}

func TestWhatCannotBeSigned(t *testing.T) {
	t.Parallel()
	k := linkKey(NewSecret())
	for _, id := range []string{"", "1", "../../../etc/passwd", strings.Repeat("a", 27), strings.ToUpper(NewID())} {
		if token, err := k.Sign(id, noon); err == nil {
			t.Errorf("%q is signed: %s", id, token)
		}
	}
	for _, until := range []time.Time{{}, time.Unix(-1, 0), time.Unix(1<<32, 0)} {
		if token, err := k.Sign(NewID(), until); err == nil {
			t.Errorf("until %v: %s", until, token)
		}
	}
	if _, err := (LinkKey{}).Sign(NewID(), noon); !errors.Is(err, ErrLinkKey) {
		t.Errorf("without a key: %v", err)
	}
	for _, secret := range []string{"", "secret", strings.Repeat("x", 31)} {
		if _, err := NewLinkKey(secret); !errors.Is(err, ErrLinkKey) {
			t.Errorf("%q makes a key: %v", secret, err)
		}
	}
}

func TestCodesOfLinks(t *testing.T) {
	t.Parallel()
	k, id := linkKey(NewSecret()), NewID()
	kinds := map[byte]bool{}
	for range 1000 {
		code := NewLinkCode()
		if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(code) {
			t.Fatal(code)
		}
		kinds[code[0]] = true
	}
	if len(kinds) != 10 {
		t.Errorf("codes begin with %d digits", len(kinds))
	}
	kept := k.HashCode(id, "012345")
	for _, typed := range []string{"012345", "012 345", "０１２３４５"} {
		if k.HashCode(id, typed) != kept {
			t.Errorf("%s does not fit", typed)
		}
	}
	for what, other := range map[string]string{
		"of another link": k.HashCode(NewID(), "012345"), "of another key": linkKey(NewSecret()).HashCode(id, "012345"), "another": k.HashCode(id, "012346"),
	} {
		if other == kept {
			t.Errorf("a code %s fits", what)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a code is hashed without a key")
		}
	}()
	_ = (LinkKey{}).HashCode(id, "012345")
}
