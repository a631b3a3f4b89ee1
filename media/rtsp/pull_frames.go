package rtsp

import (
	"encoding/binary"
	"io"
)

// interleaved looks whether a '$' begins a packet or stands in bytes that got
// out of step: RTP and RTCP both begin with version 2.
func (c *tidyConn) interleaved(channel, size int) error {
	if size < 2 {
		_, err := c.r.Discard(4 + size)
		return err
	}
	head, err := c.r.Peek(5)
	if err != nil {
		return err
	}
	if head[4]>>6 != 2 {
		_, err := c.r.Discard(1)
		return err
	}
	return c.frame(channel, size)
}

// frame reads an interleaved packet and puts it on the channel that was asked
// for. Cameras answer SETUP with one pair of channels and send on another, or
// swap the channels of RTP and RTCP, or of sound and picture: so a packet is
// told by what is in it first, and by its channel where that is not enough.
func (c *tidyConn) frame(channel, size int) error {
	start := len(c.out)
	if cap(c.out) < start+4+size {
		grown := make([]byte, start, start+4+max(size, 2048))
		copy(grown, c.out)
		c.out = grown
	}
	c.out = c.out[:start+4+size]
	if _, err := io.ReadFull(c.r, c.out[start:]); err != nil {
		c.out = c.out[:start]
		return err
	}
	c.mu.Lock()
	to, ok := c.route(channel, c.out[start+4:])
	if !ok {
		c.dropped++
	}
	c.mu.Unlock()
	if !ok {
		c.out = c.out[:start]
		return nil
	}
	c.out[start+1] = byte(to)
	return nil
}

// route finds the channel for a packet. A payload type that the description
// does not name is put right.
func (c *tidyConn) route(channel int, p []byte) (int, bool) {
	if len(p) < 8 || p[0]>>6 != 2 {
		return 0, false
	}
	if p[1] >= 192 && p[1] <= 223 { // RTCP, RFC 5761 section 4
		ssrc := binary.BigEndian.Uint32(p[4:])
		i, ok := c.bySSRC[ssrc]
		if !ok {
			i = c.byChannel(channel)
		}
		if i < 0 {
			return 0, false
		}
		return c.ways[i].want + 1, true
	}
	if len(p) < 12 {
		return 0, false
	}
	pt := p[1] & 0x7f
	i := c.byPayloadType(pt, channel)
	if i < 0 {
		if i = c.byChannel(channel); i < 0 || c.named(pt) {
			return 0, false
		}
		p[1] = p[1]&0x80 | c.ways[i].pt
	}
	if len(c.bySSRC) < 64 {
		c.bySSRC[binary.BigEndian.Uint32(p[8:])] = i
	}
	return c.ways[i].want, true
}

// byPayloadType finds the way with the payload type; when several have it, the
// one with the channel.
func (c *tidyConn) byPayloadType(pt uint8, channel int) int {
	found, n := -1, 0
	for i, w := range c.ways {
		if w.pt == pt {
			found = i
			n++
		}
	}
	if n > 1 {
		return c.byChannel(channel)
	}
	return found
}

func (c *tidyConn) byChannel(channel int) int {
	for i, w := range c.ways {
		if w.server[0] == channel || w.server[1] == channel {
			return i
		}
	}
	return -1
}

// named tells whether the description names a payload type for another use:
// metadata on a shared channel is not taken for a picture.
func (c *tidyConn) named(pt uint8) bool {
	if c.offer == nil {
		return true
	}
	for _, t := range c.offer.other {
		if t == pt {
			return true
		}
	}
	return false
}
