package rtsp

import (
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"avhub/media"
)

// input carries one track's packets from the library into the feed.
type input struct {
	media  *description.Media
	track  offered
	seq    sequence
	latm   latmReader
	report atomic.Pointer[senderReport]
}

func newInput(m *description.Media, t offered) *input { return &input{media: m, track: t} }

// attach makes the library hand the track's packets over. Packets of one track
// come from one goroutine, sender reports may come from another.
func (in *input) attach(s *session, index int) {
	s.client.OnPacketRTP(in.media, in.media.Formats[0], func(p *rtp.Packet) {
		defer s.contain()
		s.got.Store(true)
		in.packet(s.feed, index, p)
	})
	s.client.OnPacketRTCP(in.media, func(p rtcp.Packet) {
		defer s.contain()
		in.reported(p)
	})
}

// reported takes what the sender says of its clock.
func (in *input) reported(p rtcp.Packet) {
	if sr, ok := p.(*rtcp.SenderReport); ok && sr.NTPTime != 0 {
		in.report.Store(&senderReport{ntp: ntpTime(sr.NTPTime), rtp: sr.RTPTime})
	}
}

func (s *session) contain() {
	if v := recover(); v != nil {
		select {
		case s.fault <- contained(s.o.Log, v):
		default:
		}
	}
}

func (in *input) packet(feed *media.Feed, index int, p *rtp.Packet) {
	lost, ok := in.seq.next(p.SequenceNumber)
	if !ok {
		return
	}
	payload := p.Payload
	if in.track.latm {
		if payload = in.latm.push(payload, p.Marker, lost); payload == nil {
			return
		}
	}
	// Malformed packets are counted by the feed and go on being counted.
	_ = feed.Packet(index, media.Packet{
		Payload: payload, RTP: p.Timestamp, Marker: p.Marker, Lost: lost,
		NTP: in.report.Load().at(p.Timestamp, in.track.track.ClockRate), Arrived: time.Now(),
	})
}

// sequence counts what is missing between packets that come in order.
type sequence struct {
	started bool
	last    uint16
	late    int    // packets in a row from before the last
	lateAt  uint16 // the newest of them
}

// A camera that starts its numbers anew looks like late packets without end, or
// like two in a row from far back, or like more missing than anything but a new
// start explains (RFC 3550 section A.1).
const (
	maxLate = 16
	nearBy  = 100
	maxGap  = 3000
)

// next tells how many packets are missing before this one, or that it is a
// duplicate or too late to be used.
func (s *sequence) next(seq uint16) (lost int, ok bool) {
	gap := int16(seq - s.last)
	switch {
	case !s.started:
		s.started = true
	case gap > maxGap:
		lost = 1
	case gap > 0:
		lost = int(gap) - 1
	default:
		near := gap > -nearBy
		inRow := s.late > 0 && seq == s.lateAt+1
		s.late++
		s.lateAt = seq
		if s.late < maxLate && (near || !inRow) {
			return 0, false
		}
		lost = 1
	}
	s.last, s.late = seq, 0
	return lost, true
}

// senderReport ties a track's RTP time to the sender's clock (RFC 3550 section
// 6.4.1).
type senderReport struct {
	ntp time.Time
	rtp uint32
}

// at is the sender's clock for an RTP time; zero without a report.
func (r *senderReport) at(timestamp uint32, clockRate int) time.Time {
	if r == nil || clockRate <= 0 {
		return time.Time{}
	}
	ticks := int64(int32(timestamp - r.rtp))
	return r.ntp.Add(time.Duration(ticks * int64(time.Second) / int64(clockRate)))
}

// ntpTime converts 32.32 fixed-point seconds since 1900.
func ntpTime(v uint64) time.Time {
	const from1900 = 2208988800
	nanos := (v & 0xffffffff) * uint64(time.Second) >> 32
	return time.Unix(int64(v>>32)-from1900, int64(nanos))
}
