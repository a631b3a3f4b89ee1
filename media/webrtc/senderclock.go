package webrtc

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
	pion "github.com/pion/webrtc/v4"
)

// senderClock relates a publisher's RTP timestamps to its NTP clock, by its
// sender reports (RFC 3550 section 6.4.1).
type senderClock struct {
	rate int

	mu  sync.Mutex
	ntp time.Time
	rtp uint32
}

// at is the publisher's time for a timestamp, zero before the first report.
func (c *senderClock) at(stamp uint32) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ntp.IsZero() {
		return time.Time{}
	}
	return c.ntp.Add(time.Duration(int32(stamp-c.rtp)) * time.Second / time.Duration(c.rate))
}

func (c *senderClock) report(r *rtcp.SenderReport) {
	if r.NTPTime == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ntp, c.rtp = fromNTP(r.NTPTime), r.RTPTime
}

// read takes reports until the receiver is closed.
func (c *senderClock) read(receiver *pion.RTPReceiver) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			if r, ok := p.(*rtcp.SenderReport); ok {
				c.report(r)
			}
		}
	}
}

// fromNTP reads a 64-bit NTP time stamp (RFC 5905 section 6). Its seconds
// start anew in February 2036: a small number is meant after that (RFC 4330
// section 3).
func fromNTP(t uint64) time.Time {
	epoch := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	seconds := t >> 32
	if seconds < 1<<31 {
		seconds += 1 << 32
	}
	fraction := time.Duration(t & 0xffffffff * uint64(time.Second) >> 32)
	return epoch.Add(time.Duration(seconds) * time.Second).Add(fraction)
}
