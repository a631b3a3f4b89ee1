package certs

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test's program be a hub that starts: see TestHubsThatStartAtOnce.
func TestMain(m *testing.M) {
	if dir := os.Getenv("CERTS_TEST_OPEN"); dir != "" {
		k, err := Open(Options{Mode: SelfSigned, Dir: dir})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_, der := k.CA()
		fmt.Println(Fingerprint(der))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestHubsThatStartAtOnceShareOneCA(t *testing.T) {
	t.Parallel()
	for range 5 {
		dir := t.TempDir()
		var hubs []*exec.Cmd
		for range 6 {
			hub := exec.Command(os.Args[0])
			hub.Env = append(os.Environ(), "CERTS_TEST_OPEN="+dir)
			hub.Stdout, hub.Stderr = new(bytes.Buffer), new(bytes.Buffer)
			if err := hub.Start(); err != nil {
				t.Fatal(err)
			}
			hubs = append(hubs, hub)
		}
		seen := map[string]int{}
		for _, hub := range hubs {
			if err := hub.Wait(); err != nil {
				t.Errorf("a hub does not start: %v: %s", err, hub.Stderr)
			}
			seen[fmt.Sprint(hub.Stdout)]++
		}
		if len(seen) != 1 {
			t.Errorf("%d CAs: %v", len(seen), seen)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestADamagedCAIsRefusedAndNeverReplaced(t *testing.T) {
	t.Parallel()
	other, err := newAuthority("other", names{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	server := mint(t, nil)
	serverFile, _ := writePEM(server.cert, server.key)
	otherFile, _ := writePEM(other.cert, other.key)
	for name, damage := range map[string]struct {
		do   func(dir string, private []byte) error
		want string // in the message
	}{
		"private file gone":      {func(dir string, _ []byte) error { return os.Remove(filepath.Join(dir, caPrivate)) }, "is missing"},
		"private file empty":     {func(dir string, _ []byte) error { return os.Truncate(filepath.Join(dir, caPrivate), 0) }, "it is empty"},
		"private file cut off":   {func(dir string, _ []byte) error { return os.Truncate(filepath.Join(dir, caPrivate), 300) }, "certificate"},
		"private file zeroed":    {rewrite(caPrivate, func(b []byte) []byte { return make([]byte, len(b)) }), "no PEM text"},
		"key gone":               {rewrite(caPrivate, func(b []byte) []byte { return b[bytes.Index(b, []byte("-----BEGIN CERT")):] }), "private key is missing"},
		"certificate gone":       {rewrite(caPrivate, func(b []byte) []byte { return b[:bytes.Index(b, []byte("-----BEGIN CERT"))] }), "0 certificates"},
		"another's key":          {rewrite(caPrivate, func(b []byte) []byte { return append(keyOf(otherFile), certPart(b)...) }), "another certificate's"},
		"a server's certificate": {rewrite(caPrivate, func([]byte) []byte { return serverFile }), "no CA's"},
		"public file of another": {rewrite(caPublic, func([]byte) []byte { return certPart(otherFile) }), "another CA's"},
		"public file damaged":    {rewrite(caPublic, func(b []byte) []byte { return b[:40] }), "damaged"},
		"private file of another": {rewrite(caPrivate, func([]byte) []byte { return otherFile }),
			"another CA's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell}
			open(t, o)
			if err := damage.do(o.Dir, read(t, filepath.Join(o.Dir, caPrivate))); err != nil {
				t.Fatal(err)
			}
			before := listing(t, o.Dir)
			_, err := Open(o)
			if err == nil || !strings.Contains(err.Error(), damage.want) || !strings.Contains(err.Error(), "from a backup") {
				t.Errorf("says %v", err)
			}
			if after := listing(t, o.Dir); !maps.Equal(before, after) {
				t.Error("the files were changed")
			}
			if f := Check(o); len(f) != 1 || f[0].Level != Fail {
				t.Errorf("findings %v", f)
			}
		})
	}
}

func rewrite(name string, edit func([]byte) []byte) func(string, []byte) error {
	return func(dir string, _ []byte) error {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, edit(data), 0o600)
	}
}

func certPart(b []byte) []byte { return b[bytes.Index(b, []byte("-----BEGIN CERT")):] }
func keyOf(b []byte) []byte    { return bytes.Clone(b[:bytes.Index(b, []byte("-----BEGIN CERT"))]) }

func TestEveryCutAndEveryFlippedByteOfACAIsFound(t *testing.T) {
	t.Parallel()
	a, err := newAuthority("hub", names{hosts: []string{"hub"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := writePEM(a.cert, a.key)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) - 1 { // the last byte is a newline, which may go
		if _, err := parseAuthority(whole[:n]); err == nil {
			t.Fatalf("cut after %d of %d bytes: accepted", n, len(whole))
		}
	}
	for i := range a.cert.Raw {
		bad := *a.cert
		bad.Raw = bytes.Clone(a.cert.Raw)
		bad.Raw[i] ^= 1
		text, err := writePEM(&bad, a.key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseAuthority(text); err == nil {
			t.Fatalf("byte %d flipped: accepted", i)
		}
	}
}

func TestACAThatWasMovedAwayIsFollowedByANewOne(t *testing.T) {
	t.Parallel()
	o := Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell}
	before := caOf(open(t, o))
	for _, name := range []string{caPrivate, caPublic} { // what the messages tell people to do
		if err := os.Remove(filepath.Join(o.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	k := open(t, o)
	if bytes.Equal(before, caOf(k)) {
		t.Fatal("the same CA")
	}
	visit(t, k, caOf(k), "hub")
}

func TestALostPublicFileComesBack(t *testing.T) {
	t.Parallel()
	o := Options{Mode: SelfSigned, Dir: t.TempDir(), Interfaces: newMachine("hub").tell}
	k := open(t, o)
	path := filepath.Join(o.Dir, caPublic)
	if err := os.Remove(path); err != nil { // a power cut right after the CA was made
		t.Fatal(err)
	}
	open(t, o)
	if !bytes.Equal(read(t, path), caOf(k)) {
		t.Error("the public file is not the CA's certificate")
	}
}

func TestKeysAreForTheHubsUserAlone(t *testing.T) {
	t.Parallel()
	book := &logbook{}
	o := Options{Mode: SelfSigned, Dir: filepath.Join(t.TempDir(), "tls"), Interfaces: newMachine("hub").tell, Log: book.logger()}
	open(t, o)
	want := map[string]fs.FileMode{".": 0o700, caPrivate: 0o600, serverPrivate: 0o600, caPublic: 0o600}
	hold := func() {
		t.Helper()
		for name, mode := range want {
			info, err := os.Stat(filepath.Join(o.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != mode {
				t.Errorf("%s has mode %o", name, info.Mode().Perm())
			}
		}
	}
	hold()
	for name := range want { // a careless chmod -R, or a backup that was put back
		if err := os.Chmod(filepath.Join(o.Dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if f := Check(o); len(f) != 4 || f[0].Level != Warn || f[0].Do != "chmod 0700 "+o.Dir {
		t.Errorf("findings %v", f)
	}
	want[caPublic] = 0o755
	open(t, o)
	hold()
	if n := book.count("other users could read a private key"); n != 2 {
		t.Errorf("%d warnings", n)
	}
	if bytes.Contains(read(t, filepath.Join(o.Dir, caPublic)), []byte("PRIVATE")) {
		t.Error("the public file holds a key")
	}
}

func TestTheCAsNameFitsIntoACommonName(t *testing.T) {
	t.Parallel()
	for _, machine := range []string{"hub", strings.Repeat("long-", 12) + "hub"} {
		a, err := newAuthority(machine, names{}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if cn := a.cert.Subject.CommonName; len(cn) > 64 || !strings.HasPrefix(cn, "avhub CA of "+machine[:3]) {
			t.Errorf("%q has %d characters", cn, len(cn))
		}
	}
}
