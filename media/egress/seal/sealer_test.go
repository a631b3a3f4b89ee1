package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

func fromHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 3711 appendix B.3.
func TestKeyDerivation(t *testing.T) {
	t.Parallel()
	master, err := aes.NewCipher(fromHex(t, "E1F97A0D3E018BE0D64FA32C06DE4139"))
	if err != nil {
		t.Fatal(err)
	}
	salt := fromHex(t, "0EC675AD498AFEEBB6960B3AABE6")
	for _, c := range []struct {
		label byte
		want  string
	}{
		{labelEncryption, "C61E7A93744F39EE10734AFE3FF7A087"},
		{labelSalt, "30CBBC08863D8C85D49DB34A9AE1"},
		{labelAuthentication, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"},
	} {
		want := fromHex(t, c.want)
		if got := derive(master, salt, c.label, len(want)); !bytes.Equal(got, want) {
			t.Errorf("label %d: %X", c.label, got)
		}
	}
}

// RFC 7714 section 16.1.1, whose keys are session keys.
func TestGCMAsInTheRFC(t *testing.T) {
	t.Parallel()
	s, err := New(GCM, make([]byte, keySize), make([]byte, gcmSalt))
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(fromHex(t, "000102030405060708090a0b0c0d0e0f"))
	if err != nil {
		t.Fatal(err)
	}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		t.Fatal(err)
	}
	copy(s.salt[:], fromHex(t, "517569642070726f2071756f"))
	header := fromHex(t, "8040f17b8041f8d35501a0b2")
	payload := []byte("Gallia est omnis divisa in partes tres")
	want := fromHex(t, "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce")
	buf := append(make([]byte, 0, 200), header...)
	if got := s.Seal(buf, len(header), payload, 0)[len(header):]; !bytes.Equal(got, want) {
		t.Errorf("%x", got)
	}
}

// peer opens what a sealer has sealed, by the library that browsers' tests use.
func peer(t *testing.T, p Profile) (*Sealer, *srtp.Context) {
	t.Helper()
	key, salt := make([]byte, keySize), make([]byte, map[Profile]int{GCM: gcmSalt, SHA1: sha1Salt}[p])
	for i := range key {
		key[i] = byte(rand.N(256))
	}
	for i := range salt {
		salt[i] = byte(rand.N(256))
	}
	s, err := New(p, key, salt)
	if err != nil {
		t.Fatal(err)
	}
	c, err := srtp.CreateContext(key, salt, map[Profile]srtp.ProtectionProfile{
		GCM: srtp.ProtectionProfileAeadAes128Gcm, SHA1: srtp.ProtectionProfileAes128CmHmacSha1_80,
	}[p])
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func header(t *testing.T, h rtp.Header) []byte {
	t.Helper()
	b, err := h.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheOtherSideOpensEveryPacket(t *testing.T) {
	t.Parallel()
	for _, p := range []Profile{GCM, SHA1} {
		s, c := peer(t, p)
		var roll Rollover
		seq := uint16(30_000)
		for i := range 140_000 { // twice round
			if i > 10 && i < 139_000 && i%65_536 > 300 && i%65_536 < 65_000 {
				seq++
				roll.Counter(seq)
				if i%1000 != 0 {
					continue
				}
			} else {
				seq++
			}
			h := rtp.Header{Version: 2, Marker: i%7 == 0, PayloadType: 96, SequenceNumber: seq, Timestamp: uint32(i) * 3000, SSRC: 0xdecafbad}
			if i%3 == 0 {
				if err := h.SetExtension(5, []byte{1, 2, 3}); err != nil {
					t.Fatal(err)
				}
			}
			payload := bytes.Repeat([]byte{byte(i)}, i%1300)
			head := header(t, h)
			sealed := s.Seal(append(make([]byte, 0, 1500), head...), len(head), payload, roll.Counter(seq))
			if len(sealed) != len(head)+len(payload)+s.Overhead() {
				t.Fatalf("%d bytes of %d", len(sealed), len(payload))
			}
			opened, err := c.DecryptRTP(nil, sealed, nil)
			if err != nil {
				t.Fatalf("profile %d, packet %d, number %d: %v", p, i, seq, err)
			}
			if !bytes.Equal(opened[len(head):], payload) {
				t.Fatalf("profile %d, packet %d: another payload", p, i)
			}
		}
	}
}

func TestRolloverOfLatePackets(t *testing.T) {
	t.Parallel()
	var r Rollover
	for _, c := range []struct {
		seq uint16
		roc uint32
	}{{65_000, 0}, {65_535, 0}, {0, 1}, {65_530, 0}, {3, 1}, {32_000, 1}, {64_000, 1}, {5, 2}, {63_900, 1}, {20_000, 2}, {4, 2}} {
		if got := r.Counter(c.seq); got != c.roc {
			t.Errorf("%d: %d, want %d", c.seq, got, c.roc)
		}
	}
}

func TestKeysOfTheWrongSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p         Profile
		key, salt int
	}{{GCM, 16, 14}, {SHA1, 16, 12}, {GCM, 32, 12}, {GCM, 0, 0}, {0, 16, 12}} {
		if _, err := New(c.p, make([]byte, c.key), make([]byte, c.salt)); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func TestSealingAllocatesNothing(t *testing.T) {
	for _, p := range []Profile{GCM, SHA1} {
		s, _ := peer(t, p)
		buf, payload := make([]byte, 12, 1500), make([]byte, 1180)
		if n := testing.AllocsPerRun(1000, func() { s.Seal(buf, 12, payload, 0) }); n != 0 {
			t.Errorf("profile %d: %v allocations", p, n)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	for name, p := range map[string]Profile{"gcm": GCM, "sha1": SHA1} {
		b.Run(name, func(b *testing.B) {
			s, err := New(p, make([]byte, keySize), make([]byte, map[Profile]int{GCM: gcmSalt, SHA1: sha1Salt}[p]))
			if err != nil {
				b.Fatal(err)
			}
			buf, payload := make([]byte, 12, 1500), make([]byte, 1180)
			for b.Loop() {
				s.Seal(buf, 12, payload, 0)
			}
		})
	}
}
