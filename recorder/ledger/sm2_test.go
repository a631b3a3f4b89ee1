package ledger

import (
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

func sm2TestKey(t testing.TB) *sm2.PrivateKey {
	t.Helper()
	key, err := LoadOrCreateSM2Key(filepath.Join(t.TempDir(), "keys", "sm2.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// twoKeys is a ledger of two files signed by both keys.
func twoKeys(t testing.TB, key *sm2.PrivateKey) string {
	t.Helper()
	dir := t.TempDir()
	l := opened(t, dir, Options{SM3: true, SM2: key, FileSize: 4000})
	add(t, l, 0, 20)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSM2SignsHeadsToo(t *testing.T) {
	t.Parallel()
	key := sm2TestKey(t)
	dir := twoKeys(t, key)
	given := VerifyOptions{Key: testKey.Public().(ed25519.PublicKey), SM2: PublicSM2(key)}
	for name, o := range map[string]VerifyOptions{"keys given": given, "keys of the folder": {}} {
		r, err := Verify(dir, o)
		if err != nil || !r.Whole() || r.Heads < 2 {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
	head, err := ReadHead(dir)
	if err != nil || !head.ValidSM2(PublicSM2(key)) || head.HashSM3 == "" {
		t.Errorf("%+v %v", head, err)
	}
	if o := given; true {
		o.SM2 = PublicSM2(sm2TestKey(t))
		if r, err := Verify(dir, o); err != nil || r.Whole() {
			t.Errorf("whole by another key: %+v %v", r, err)
		}
	}
	if o := given; true {
		if r, err := Verify(fixture(t), o); err != nil || r.Whole() {
			t.Errorf("a ledger without SM2 is whole by an SM2 key: %+v %v", r, err)
		}
	}
}

func TestSM2NeedsSM3(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.TempDir(), Options{Key: testKey, Purpose: "audit", SM2: sm2TestKey(t)}); err == nil {
		t.Error("a signature over a hash that is not there")
	}
}

// TestSM2ComesAndGoes turns it on, changes the key and turns it off in one ledger.
func TestSM2ComesAndGoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := sm2TestKey(t)
	for i, o := range []Options{{}, {SM3: true}, {SM3: true, SM2: key}, {SM3: true}, {}} {
		l := opened(t, dir, o)
		add(t, l, 3*i, 3*i+3)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r := verified(t, dir)
	if !r.Whole() || r.Files != 5 || len(read(t, dir, 0)) != 15 {
		t.Errorf("%+v", r)
	}
	// Another key is another signer.
	l := opened(t, dir, Options{SM3: true, SM2: sm2TestKey(t)})
	add(t, l, 15, 16)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, dir); r.Whole() || !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Problem == OtherKey }) {
		t.Errorf("%+v", r)
	}
}

func TestSM2KeysAreKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "sm2.pem")
	first, err := LoadOrCreateSM2Key(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrCreateSM2Key(path)
	if err != nil || !first.Equal(again) {
		t.Errorf("another key the second time: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, err := LoadOrCreateKey(path); err == nil || !strings.Contains(err.Error(), "ledger key") {
		t.Errorf("an SM2 key is taken for the other: %v", err)
	}
}

// TestEveryByteCounts changes each byte of the folder's small files, and many of the
// entries': nothing of it may pass.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	dir := twoKeys(t, sm2TestKey(t))
	mustBeWhole(t, dir)
	for _, name := range []string{headFile, publicFile, publicSM2File, Numbered.file(1), Numbered.file(2)} {
		path := filepath.Join(dir, name)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		step := 1
		if len(was) > 2000 {
			step = 53
		}
		for i := 0; i < len(was); i += step {
			b := slices.Clone(was)
			b[i] ^= 1 << (i % 7)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if r, err := Verify(dir, VerifyOptions{}); err == nil && r.Whole() {
				t.Errorf("%s: byte %d, %q as %q, is not missed: …%s", name, i, was[i], b[i], was[max(0, i-20):min(len(was), i+20)])
			}
		}
		if err := os.WriteFile(path, was, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustBeWhole(t, dir)
}

// TestSM2SignatureOfTheWrongOne replaces signatures by others of the same key.
func TestSM2SignatureOfTheWrongOne(t *testing.T) {
	t.Parallel()
	key := sm2TestKey(t)
	dir := twoKeys(t, key)
	raw, err := os.ReadFile(filepath.Join(dir, headFile))
	if err != nil {
		t.Fatal(err)
	}
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(k *kept){
		"another hash": func(k *kept) {
			k.HashSM3 = noHash.sm3
			k.Head, _ = k.Head.sign(testKey, key)
		},
		"none": func(k *kept) { k.SM2 = "" },
		"over another entry": func(k *kept) {
			h := k.Head
			h.N--
			h, _ = h.sign(testKey, key)
			k.SM2 = h.SM2
		},
	} {
		bad := k
		change(&bad)
		b, _ := bad.marshal()
		if err := os.WriteFile(filepath.Join(dir, headFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := verified(t, dir); r.Whole() {
			t.Errorf("%s: whole", name)
		}
	}
}
