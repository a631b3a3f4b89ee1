package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/pion/srtp/v3"
)

// RFC 7714 section 17.1, whose keys are session keys.
func TestControlByGCMAsInTheRFC(t *testing.T) {
	t.Parallel()
	c := controls(t, GCM)
	block, err := aes.NewCipher(fromHex(t, "000102030405060708090a0b0c0d0e0f"))
	if err != nil {
		t.Fatal(err)
	}
	if c.aead, err = cipher.NewGCM(block); err != nil {
		t.Fatal(err)
	}
	copy(c.salt[:], fromHex(t, "517569642070726f2071756f"))
	c.index = 0x5d3
	plain := fromHex(t, "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef")
	want := fromHex(t, "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4")
	sealed, err := c.Seal(append(make([]byte, 0, 200), plain...))
	if err != nil || !bytes.Equal(sealed, want) {
		t.Errorf("%x (%v)", sealed, err)
	}
	opened, err := c.Open(bytes.Clone(want))
	if err != nil || !bytes.Equal(opened, plain) {
		t.Errorf("%x (%v)", opened, err)
	}
}

// controls are keys that are the same in every run.
func controls(t testing.TB, p Profile) *Control {
	t.Helper()
	c, err := NewControl(p, make([]byte, keySize), make([]byte, saltOf(p)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func saltOf(p Profile) int { return map[Profile]int{GCM: gcmSalt, SHA1: sha1Salt}[p] }

// theirs is the other side: the library that browsers' tests use.
func theirs(t testing.TB, p Profile) *srtp.Context {
	t.Helper()
	c, err := srtp.CreateContext(make([]byte, keySize), make([]byte, saltOf(p)), map[Profile]srtp.ProtectionProfile{
		GCM: srtp.ProtectionProfileAeadAes128Gcm, SHA1: srtp.ProtectionProfileAes128CmHmacSha1_80,
	}[p], srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// compound is a receiver's report with so many words behind it.
func compound(ssrc uint32, words int) []byte {
	b := append(make([]byte, 0, 1500), 0x80, 201, byte((words+1)>>8), byte(words+1))
	b = binary.BigEndian.AppendUint32(b, ssrc)
	return append(b, bytes.Repeat([]byte{1, 2, 3, 4}, words)...)
}

func TestBothSidesOpenEachOthersReports(t *testing.T) {
	t.Parallel()
	for _, p := range []Profile{GCM, SHA1} {
		ours, other := controls(t, p), theirs(t, p)
		for i := range 500 {
			plain := compound(uint32(i%3), i%300)
			sealed, err := ours.Seal(bytes.Clone(plain))
			if err != nil || len(sealed) != len(plain)+ours.Overhead() {
				t.Fatalf("%d bytes of %d: %v", len(sealed), len(plain), err)
			}
			if got, err := other.DecryptRTCP(nil, sealed, nil); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("profile %d: theirs of ours: %x, %v", p, got, err)
			}
		}
		ours, other = controls(t, p), theirs(t, p)
		for i := range 500 {
			plain := compound(uint32(i%3), i%300)
			sealed, err := other.EncryptRTCP(nil, plain, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ours.Open(sealed); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("profile %d: ours of theirs: %x, %v", p, got, err)
			}
		}
	}
}

func TestAReportIsOpenedOnce(t *testing.T) {
	t.Parallel()
	for _, p := range []Profile{GCM, SHA1} {
		ours, other := controls(t, p), controls(t, p)
		var all [][]byte
		for range 200 {
			sealed, err := other.Seal(compound(7, 3))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, sealed)
		}
		for _, c := range []struct {
			number int
			want   error
		}{{10, nil}, {10, ErrReplayed}, {5, nil}, {5, ErrReplayed}, {100, nil}, {37, nil}, {37, ErrReplayed}, {36, ErrReplayed}, {99, nil}, {100, ErrReplayed}, {199, nil}, {100, ErrReplayed}, {136, nil}, {198, nil}} {
			if _, err := ours.Open(bytes.Clone(all[c.number])); !errors.Is(err, c.want) {
				t.Errorf("profile %d, number %d: %v", p, c.number, err)
			}
		}
	}
}

// A forged packet is not opened, and does not make the true one look like a replay.
func TestForgedReportsAreNotOpened(t *testing.T) {
	t.Parallel()
	for _, p := range []Profile{GCM, SHA1} {
		ours, other := controls(t, p), controls(t, p)
		sealed, err := other.Seal(compound(7, 5))
		if err != nil {
			t.Fatal(err)
		}
		for i := range sealed {
			forged := bytes.Clone(sealed)
			forged[i] ^= 0x10
			if _, err := ours.Open(forged); err == nil {
				t.Errorf("profile %d: opened with byte %d changed", p, i)
			}
			if _, err := ours.Open(bytes.Clone(sealed[:i])); err == nil {
				t.Errorf("profile %d: the first %d bytes were opened", p, i)
			}
		}
		bare := bytes.Clone(sealed) // as if it were not encrypted
		at := len(bare) - controlIndex
		if p == SHA1 {
			at -= sha1TagSize
		}
		bare[at] &^= 0x80
		if _, err := ours.Open(bare); !errors.Is(err, ErrNotSealed) {
			t.Errorf("profile %d: %v", p, err)
		}
		if _, err := ours.Open(sealed); err != nil {
			t.Errorf("profile %d: the true one: %v", p, err)
		}
	}
}

func TestSoManySourcesAreRemembered(t *testing.T) {
	t.Parallel()
	ours, other := controls(t, GCM), controls(t, GCM)
	for i := range uint32(maxSources + 3) {
		sealed, err := other.Seal(compound(i, 1))
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]error{true: ErrTooMany}[i >= maxSources]
		if _, err := ours.Open(sealed); !errors.Is(err, want) {
			t.Errorf("source %d: %v", i, err)
		}
	}
}

func TestNumbersThatAreUsedUpEndTheSealing(t *testing.T) {
	t.Parallel()
	c := controls(t, GCM)
	c.index = encrypted - 2
	if _, err := c.Seal(compound(7, 1)); err != nil {
		t.Errorf("the last number: %v", err)
	}
	if _, err := c.Seal(compound(7, 1)); !errors.Is(err, ErrWornOut) {
		t.Errorf("after the last number: %v", err)
	}
}

func TestReportsAllocateNothing(t *testing.T) {
	const runs = 500
	for _, p := range []Profile{GCM, SHA1} {
		ours, other := controls(t, p), controls(t, p)
		plain := compound(7, 9)
		if n := testing.AllocsPerRun(runs, func() {
			if _, err := ours.Seal(plain); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("profile %d: %v allocations to seal one", p, n)
		}
		var all [][]byte
		for range runs + 1 {
			sealed, err := other.Seal(compound(7, 9))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, sealed)
		}
		if n := testing.AllocsPerRun(runs, func() {
			if _, err := ours.Open(all[0]); err != nil {
				t.Error(err)
			}
			all = all[1:]
		}); n > 0 {
			t.Errorf("profile %d: %v allocations to open one", p, n)
		}
	}
}

// Nothing but what was sealed with the keys is opened, and nothing panics.
func FuzzOpen(f *testing.F) {
	sealed, err := controls(f, GCM).Seal(compound(7, 2))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed, true)
	f.Add(compound(7, 20), false)
	f.Add([]byte{0x80, 201}, true)
	f.Fuzz(func(t *testing.T, b []byte, gcm bool) {
		p := map[bool]Profile{true: GCM, false: SHA1}[gcm]
		key := make([]byte, keySize)
		key[rand.IntN(keySize)] = 1 // not the seed's
		c, err := NewControl(p, key, make([]byte, saltOf(p)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Open(bytes.Clone(b)); err == nil {
			t.Errorf("%x was opened", b)
		}
	})
}
