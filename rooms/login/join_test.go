package login

import (
	"testing"
	"time"
)

func TestJoining(t *testing.T) {
	t.Parallel()
	k, id := linkKey(NewSecret()), NewID()
	phone, laptop := NewSecret(), NewSecret()
	open := Link{ID: id, Hearing: "h", Part: "witness", Person: "p", NotBefore: noon, NotAfter: noon.Add(time.Hour)}
	bound, coded, revoked := open, open, open
	bound.Device, bound.CodeHash = Hash(phone), k.HashCode(id, "123456")
	coded.CodeHash = k.HashCode(id, "123456")
	revoked.Revoked = noon.Add(-time.Minute)
	within := noon.Add(time.Minute)
	for _, c := range []struct {
		name         string
		link         Link
		at           time.Time
		device, code string
		want         Joining
		bind         string
	}{
		{"first use", open, within, phone, "", LetIn, Hash(phone)},
		{"a code that nobody asked for", open, within, phone, "999999", LetIn, Hash(phone)},
		{"at the first moment", open, noon, phone, "", LetIn, Hash(phone)},
		{"too early", open, noon.Add(-time.Second), phone, "", Early, ""},
		{"at the end", open, noon.Add(time.Hour), phone, "", Over, ""},
		{"later, though bound", bound, noon.Add(2 * time.Hour), phone, "", Over, ""},
		{"revoked", revoked, within, phone, "", Revoked, ""},
		{"revoked before it began", revoked, noon.Add(-time.Hour), phone, "", Revoked, ""},
		{"no cookies", open, within, "", "", NoDevice, ""},
		{"no cookies, bound", bound, within, "", "123456", NoDevice, ""},
		{"the code is asked for", coded, within, phone, "", CodeDue, ""},
		{"only spaces", coded, within, phone, "  ", CodeDue, ""},
		{"a wrong code", coded, within, phone, "123457", CodeWrong, ""},
		{"the code of another link", coded, within, phone, k.HashCode(id, "123456"), CodeWrong, ""},
		{"the code", coded, within, phone, "123456", LetIn, Hash(phone)},
		{"the code as typed", coded, within, phone, "123 456", LetIn, Hash(phone)},
		{"again, without code", bound, within, phone, "", LetIn, ""},
		{"again, with a wrong code", bound, within, phone, "000000", LetIn, ""},
		{"from another device", bound, within, laptop, "", Elsewhere, ""},
		{"from another device, with the code", bound, within, laptop, "123456", Elsewhere, ""},
		{"with the device's hash for its secret", bound, within, Hash(phone), "123456", Elsewhere, ""},
	} {
		answer, bind := c.link.Use(k, c.at, c.device, c.code)
		if answer != c.want || bind != c.bind {
			t.Errorf("%s: %s, bind %q; want %s, %q", c.name, answer, bind, c.want, c.bind)
		}
	}
}
