package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// desk is where an administrator puts a certificate and its key.
type desk struct {
	t         *testing.T
	cert, key string
	book      *logbook
}

func newDesk(t *testing.T) *desk {
	dir := t.TempDir()
	return &desk{t, filepath.Join(dir, "hub.crt"), filepath.Join(dir, "hub.key"), &logbook{}}
}

func (d *desk) options(names ...string) Options {
	return Options{Mode: Files, CertFile: d.cert, KeyFile: d.key, Names: names, Log: d.book.logger()}
}

// put writes the pair of a certificate with what else belongs to its chain.
func (d *desk) put(m *minted, chain ...*minted) {
	d.t.Helper()
	write(d.t, d.cert, chainPEM(append([]*minted{m}, chain...)...))
	write(d.t, d.key, keyPEM(d.t, m))
}

// pass lets the keeper look twice.
func pass() {
	time.Sleep(2 * checkFiles)
	synctest.Wait()
}

func served(t *testing.T, k *Keeper, root *minted) *x509.Certificate {
	t.Helper()
	_, leaf := visit(t, k, certPEM(root.cert), "hub.court.example")
	return leaf
}

func TestOwnFilesAreServedWithTheirChain(t *testing.T) {
	t.Parallel()
	root := mint(t, nil, asCA("root"))
	between := mint(t, root, asCA("intermediate"))
	leaf := mint(t, between)
	stranger := mint(t, nil, asCA("stranger"))
	for name, order := range map[string][]*minted{
		"in order":        {leaf, between},
		"the wrong way":   {between, leaf},
		"with the root":   {root, leaf, between},
		"with a stranger": {leaf, stranger, between},
	} {
		d := newDesk(t)
		write(t, d.cert, chainPEM(order...))
		write(t, d.key, keyPEM(t, leaf))
		k := open(t, d.options("hub.court.example"))
		if got := served(t, k, root); !got.Equal(leaf.cert) {
			t.Errorf("%s: served %v", name, got.Subject)
		}
		if st := k.Status(); st.Fault != "" || st.Subject != "CN=hub.court.example" || st.Mode != Files {
			t.Errorf("%s: status %+v", name, st)
		}
		if pem, der := k.CA(); pem != nil || der != nil {
			t.Errorf("%s: there is a CA to download", name)
		}
	}
}

func TestOneFileMayHoldBoth(t *testing.T) {
	t.Parallel()
	root := mint(t, nil, asCA("root"))
	leaf := mint(t, root)
	d := newDesk(t)
	write(t, d.cert, append(keyPEM(t, leaf), chainPEM(leaf)...))
	o := d.options()
	o.KeyFile = o.CertFile
	served(t, open(t, o), root)
}

func TestFilesThatChangeAreTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, root := newDesk(t), mint(t, nil, asCA("root"))
		first, second, third := mint(t, root), mint(t, root), mint(t, root)
		d.put(first)
		k := open(t, d.options())
		run(t, k)
		hearing, _ := visit(t, k, certPEM(root.cert), "hub.court.example")

		// The certificate is there, its key is not yet.
		write(t, d.cert, chainPEM(second))
		pass()
		pass()
		if leaf := served(t, k, root); !leaf.Equal(first.cert) {
			t.Error("a certificate without its key is served")
		}
		if f := k.Status().Fault; !strings.Contains(f, "do not fit") || !strings.Contains(f, "stays in use") {
			t.Errorf("fault %q", f)
		}
		write(t, d.key, keyPEM(t, second))
		pass()
		if leaf := served(t, k, root); !leaf.Equal(second.cert) {
			t.Error("the new pair is not served")
		}
		if f := k.Status().Fault; f != "" {
			t.Errorf("fault %q", f)
		}
		if n := d.book.count("do not fit"); n != 2 { // once as a fault, once as mended
			t.Errorf("logged %d times", n)
		}

		// Renamed into place, as careful tools do, with an old time.
		write(t, d.key+".new", keyPEM(t, third))
		write(t, d.cert+".new", chainPEM(third))
		old := time.Unix(1e9, 0)
		for _, path := range []string{d.key, d.cert} {
			if err := os.Chtimes(path+".new", old, old); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}
		pass()
		if leaf := served(t, k, root); !leaf.Equal(third.cert) {
			t.Error("the renamed pair is not served")
		}
		if err := hearing.echo(); err != nil {
			t.Errorf("a connection from before does not go on: %v", err)
		}
	})
}

func TestFilesThatGoBadLeaveTheFormerCertificateInUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, root := newDesk(t), mint(t, nil, asCA("root"))
		good := mint(t, root)
		d.put(good)
		k := open(t, d.options())
		run(t, k)
		for want, spoil := range map[string]func(){
			"cannot be read":     func() { _ = os.Remove(d.key) },
			"is empty":           func() { write(t, d.cert, nil) },
			"cut off":            func() { write(t, d.cert, chainPEM(good)[:100]) },
			"is expired since":   func() { d.put(mint(t, root, until(-time.Minute))) },
			"exchange them":      func() { write(t, d.cert, keyPEM(t, good)); write(t, d.key, chainPEM(good)) },
			"is no file":         func() { _ = os.Remove(d.key); _ = syscall.Mkfifo(d.key, 0o600) },
			"larger than":        func() { write(t, d.cert, make([]byte, maxFile+1)) },
			"no private key":     func() { write(t, d.key, chainPEM(good)) },
			"holds a key and no": func() { write(t, d.cert, keyPEM(t, good)) },
		} {
			spoil()
			pass()
			if leaf := served(t, k, root); !leaf.Equal(good.cert) {
				t.Errorf("%s: served %v", want, leaf.NotAfter)
			}
			if f := k.Status().Fault; !strings.Contains(f, want) || !strings.Contains(f, "stays in use") {
				t.Errorf("%s: fault %q", want, f)
			}
			_ = os.Remove(d.key)
			d.put(good)
			pass()
			if f := k.Status().Fault; f != "" {
				t.Errorf("%s: after it was mended: %q", want, f)
			}
		}
	})
}

func TestAnExpiredCertificateIsServedAndSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, root := newDesk(t), mint(t, nil, asCA("root"))
		d.put(mint(t, root))
		k := open(t, d.options())
		run(t, k)
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if f := k.Status().Fault; !strings.Contains(f, "is expired since") {
			t.Errorf("fault %q", f)
		}
		k = open(t, d.options()) // a restart at that moment
		if f := k.Status().Fault; !strings.Contains(f, "is expired since") {
			t.Errorf("fault %q", f)
		}
		if _, err := dial(t, k, certPEM(root.cert), "hub.court.example"); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("a browser says %v", err)
		}
	})
}

func TestNamesThatTheCertificateLacksAreReported(t *testing.T) {
	t.Parallel()
	root := mint(t, nil, asCA("root"))
	d := newDesk(t)
	d.put(mint(t, root))
	if f := open(t, d.options("hub.court.example", "hub", "10.0.0.1")).Status().Fault; !strings.Contains(f, "is not for hub, 10.0.0.1:") {
		t.Errorf("fault %q", f)
	}
	d.put(mint(t, root, func(c *x509.Certificate) { c.DNSNames = nil }))
	if f := open(t, d.options("hub")).Status().Fault; !strings.Contains(f, "no subject alternative names") {
		t.Errorf("fault %q", f)
	}
	d.put(mint(t, root, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }))
	if f := open(t, d.options()).Status().Fault; !strings.Contains(f, "starts on") {
		t.Errorf("fault %q", f)
	}
}

func TestBadFilesAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	leaf, other := mint(t, nil), mint(t, nil)
	for want, content := range map[string][2][]byte{
		"another certificate's": {chainPEM(leaf), keyPEM(t, other)},
		"it is binary":          {leaf.cert.Raw, keyPEM(t, leaf)},
		"no PEM text":           {[]byte("hello"), keyPEM(t, leaf)},
		"exchange them":         {keyPEM(t, leaf), chainPEM(leaf)},
		"passphrase":            {chainPEM(leaf), []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")},
	} {
		d := newDesk(t)
		write(t, d.cert, content[0])
		write(t, d.key, content[1])
		if _, err := Open(d.options()); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), filepath.Dir(d.cert)) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestASelfSignedLeafOfTheirOwnWorks(t *testing.T) {
	t.Parallel()
	d, leaf := newDesk(t), mint(t, nil)
	d.put(leaf)
	k := open(t, d.options())
	c, err := k.TLS().GetCertificate(&tls.ClientHelloInfo{})
	if err != nil || len(c.Certificate) != 1 || !bytes.Equal(c.Certificate[0], leaf.cert.Raw) {
		t.Errorf("%v", err)
	}
}
