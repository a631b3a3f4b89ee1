package light

import (
	"time"

	"avhub/media/egress"
)

// Bounds of RTCP that comes in.
const (
	maxRTCP    = 1500 // bytes
	rtcpHeader = 8    // the first packet's, with the SSRC
	firstRTCP  = 192  // packet types, in the second byte (RFC 5761 section 4)
	lastRTCP   = 223
)

// receiveRTP takes RTCP, which is opened in place; a viewer sends no RTP.
func (a *Agent) receiveRTP(b []byte) {
	c := &a.host.counters
	switch {
	case len(b) < rtcpHeader || len(b) > maxRTCP:
		c.malformed.Add(1)
		return
	case b[1] < firstRTCP || b[1] > lastRTCP:
		c.media.Add(1)
		return
	case !a.allowed.AllowN(time.Now(), 1):
		c.limited.Add(1)
		return
	}
	k := a.keys.Load()
	if k == nil {
		c.unknown.Add(1)
		return
	}
	plain, err := k.open(b)
	if err != nil {
		c.unauthentic.Add(1)
		return
	}
	said, err := egress.ReadFeedback(plain)
	if err != nil {
		c.malformed.Add(1)
		return
	}
	if a.ctx.Err() == nil {
		a.events.Feedback(said)
	}
}

// open checks and decrypts RTCP; nothing is accepted twice.
func (k *keys) open(b []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.in.Open(b)
}
