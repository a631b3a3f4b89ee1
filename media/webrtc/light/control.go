package light

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
)

// Bounds of RTCP that comes in.
const (
	maxReporters = 8    // SSRCs that one viewer reports under
	maxRTCP      = 1500 // bytes
	rtcpHeader   = 8    // the first packet's, with the SSRC
	firstRTCP    = 192  // packet types, in the second byte (RFC 5761 section 4)
	lastRTCP     = 223
)

// receiveRTP takes RTCP; a viewer sends no RTP.
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
	plain, ok := k.open(b)
	if !ok {
		c.unauthentic.Add(1)
		return
	}
	packets, err := rtcp.Unmarshal(plain)
	if err != nil {
		c.malformed.Add(1)
		return
	}
	if a.ctx.Err() == nil {
		a.events.Feedback(packets)
	}
}

// open checks and decrypts RTCP; nothing is accepted twice.
func (k *keys) open(b []byte) ([]byte, bool) {
	ssrc := binary.BigEndian.Uint32(b[4:])
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.who[ssrc]; !known && len(k.who) >= maxReporters {
		return nil, false // each takes memory for its replay window
	}
	plain, err := k.in.DecryptRTCP(nil, b, nil)
	if err != nil {
		return nil, false
	}
	k.who[ssrc] = struct{}{}
	return plain, true
}
