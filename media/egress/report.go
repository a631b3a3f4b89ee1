package egress

import (
	"time"

	"github.com/pion/rtcp"

	"avhub/media"
	"avhub/media/egress/udpout"
)

// reportEvery is the interval of sender reports (RFC 3550 section 6.2 allows
// less than 5 s for a sender with bandwidth to spare; browsers line sound up
// with the picture at the second one).
const reportEvery = time.Second

// CNAME names the hub as the source of all its streams (RFC 3550 section 6.5.1).
const CNAME = "avhub"

// reports are the sender reports of one output.
type reports struct {
	packets, bytes uint32 // sent before the last one, of this SSRC
	last           time.Time
	sent           [4]sentReport
	index          uint8
}

// sentReport remembers when a sender report left, by the middle 32 bits of its
// NTP time, which the viewer gives back as LSR (RFC 3550 section 6.4.1).
type sentReport struct {
	middle uint32
	at     time.Time
}

// report sends a sender report for an output when it is due. It carries the
// capture time of the unit, so that the viewer lines sound and picture up as
// they were at the source. v.mu is held.
func (v *Viewer) report(o *Output, b *udpout.Batch, u *media.Unit) {
	r := &o.reports
	r.packets += uint32(o.run.Payloads.Len())
	r.bytes += uint32(len(o.run.Payloads.Buf))
	if u.Arrived.Sub(r.last) < reportEvery {
		return
	}
	r.last = u.Arrived
	o.numbers.forget(u.Arrived)
	// The report speaks of now: LSR of the answer is measured against it.
	now := time.Now()
	ahead := now.Sub(u.Arrived)
	ntp := ntpTime(u.UTC.Add(ahead))
	err := v.Transport.Report(b, []rtcp.Packet{
		&rtcp.SenderReport{
			SSRC: o.SSRC, NTPTime: ntp, RTPTime: o.run.Stamp + uint32(ahead.Seconds()*float64(o.ClockRate)),
			PacketCount: r.packets, OctetCount: r.bytes,
		},
		rtcp.NewCNAMESourceDescription(o.SSRC, CNAME),
	})
	if err != nil {
		v.failed.Add(1)
		return
	}
	r.sent[r.index%uint8(len(r.sent))] = sentReport{middle: uint32(ntp >> 16), at: now}
	r.index++
}

// heard works out round trip and loss from a reception report.
func (v *Viewer) heard(r rtcp.ReceptionReport, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	o := v.bySSRC(r.SSRC)
	if o == nil {
		return
	}
	if o == v.Video {
		v.lost.Store(r.TotalLost)
		v.lossy(float64(r.FractionLost)/256, now)
	}
	if r.LastSenderReport == 0 {
		return
	}
	for _, s := range o.reports.sent {
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
