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
	sha1Salt    = 14
	sha1KeySize = 20
	sha1TagSize = 10
	headerLeast = 12
	// MaxOverhead is how much a packet grows at most.
	MaxOverhead = 16
)

// Sealer seals the packets of one session.
type Sealer struct {
	profile Profile
	salt    [aes.BlockSize]byte

	aead  cipher.AEAD // GCM
	nonce [gcmSalt]byte

	block  cipher.Block // SHA1
	mac    hash.Hash
	iv     [aes.BlockSize]byte
	stream [aes.BlockSize]byte
	roc    [4]byte
	tag    []byte
}

// New makes a sealer of the master key and salt that DTLS has agreed on.
func New(p Profile, key, salt []byte) (*Sealer, error) {
	want := map[Profile]int{GCM: gcmSalt, SHA1: sha1Salt}[p]
	if want == 0 || len(key) != keySize || len(salt) != want {
		return nil, fmt.Errorf("SRTP profile %d: key of %d and salt of %d bytes do not fit", p, len(key), len(salt))
	}
	master, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	s := &Sealer{profile: p}
	copy(s.salt[:], derive(master, salt, labelSalt, want))
	if s.block, err = aes.NewCipher(derive(master, salt, labelEncryption, keySize)); err != nil {
		return nil, err
	}
	if p == GCM {
		s.aead, err = cipher.NewGCM(s.block)
		return s, err
	}
	s.mac = hmac.New(sha1.New, derive(master, salt, labelAuthentication, sha1KeySize))
	s.tag = make([]byte, 0, sha1KeySize)
	return s, nil
}

// Overhead is how many bytes a packet grows by.
func (s *Sealer) Overhead() int {
	if s.profile == GCM {
		return MaxOverhead
	}
	return sha1TagSize
}

// Seal seals one packet. The header, with its extensions, is the last header
// bytes of buf; the sealed payload and the tag are appended. buf must have room.
// The payload may lie right behind the header in buf's spare room.
func (s *Sealer) Seal(buf []byte, header int, payload []byte, roc uint32) []byte {
	head := buf[len(buf)-header:]
	if s.profile == GCM {
		// RFC 7714 section 8.1: 16 bits of zero, SSRC, roll-over counter, sequence number.
		clear(s.nonce[:2])
		copy(s.nonce[2:6], head[8:12])
		binary.BigEndian.PutUint32(s.nonce[6:], roc)
		copy(s.nonce[10:], head[2:4])
		subtle.XORBytes(s.nonce[:], s.nonce[:], s.salt[:gcmSalt])
		return s.aead.Seal(buf, s.nonce[:], payload, head)
	}
	return s.sealSHA1(buf, header, payload, roc)
}

// sealSHA1 is counter mode and an authentication tag of 80 bits (RFC 3711
// sections 4.1.1 and 4.2).
func (s *Sealer) sealSHA1(buf []byte, header int, payload []byte, roc uint32) []byte {
	start := len(buf) - header
	head := buf[start:]
	s.iv = s.salt // the last two bytes count blocks
	subtle.XORBytes(s.iv[4:8], s.iv[4:8], head[8:12])
	binary.BigEndian.PutUint32(s.roc[:], roc)
	subtle.XORBytes(s.iv[8:12], s.iv[8:12], s.roc[:])
	subtle.XORBytes(s.iv[12:14], s.iv[12:14], head[2:4])
	end := len(buf) + len(payload)
	out := buf[len(buf):end]
	for i := 0; len(payload) > 0; i++ {
		binary.BigEndian.PutUint16(s.iv[14:], uint16(i))
		s.block.Encrypt(s.stream[:], s.iv[:])
		n := subtle.XORBytes(out, payload, s.stream[:min(len(payload), aes.BlockSize)])
		out, payload = out[n:], payload[n:]
	}
	buf = buf[:end]
	s.mac.Reset()
	s.mac.Write(buf[start:])
	s.mac.Write(s.roc[:])
	s.tag = s.mac.Sum(s.tag[:0])
	return append(buf, s.tag[:sha1TagSize]...)
}

// Rollover extends the sequence numbers of one SSRC to 48 bits (RFC 3711
// section 3.3.1). Its zero value is before the first packet. The first number
// must lie under 2¹⁵, or the other side cannot know the counter if that packet
// is lost.
type Rollover struct {
	highest uint64 // 1 + the highest index so far
}

// Counter is the roll-over counter that belongs to a sequence number, which may
// be new or one of the last 2¹⁵.
func (r *Rollover) Counter(seq uint16) uint32 {
	if r.highest == 0 {
		r.highest = uint64(seq) + 1
		return 0
	}
	last := r.highest - 1
	index := last&^0xffff | uint64(seq)
	switch d := int64(index) - int64(last); {
	case d > 1<<15 && index >= 1<<16:
		index -= 1 << 16
	case d <= -1<<15:
		index += 1 << 16
	}
	r.highest = max(r.highest, index+1)
	return uint32(index >> 16)
}
