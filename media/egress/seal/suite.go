package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1" // RFC 3711 has no other
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
)

// Profile is how packets are sealed.
type Profile uint8

// The profiles that browsers have.
const (
	GCM  Profile = iota + 1 // AEAD_AES_128_GCM (RFC 7714)
	SHA1                    // AES_CM_128_HMAC_SHA1_80 (RFC 3711), for old clients
)

// Sizes in bytes.
const (
	keySize     = 16
	gcmSalt     = 12
	gcmTagSize  = 16
	sha1Salt    = 14
	sha1KeySize = 20
	sha1TagSize = 10
)

// suite is the session keys of one of both protocols, SRTP or SRTCP, with the room to
// use them without an allocation.
type suite struct {
	profile Profile
	salt    [aes.BlockSize]byte

	aead  cipher.AEAD // GCM
	nonce [gcmSalt]byte

	block  cipher.Block // SHA1
	mac    hash.Hash
	iv     [aes.BlockSize]byte
	stream [aes.BlockSize]byte
	tag    []byte
}

// newSuite derives the session keys of the labels from first on from the master key and
// salt that DTLS has agreed on.
func newSuite(p Profile, key, salt []byte, first byte) (suite, error) {
	want := map[Profile]int{GCM: gcmSalt, SHA1: sha1Salt}[p]
	if want == 0 || len(key) != keySize || len(salt) != want {
		return suite{}, fmt.Errorf("SRTP profile %d: key of %d and salt of %d bytes do not fit", p, len(key), len(salt))
	}
	master, err := aes.NewCipher(key)
	if err != nil {
		return suite{}, err
	}
	s := suite{profile: p}
	copy(s.salt[:], derive(master, salt, first+labelSalt, want))
	block, err := aes.NewCipher(derive(master, salt, first+labelEncryption, keySize))
	if err != nil {
		return suite{}, err
	}
	if p == GCM {
		s.aead, err = cipher.NewGCM(block)
		return s, err
	}
	s.block = block
	s.mac = hmac.New(sha1.New, derive(master, salt, first+labelAuthentication, sha1KeySize))
	s.tag = make([]byte, 0, sha1KeySize)
	return s, nil
}

// counterMode encrypts or decrypts from in to out, which may be the same, with the
// counter that stands in iv (RFC 3711 section 4.1.1).
func (s *suite) counterMode(out, in []byte) {
	for i := 0; len(in) > 0; i++ {
		binary.BigEndian.PutUint16(s.iv[14:], uint16(i))
		s.block.Encrypt(s.stream[:], s.iv[:])
		n := subtle.XORBytes(out, in, s.stream[:min(len(in), aes.BlockSize)])
		out, in = out[n:], in[n:]
	}
}

// authenticate is the tag of what is given, one after the other; it holds until the
// next one.
func (s *suite) authenticate(packet, behind []byte) []byte {
	s.mac.Reset()
	s.mac.Write(packet)
	s.mac.Write(behind)
	s.tag = s.mac.Sum(s.tag[:0])
	return s.tag[:sha1TagSize]
}
