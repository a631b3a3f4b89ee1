package certs

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCheckOfOwnFiles(t *testing.T) {
	t.Parallel()
	root := mint(t, nil, asCA("root"))
	between := mint(t, root, asCA("intermediate"))
	months := until(60 * dayLong)
	good := mint(t, between, months)
	private := mint(t, nil, asCA("the court's own root"))
	for name, c := range map[string]struct {
		put  func(d *desk)
		want string // level and words
	}{
		"all well":                {func(d *desk) { d.put(good, between) }, "ok: is for hub.court.example until"},
		"a root of their own":     {func(d *desk) { d.put(mint(t, private, months), private) }, "ok: is for hub.court.example until"},
		"ends soon":               {func(d *desk) { d.put(mint(t, between, until(20*dayLong)), between) }, "warn: ends on"},
		"expired":                 {func(d *desk) { d.put(mint(t, between, until(-time.Hour)), between) }, "fail: is expired since"},
		"no key":                  {func(d *desk) { d.put(good, between); _ = os.Remove(d.key) }, "fail: cannot be read"},
		"another's key":           {func(d *desk) { d.put(good, between); write(t, d.key, keyPEM(t, root)) }, "fail: do not fit"},
		"no intermediate":         {func(d *desk) { d.put(good) }, `warn: the chain stops at "CN=hub.court.example", whose issuer "CN=intermediate" is neither`},
		"the wrong order":         {func(d *desk) { d.put(good, between); write(t, d.cert, chainPEM(between, good)) }, "warn: not in order"},
		"no names":                {func(d *desk) { d.put(mint(t, between, months, nameless), between) }, "fail: no subject alternative names"},
		"signed by itself":        {func(d *desk) { d.put(mint(t, nil, months)) }, "warn: by no CA"},
		"not for servers":         {func(d *desk) { d.put(mint(t, between, months, forMail), between) }, "fail: not marked for web servers"},
		"too long a life":         {func(d *desk) { d.put(mint(t, between, until(900*dayLong)), between) }, "fail: its life is 900 days"},
		"constraints that forbid": {func(d *desk) { d.put(forbidden(t, root)) }, "fail: browsers will refuse it"},
		"a key for all":           {func(d *desk) { d.put(good, between); _ = os.Chmod(d.key, 0o644) }, "warn: is open to other users of this machine (mode 0644)"},
		"a key for a group":       {func(d *desk) { d.put(good, between); _ = os.Chmod(d.key, 0o640) }, "ok: is for"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c.put(d)
			o := d.options("hub.court.example")
			o.Roots = x509.NewCertPool()
			o.Roots.AddCert(root.cert)
			if name == "no names" {
				o.Names = nil
			}
			found := Check(o)
			level, words, _ := strings.Cut(c.want, ": ")
			if len(found) != 1 || string(found[0].Level) != level || !strings.Contains(found[0].Text, words) {
				t.Errorf("%+v", found)
			}
		})
	}
}

func nameless(c *x509.Certificate) { c.DNSNames = nil }
func forMail(c *x509.Certificate) {
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
}

// forbidden is a certificate whose intermediate may sign for another domain only.
func forbidden(t *testing.T, root *minted) (*minted, *minted) {
	narrow := mint(t, root, asCA("narrow"), func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"other.example"} })
	return mint(t, narrow, until(60*dayLong)), narrow
}

func TestCheckReportsANameThatTheCertificateLacks(t *testing.T) {
	t.Parallel()
	root, d := mint(t, nil, asCA("root")), newDesk(t)
	d.put(mint(t, root, until(60*dayLong)))
	o := d.options("hub.court.example", "hub")
	o.Roots = x509.NewCertPool()
	o.Roots.AddCert(root.cert)
	if f := Check(o); len(f) != 1 || f[0].Level != Warn || !strings.Contains(f[0].Text, "is not for hub:") {
		t.Errorf("%+v", f)
	}
}

func TestKeysThatBrowsersRefuse(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, _ := ed25519.GenerateKey(rand.Reader)
	leaf := mint(t, nil).cert
	for want, key := range map[string]any{"1024 bits": &small.PublicKey, "Ed25519": ed, "P-521": publicOn(t, elliptic.P521())} {
		bad := *leaf
		bad.PublicKey = key
		if f := checkLeaf("hub.crt", &bad); len(f) != 1 || f[0].Level != Fail || !strings.Contains(f[0].Text, want) {
			t.Errorf("%s: %+v", want, f)
		}
	}
	old := *leaf
	old.SignatureAlgorithm = x509.SHA1WithRSA
	if f := checkLeaf("hub.crt", &old); len(f) != 1 || !strings.Contains(f[0].Text, "SHA1") {
		t.Errorf("%+v", f)
	}
}

func TestCheckOfTheHubsOwnCA(t *testing.T) {
	t.Parallel()
	m, now := newMachine("hub", "10.0.0.5"), time.Now()
	o := Options{Mode: SelfSigned, Dir: filepath.Join(t.TempDir(), "tls"), Interfaces: m.tell, Now: func() time.Time { return now }}
	look := func(level Level, words string) {
		t.Helper()
		f := Check(o)
		if last := f[len(f)-1]; last.Level != OK { // the fingerprint, whatever else there is to say
			t.Errorf("%+v", f)
		}
		if level != OK && len(f) != 2 || level == OK && len(f) != 1 || f[0].Level != level || !strings.Contains(f[0].Text, words) {
			t.Errorf("%+v", f)
		}
	}
	look(OK, "no CA yet")
	if _, err := os.Stat(o.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("Check made the folder")
	}
	_, der := open(t, o).CA()
	before := listing(t, o.Dir)
	look(OK, Fingerprint(der))
	o.Names = []string{"hub.court.example"}
	look(Fail, "may not sign for hub.court.example")
	o.Names = nil
	m.move("198.51.100.1")
	look(Warn, "may not sign for 198.51.100.1 of this machine")
	m.move()
	m.fail(errors.New("netlink is away"))
	look(Warn, "netlink is away")
	m.fail(nil)
	now = now.AddDate(9, 6, 0)
	look(Warn, "the CA ends on")
	now = now.AddDate(1, 0, 0)
	look(Fail, "the CA ends on")
	if !maps.Equal(before, listing(t, o.Dir)) {
		t.Error("Check changed the files")
	}
}

func TestCheckOfAWrongConfiguration(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		"is not a mode": {},
		"names[0]":      {Mode: SelfSigned, Dir: t.TempDir(), Names: []string{"*.example"}},
	} {
		if f := Check(o); len(f) != 1 || f[0].Level != Fail || !strings.Contains(f[0].Text, want) {
			t.Errorf("%+v", f)
		}
	}
}
