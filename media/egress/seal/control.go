package seal

import (
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

// Sizes of SRTCP in bytes, and its numbers (RFC 3711 section 3.4).
const (
	controlHeader = 8 // in the open: with the SSRC
	controlIndex  = 4
	encrypted     = 1 << 31 // the flag in front of the index
	// MaxControlOverhead is how much a packet of RTCP grows at most.
	MaxControlOverhead = gcmTagSize + controlIndex
	maxSources         = 8 // whose numbers are remembered
	replayWindow       = 64
)

// Why a packet is not sealed, or not opened.
var (
	ErrWornOut    = errors.New("SRTCP: all 2³¹ numbers of the session are used: it must begin anew")
	ErrNotSealed  = errors.New("SRTCP: not sealed with the session's keys")
	ErrReplayed   = errors.New("SRTCP: it came before, or too late")
	ErrTooMany    = errors.New("SRTCP: one more source than are taken")
	errNoControls = errors.New("SRTCP: shorter than any packet")
)

// Control seals the RTCP packets that a session sends, or opens those that it
// receives: one for each direction. It allocates nothing for a packet and is not safe
// for concurrent use.
type Control struct {
	suite
	index   uint32 // of the last packet that was sealed
	sources []source
	aad     [controlHeader + controlIndex]byte
}

// source is who sends, with which of its numbers came: the highest, and of the 63
// before it those whose bits are set.
type source struct {
	ssrc, highest uint32
	came          uint64
}

// NewControl makes one of the master key and salt of the packets' sender.
func NewControl(p Profile, key, salt []byte) (*Control, error) {
	s, err := newSuite(p, key, salt, labelsRTCP)
	if err != nil {
		return nil, err
	}
	return &Control{suite: s}, nil
}

// Overhead is how many bytes a packet grows by.
func (c *Control) Overhead() int {
	if c.profile == GCM {
		return gcmTagSize + controlIndex
	}
	return sha1TagSize + controlIndex
}

// Seal seals a compound packet in place; it must have room for Overhead bytes more.
func (c *Control) Seal(packet []byte) ([]byte, error) {
	if len(packet) < controlHeader {
		return nil, errNoControls
	}
	if c.index >= encrypted-1 {
		return nil, ErrWornOut
	}
	c.index++
	var number [controlIndex]byte
	binary.BigEndian.PutUint32(number[:], encrypted|c.index)
	body := packet[controlHeader:]
	if c.profile == GCM {
		c.prepare(packet, c.index)
		sealed := c.aead.Seal(packet[:controlHeader], c.nonce[:], body, c.aad[:])
		return append(sealed, number[:]...), nil
	}
	c.prepareSHA1(packet, c.index)
	c.counterMode(body, body)
	packet = append(packet, number[:]...)
	return append(packet, c.authenticate(packet, nil)...), nil
}

// Open opens a packet in place. Nothing is opened twice, and nothing that is not
// encrypted is taken.
func (c *Control) Open(packet []byte) ([]byte, error) {
	if len(packet) < controlHeader+c.Overhead() {
		return nil, errNoControls
	}
	at := len(packet) - controlIndex // of the number
	if c.profile == SHA1 {
		at -= sha1TagSize
	}
	ssrc, number := binary.BigEndian.Uint32(packet[4:]), binary.BigEndian.Uint32(packet[at:])
	if number&encrypted == 0 {
		return nil, ErrNotSealed
	}
	index := number &^ encrypted
	s := c.source(ssrc)
	switch {
	case s == nil && len(c.sources) >= maxSources:
		return nil, ErrTooMany // each takes memory
	case s != nil && !s.fresh(index):
		return nil, ErrReplayed
	}
	plain, ok := c.open(packet, at, index)
	if !ok {
		return nil, ErrNotSealed
	}
	if s == nil {
		c.sources = append(c.sources, source{ssrc: ssrc})
		s = &c.sources[len(c.sources)-1]
	}
	s.note(index)
	return plain, nil
}

// open decrypts a packet whose number stands at the given place, if it is authentic.
func (c *Control) open(packet []byte, at int, index uint32) ([]byte, bool) {
	if c.profile == GCM {
		c.prepare(packet, index)
		body := packet[controlHeader:at]
		plain, err := c.aead.Open(body[:0], c.nonce[:], body, c.aad[:])
		return packet[:controlHeader+len(plain)], err == nil
	}
	end := at + controlIndex
	if subtle.ConstantTimeCompare(c.authenticate(packet[:end], nil), packet[end:]) != 1 {
		return nil, false
	}
	c.prepareSHA1(packet, index)
	body := packet[controlHeader:at]
	c.counterMode(body, body)
	return packet[:at], true
}

// prepare makes nonce and associated data of a packet (RFC 7714 sections 9.1 and 9.3).
func (c *Control) prepare(packet []byte, index uint32) {
	clear(c.nonce[:])
	copy(c.nonce[2:6], packet[4:controlHeader])
	binary.BigEndian.PutUint32(c.nonce[8:], index)
	subtle.XORBytes(c.nonce[:], c.nonce[:], c.salt[:gcmSalt])
	copy(c.aad[:], packet[:controlHeader])
	binary.BigEndian.PutUint32(c.aad[controlHeader:], encrypted|index)
}

// prepareSHA1 makes the counter (RFC 3711 section 4.1.1).
func (c *Control) prepareSHA1(packet []byte, index uint32) {
	c.iv = c.salt // the last two bytes count blocks
	subtle.XORBytes(c.iv[4:8], c.iv[4:8], packet[4:controlHeader])
	binary.BigEndian.PutUint32(c.aad[:], index)
	subtle.XORBytes(c.iv[10:14], c.iv[10:14], c.aad[:controlIndex])
}

func (c *Control) source(ssrc uint32) *source {
	for i := range c.sources {
		if c.sources[i].ssrc == ssrc {
			return &c.sources[i]
		}
	}
	return nil
}

// fresh tells whether a number has not come yet (RFC 3711 section 3.3.2).
func (s *source) fresh(index uint32) bool {
	if index > s.highest {
		return true
	}
	behind := s.highest - index
	return behind < replayWindow && s.came&(1<<behind) == 0
}

// note remembers a number that is fresh.
func (s *source) note(index uint32) {
	if index > s.highest || s.came == 0 {
		s.came = s.came<<min(index-s.highest, replayWindow) | 1
		s.highest = index
		return
	}
	s.came |= 1 << (s.highest - index)
}
