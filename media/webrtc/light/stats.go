package light

import "sync/atomic"

// Stats count what came in and was not used, since the beginning.
type Stats struct {
	Malformed    uint64 // neither STUN, DTLS nor RTP, or no valid STUN
	Unauthentic  uint64 // STUN or SRTCP that was not made with the session's keys, or replayed
	Unknown      uint64 // from addresses and for sessions that there are not
	Limited      uint64 // beyond what one viewer may send
	Media        uint64 // RTP from somebody who only receives
	Consents     uint64 // checks answered
	ConsentsLost uint64 // sessions that stopped answering
	TCP          int64  // open ICE-TCP connections
}

type counters struct {
	malformed, unauthentic, unknown, limited, media, consents, consentsLost atomic.Uint64
	tcp                                                                     atomic.Int64
}

// Stats may be called at any time.
func (h *Host) Stats() Stats {
	c := &h.counters
	return Stats{
		c.malformed.Load(), c.unauthentic.Load(), c.unknown.Load(), c.limited.Load(), c.media.Load(),
		c.consents.Load(), c.consentsLost.Load(), c.tcp.Load(),
	}
}
