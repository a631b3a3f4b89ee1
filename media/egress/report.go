package egress

import (
	"time"

	"github.com/pion/rtcp"

	"avhub/media"
)

// reportEvery is the interval of sender reports (RFC 3550 section 6.2 allows
// less than 5 s for a sender with bandwidth to spare; browsers line sound up
// with the picture at the second one).
const reportEvery = time.Second

// report sends sender reports for both tracks when they are due. They carry
// the capture time of the unit, so that the viewer lines sound and picture up
// as they were at the source. v.mu is held.
func (v *Viewer) report(out *Output, u *media.Unit) {
	if v.RTCP == nil {
		return
	}
	last := &v.lastSR[0]
	if out == v.Audio {
		last = &v.lastSR[1]
	}
	if u.Arrived.Sub(*last) < reportEvery {
		return
	}
	*last = u.Arrived
	// The report speaks of now: LSR of the answer is measured against it.
	now := time.Now()
	ahead := now.Sub(u.Arrived)
	err := v.RTCP([]rtcp.Packet{&rtcp.SenderReport{
		SSRC:        out.SSRC,
		NTPTime:     ntpTime(u.UTC.Add(ahead)),
		RTPTime:     u.Stamp + uint32(ahead.Seconds()*float64(out.ClockRate)),
		PacketCount: uint32(v.packets.Load()),
		OctetCount:  uint32(v.bytes.Load()),
	}})
	if err != nil {
		v.failed.Add(1)
		return
	}
	v.sentSR[v.srIndex%uint8(len(v.sentSR))] = sentReport{middle: uint32(ntpTime(u.UTC.Add(ahead)) >> 16), at: now}
	v.srIndex++
}

// sentReport remembers when a sender report left, by the middle 32 bits of its
// NTP time, which the viewer gives back as LSR (RFC 3550 section 6.4.1).
type sentReport struct {
	middle uint32
	at     time.Time
}

// heard works out the round trip from a reception report.
func (v *Viewer) heard(r rtcp.ReceptionReport, now time.Time) {
	v.lost.Store(r.TotalLost)
	if r.LastSenderReport == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.sentSR {
		if s.middle == r.LastSenderReport {
			held := time.Duration(r.Delay) * time.Second / 65536
			v.rtt.Store(int64(max(0, now.Sub(s.at)-held)))
		}
	}
}

// ntpEpoch is 1 January 1900, the zero of NTP time stamps.
var ntpEpoch = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// ntpTime is t as a 64-bit NTP time stamp (RFC 5905 section 6).
func ntpTime(t time.Time) uint64 {
	seconds := uint64(t.Unix() - ntpEpoch.Unix())
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return seconds<<32 | fraction
}
