package seal

import (
	"crypto/subtle"
	"encoding/binary"

	"avhub/media/egress/prefetch"
)

// MaxOverhead is how much a packet of RTP grows at most, in bytes.
const MaxOverhead = gcmTagSize

// Sealer seals the RTP packets of one session.
type Sealer struct {
	suite
	roc [4]byte
}

// New makes a sealer of the master key and salt that DTLS has agreed on.
func New(p Profile, key, salt []byte) (*Sealer, error) {
	s, err := newSuite(p, key, salt, labelsRTP)
	if err != nil {
		return nil, err
	}
	return &Sealer{suite: s}, nil
}

// Hot says what Seal needs of memory.
func (s *Sealer) Hot(hot *prefetch.Set) {
	prefetch.Add(hot, s)
	hot.AddBehind(s.aead)
	hot.AddBehind(s.block)
}

// Overhead is how many bytes a packet grows by.
func (s *Sealer) Overhead() int {
	if s.profile == GCM {
		return gcmTagSize
	}
	return sha1TagSize
}

// Seal seals one packet. The header, with its extensions, is the last header
// bytes of buf; the sealed payload and the tag are appended. buf must have room.
// The payload may lie right behind the header in buf's spare room.
func (s *Sealer) Seal(buf []byte, header int, payload []byte, roc uint32) []byte {
	head := buf[len(buf)-header:]
	if s.profile == GCM {
		// RFC 7714 section 8.1: 16 bits of zero, SSRC, roll-over counter, sequence number,
		// with the salt.
		copy(s.nonce[:2], s.salt[:2])
		binary.BigEndian.PutUint32(s.nonce[2:], binary.BigEndian.Uint32(head[8:])^binary.BigEndian.Uint32(s.salt[2:]))
		binary.BigEndian.PutUint32(s.nonce[6:], roc^binary.BigEndian.Uint32(s.salt[6:]))
		binary.BigEndian.PutUint16(s.nonce[10:], binary.BigEndian.Uint16(head[2:])^binary.BigEndian.Uint16(s.salt[10:]))
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
	s.counterMode(buf[len(buf):end], payload)
	buf = buf[:end]
	return append(buf, s.authenticate(buf[start:], s.roc[:])...)
}
