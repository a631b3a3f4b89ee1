package egress

import (
	"encoding/binary"
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
	room           [reportSize]byte
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
	stamp := o.run.Stamp + uint32(ahead.Seconds()*float64(o.ClockRate))
	if err := v.Transport.Report(b, r.write(o.SSRC, ntp, stamp)); err != nil {
		v.failed.Add(1)
		return
	}
	r.sent[r.index%uint8(len(r.sent))] = sentReport{middle: uint32(ntp >> 16), at: now}
	r.index++
}

// Sizes of a report in bytes: the sender's report (RFC 3550 section 6.4.1) and a source
// description (section 6.5) with one item, which ends with zeros up to a whole word.
const (
	senderReportSize = rtcpHeader + rtcpSSRC + senderInfo
	descriptionSize  = rtcpHeader + (rtcpSSRC+2+len(CNAME)+1+3)&^3
	reportSize       = senderReportSize + descriptionSize
)

// write writes the compound packet; it holds until the next one.
func (r *reports) write(ssrc uint32, ntp uint64, stamp uint32) []byte {
	const version, oneSource, itemCNAME = rtpVersion << 6, 1, 1
	b := append(r.room[:0], version, byte(rtcp.TypeSenderReport), 0, senderReportSize/4-1)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = binary.BigEndian.AppendUint64(b, ntp)
	b = binary.BigEndian.AppendUint32(b, stamp)
	b = binary.BigEndian.AppendUint32(b, r.packets)
	b = binary.BigEndian.AppendUint32(b, r.bytes)
	b = append(b, version|oneSource, byte(rtcp.TypeSourceDescription), 0, byte(descriptionSize/4-1))
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = append(append(b, itemCNAME, byte(len(CNAME))), CNAME...)
	clear(r.room[len(b):])
	return r.room[:]
}

// sentAt is when the sender report left whose middle the viewer gives back; zero: it is
// not known any more.
func (r *reports) sentAt(middle uint32) time.Time {
	if middle == 0 {
		return time.Time{}
	}
	for _, s := range r.sent {
		if s.middle == middle {
			return s.at
		}
	}
	return time.Time{}
}

// ntpEpoch is 1 January 1900, the zero of NTP time stamps.
var ntpEpoch = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// ntpTime is t as a 64-bit NTP time stamp (RFC 5905 section 6).
func ntpTime(t time.Time) uint64 {
	seconds := uint64(t.Unix() - ntpEpoch.Unix())
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return seconds<<32 | fraction
}
