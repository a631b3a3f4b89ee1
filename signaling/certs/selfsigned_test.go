package certs

import (
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const dayLong = 24 * time.Hour

func TestBrowsersThatTrustTheCAReachEveryNameAndAddress(t *testing.T) {
	t.Parallel()
	m := newMachine("HUB-1.court.example hub-1 hub-1.local", "10.3.2.1", "fd00::7", "fe80::1", "198.51.100.4", "2001:db8:5::9")
	k := open(t, Options{Mode: SelfSigned, Dir: filepath.Join(t.TempDir(), "new", "tls"), Interfaces: m.tell, Names: []string{"Hub.Gov.Example.", "203.0.113.8"}})
	for _, name := range []string{
		"localhost", "127.0.0.1", "::1", "hub-1", "hub-1.local", "hub-1.court.example",
		"10.3.2.1", "fd00::7", "198.51.100.4", "2001:db8:5::9", "hub.gov.example", "203.0.113.8",
	} {
		visit(t, k, caOf(k), name)
	}
	for _, name := range []string{"elsewhere.example", "10.3.2.2", "fe80::1"} {
		if _, err := dial(t, k, caOf(k), name); err == nil {
			t.Errorf("https://%s: accepted, and the hub is not called so", name)
		}
	}
	st := k.Status()
	if st.Fault != "" || len(st.Outside) > 0 || st.Mode != SelfSigned || st.Subject != "O=avhub" || !slices.Contains(st.Names, "hub-1.local") {
		t.Errorf("status %+v", st)
	}
}

func TestBrowsersThatDoNotTrustTheCARefuse(t *testing.T) {
	t.Parallel()
	m := newMachine("hub")
	k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: m.tell})
	other := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: m.tell})
	if _, err := dial(t, k, caOf(other), "hub"); err == nil {
		t.Error("the CA of another hub is taken for this one's")
	}
}

func TestWhatIsServedSuitsBrowsers(t *testing.T) {
	t.Parallel()
	k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell})
	_, leaf := visit(t, k, caOf(k), "hub")
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 398*dayLong {
		t.Errorf("a life of %v", life)
	}
	if leaf.Subject.CommonName != "" || leaf.IsCA || !slices.Equal(leaf.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}) {
		t.Errorf("served %v, CA %v, for %v", leaf.Subject, leaf.IsCA, leaf.ExtKeyUsage)
	}
	pem, der := k.CA()
	c, err := parsePEM(pem)
	if err != nil || c.key != nil || len(c.certs) != 1 || string(c.certs[0].Raw) != string(der) {
		t.Fatalf("the download: %v, key %v", err, c.key)
	}
	ca := c.certs[0]
	if !ca.IsCA || !ca.MaxPathLenZero || !ca.PermittedDNSDomainsCritical || !strings.HasPrefix(ca.Subject.CommonName, "avhub CA of hub ") {
		t.Errorf("CA %v %+v", ca.Subject, ca)
	}
	if years := ca.NotAfter.Year() - time.Now().Year(); years != 10 {
		t.Errorf("a CA for %d years", years)
	}
	if f := Fingerprint(der); len(f) != 32*3-1 || strings.ToUpper(f) != f || strings.Count(f, ":") != 31 {
		t.Errorf("fingerprint %s", f)
	}
}

func TestHTTP2OverARealSocket(t *testing.T) {
	t.Parallel()
	k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir()}) // of this very machine
	url := serveHTTPS(t, k)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(caOf(k))
	client := clientOf(roots)
	defer client.CloseIdleConnections()
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.ProtoMajor != 2 || answer.StatusCode != http.StatusTeapot {
		t.Errorf("%s over %s", answer.Status, answer.Proto)
	}
}

func TestTheCertificateIsRenewedAndTheCAStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, book := t.TempDir(), &logbook{}
		o := Options{Mode: SelfSigned, Dir: dir, Interfaces: newMachine("hub", "10.0.0.5").tell, CheckEvery: 6 * time.Hour, Log: book.logger()}
		k := open(t, o)
		run(t, k)
		ca := caOf(k)
		hearing, first := visit(t, k, ca, "hub")

		time.Sleep(360 * dayLong)
		synctest.Wait()
		if _, leaf := visit(t, k, ca, "hub"); !leaf.Equal(first) {
			t.Error("renewed while it had more than 30 days to live")
		}
		time.Sleep(8 * dayLong)
		synctest.Wait()
		_, second := visit(t, k, ca, "hub")
		if second.Equal(first) || !second.NotAfter.After(first.NotAfter) {
			t.Fatalf("29 days before its end it is still served: %v", second.NotAfter)
		}
		if err := hearing.echo(); err != nil {
			t.Errorf("a connection from before does not go on: %v", err)
		}
		if string(caOf(k)) != string(ca) {
			t.Error("another CA")
		}
		if st := k.Status(); !st.NotAfter.Equal(second.NotAfter) || st.Fault != "" {
			t.Errorf("status %+v", st)
		}
		if _, leaf := visit(t, open(t, o), ca, "hub"); !leaf.Equal(second) {
			t.Error("after a restart the hub serves another certificate")
		}
		if n := book.count("certificate in use"); n != 3 { // made, renewed, restarted
			t.Errorf("%d changes logged", n)
		}
	})
}

func TestTenYearsOfRenewals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell, CheckEvery: 2 * dayLong})
		run(t, k)
		ca := caOf(k)
		seen, tenYears := map[string]bool{}, time.Now().AddDate(10, 0, 0)
		for ; time.Now().Before(tenYears.Add(-3 * dayLong)); time.Sleep(20 * dayLong) {
			synctest.Wait()
			_, leaf := visit(t, k, ca, "hub")
			seen[leaf.SerialNumber.String()] = true
			if left := time.Until(tenYears); (left < caNearEnd) != strings.Contains(k.Status().Fault, "the CA ends on") {
				t.Fatalf("%v before the CA's end: fault %q", left, k.Status().Fault)
			}
		}
		if len(seen) < 10 || len(seen) > 12 {
			t.Errorf("%d certificates in ten years", len(seen))
		}
		time.Sleep(40 * dayLong)
		synctest.Wait()
		if _, err := dial(t, k, ca, "hub"); err == nil || string(caOf(k)) != string(ca) {
			t.Errorf("after the CA's end: %v", err)
		}
	})
}

func TestTheCertificateFollowsTheMachine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine("hub", "10.0.0.5")
		k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: m.tell})
		run(t, k)
		ca := caOf(k)
		pass := func() {
			time.Sleep(2 * checkMachine)
			synctest.Wait()
		}
		hearing, before := visit(t, k, ca, "10.0.0.5")

		m.move("10.0.0.5", "fe80::42") // a virtual interface comes up
		pass()
		m.move() // the cable is out
		pass()
		if _, leaf := visit(t, k, ca, "10.0.0.5"); !leaf.Equal(before) {
			t.Error("a new certificate without need")
		}
		m.move("192.168.7.7", "fd12::1")
		pass()
		visit(t, k, ca, "192.168.7.7")
		visit(t, k, ca, "fd12::1")
		if err := hearing.echo(); err != nil {
			t.Errorf("a connection from before does not go on: %v", err)
		}
		if _, err := dial(t, k, ca, "10.0.0.5"); err == nil {
			t.Error("the address that is gone is still in the new certificate")
		}

		m.fail(errors.New("netlink is away"))
		pass()
		visit(t, k, ca, "192.168.7.7")
		if st := k.Status(); !strings.Contains(st.Fault, "netlink is away") {
			t.Errorf("status %+v", st)
		}
		m.fail(nil)
		pass()
		if st := k.Status(); st.Fault != "" {
			t.Errorf("status %+v", st)
		}
	})
}

func TestARenewalWithoutSightOfTheMachineKeepsItsNames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine("hub", "10.0.0.5")
		k := open(t, Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: m.tell, CheckEvery: dayLong})
		run(t, k)
		_, before := visit(t, k, caOf(k), "10.0.0.5")
		m.fail(errors.New("netlink is away"))
		time.Sleep(380 * dayLong)
		synctest.Wait()
		if _, leaf := visit(t, k, caOf(k), "10.0.0.5"); leaf.Equal(before) {
			t.Error("not renewed")
		}
	})
}

func TestWhatTheCAMayNotSignForIsReportedAndTheRestWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, m, book := t.TempDir(), newMachine("hub", "10.0.0.5"), &logbook{}
		o := Options{Mode: SelfSigned, Dir: dir, Interfaces: m.tell, Log: book.logger()}
		k := open(t, o)
		run(t, k)
		m.move("10.0.0.6", "198.51.100.4")
		time.Sleep(5 * checkMachine)
		synctest.Wait()
		visit(t, k, caOf(k), "10.0.0.6")
		if st := k.Status(); !slices.Equal(st.Outside, []string{"198.51.100.4"}) || st.Fault != "" {
			t.Errorf("status %+v", st)
		}
		if n := book.count("may not sign for"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		o.Names = []string{"hub.court.example", "hub.internal"}
		k = open(t, o)
		visit(t, k, caOf(k), "hub.internal")
		if st := k.Status(); !strings.Contains(st.Fault, "may not sign for hub.court.example:") || slices.Contains(st.Names, "hub.court.example") {
			t.Errorf("status %+v", st)
		}
	})
}

func TestAWrongClockHealsByItself(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now().AddDate(0, 8, 0) // the battery was empty
	o := Options{Mode: SelfSigned, Dir: dir, Interfaces: newMachine("hub").tell, Now: func() time.Time { return now }}
	ahead := open(t, o)
	now = time.Now()
	k := open(t, o)
	if st := k.Status(); !strings.Contains(st.Fault, "set the machine's clock") {
		t.Errorf("the CA has not begun: status %+v", st)
	}
	now = now.AddDate(0, 16, 0)
	if k = open(t, o); k.Status().Fault != "" || !now.Before(k.Status().NotAfter) {
		t.Errorf("status %+v", k.Status())
	}
	if string(caOf(k)) != string(caOf(ahead)) {
		t.Error("another CA")
	}
}

func TestADamagedServerCertificateIsMadeAnew(t *testing.T) {
	t.Parallel()
	stranger := mint(t, nil, asCA("another CA"))
	foreign, err := writePEM(stranger.cert, stranger.key)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "cut off": []byte("-----BEGIN PRIVATE KEY-----\nMIG"), "another CA's": foreign, "no key": chainPEM(stranger),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell}
			ca := caOf(open(t, o))
			write(t, filepath.Join(o.Dir, serverPrivate), data)
			k := open(t, o)
			_, leaf := visit(t, k, ca, "hub")
			if _, again := visit(t, open(t, o), ca, "hub"); !again.Equal(leaf) {
				t.Error("the new one was not stored")
			}
		})
	}
}

func TestACertificateThatCannotBeStoredWorksAndIsStoredLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell}
		ca := caOf(open(t, o))
		path := filepath.Join(o.Dir, serverPrivate)
		if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil { // no file can get there
			t.Fatal(err)
		}
		k := open(t, o)
		run(t, k)
		_, leaf := visit(t, k, ca, "hub")
		if st := k.Status(); !strings.Contains(st.Fault, "cannot be stored") {
			t.Errorf("status %+v", st)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * checkMachine)
		synctest.Wait()
		if st := k.Status(); st.Fault != "" {
			t.Errorf("status %+v", st)
		}
		if _, again := visit(t, open(t, o), ca, "hub"); !again.Equal(leaf) {
			t.Error("it was not stored")
		}
	})
}
