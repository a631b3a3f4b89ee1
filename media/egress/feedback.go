package egress

import (
	"encoding/binary"
	"errors"

	"github.com/pion/rtcp"
)

// Feedback is a compound packet of what a viewer says by RTCP (RFC 3550 section 6.1, RFC
// 4585), read where it lies: nothing is allocated. See [ReadFeedback].
type Feedback struct {
	rest    []byte // packets, checked
	reports []byte // reception reports of the one before
	wishes  []byte // entries of its full intra requests
}

// Remark is one thing that a viewer says.
type Remark struct {
	Kind RemarkKind
	// SSRC is of the stream that it speaks of; 0 if it does not say.
	SSRC uint32

	Lost        uint32  // packets, cumulative (of a reception report)
	LossShare   float64 // since the last one, 0 to 1
	LastReport  uint32  // the middle of the NTP time of the sender report that it has; 0: none
	SinceReport uint32  // how long it has it, in 1/65536 s
	BitsASecond float64 // that the way carries (of an estimate)
	missing     []byte  // pairs of number and bits (RFC 4585 section 6.2.1)
}

// RemarkKind is what a remark is about.
type RemarkKind uint8

// Kinds of remarks.
const (
	RemarkReception RemarkKind = iota + 1 // what has come, and when
	RemarkMissing                         // packets that have not
	RemarkKeyframe                        // it cannot go on without a keyframe
	RemarkEstimate                        // what the way carries
)

// Of RTCP's format, in bytes.
const (
	rtcpHeader     = 4
	rtcpSSRC       = 4
	senderInfo     = 20
	receptionBlock = 24
	fciEntry       = 4
	firEntry       = 8
	rembLeast      = 8 // name, count and rate
)

// Formats of feedback messages (RFC 4585 section 6, RFC 5104 section 4.3.1).
const (
	formatNACK = 1
	formatPLI  = 1
	formatFIR  = 4
	formatREMB = 15
)

var errNoFeedback = errors.New("RTCP: no packet that keeps to RFC 3550")

// ReadFeedback checks a compound packet whole: of one that is not as it should be nothing
// is taken. What the hub has no use for is passed over.
func ReadFeedback(raw []byte) (Feedback, error) {
	for rest := raw; len(rest) > 0; {
		p, ok := takeApart(rest)
		if !ok || !p.whole() {
			return Feedback{}, errNoFeedback
		}
		rest = rest[p.size:]
	}
	if len(raw) == 0 {
		return Feedback{}, errNoFeedback
	}
	return Feedback{rest: raw}, nil
}

// Next is the next remark; false: there are no more.
func (f *Feedback) Next() (Remark, bool) {
	for {
		if len(f.reports) > 0 {
			r := reception(f.reports)
			f.reports = f.reports[receptionBlock:]
			return r, true
		}
		if len(f.wishes) > 0 { // RFC 5104 section 4.3.1.1
			r := Remark{Kind: RemarkKeyframe, SSRC: binary.BigEndian.Uint32(f.wishes)}
			f.wishes = f.wishes[firEntry:]
			return r, true
		}
		if len(f.rest) == 0 {
			return Remark{}, false
		}
		p, _ := takeApart(f.rest) // checked
		f.rest = f.rest[p.size:]
		f.reports, f.wishes = p.reports(), p.wishes()
		if r, ok := p.remark(); ok {
			return r, true
		}
	}
}

// rtcpPacket is one of a compound packet.
type rtcpPacket struct {
	count uint8 // or format
	kind  rtcp.PacketType
	body  []byte // behind the header, without padding
	size  int    // whole
}

// takeApart takes the first packet apart.
func takeApart(b []byte) (p rtcpPacket, ok bool) {
	if len(b) < rtcpHeader || b[0]>>6 != rtpVersion {
		return p, false
	}
	p = rtcpPacket{count: b[0] & 0x1f, kind: rtcp.PacketType(b[1]), size: rtcpHeader + 4*int(binary.BigEndian.Uint16(b[2:]))}
	if p.size > len(b) {
		return p, false
	}
	p.body = b[rtcpHeader:p.size]
	if padded := b[0]&0x20 != 0; padded {
		n := 0
		if len(p.body) > 0 {
			n = int(p.body[len(p.body)-1])
		}
		if n == 0 || n > len(p.body) {
			return p, false
		}
		p.body = p.body[:len(p.body)-n]
	}
	return p, true
}

// whole tells whether the packet has all that its kind must have.
func (p *rtcpPacket) whole() bool {
	entries := len(p.body) - 2*rtcpSSRC
	switch {
	case p.kind == rtcp.TypeReceiverReport:
		return len(p.body) >= rtcpSSRC+int(p.count)*receptionBlock
	case p.kind == rtcp.TypeSenderReport:
		return len(p.body) >= rtcpSSRC+senderInfo+int(p.count)*receptionBlock
	case p.kind == rtcp.TypeTransportSpecificFeedback && p.count == formatNACK:
		return entries >= fciEntry && entries%fciEntry == 0
	case p.kind == rtcp.TypePayloadSpecificFeedback && p.count == formatFIR:
		return entries >= 0 && entries%firEntry == 0
	case p.kind == rtcp.TypePayloadSpecificFeedback && (p.count == formatPLI || p.count == formatREMB):
		return entries >= 0
	}
	return true
}

// reports are the reception reports of a receiver's or a sender's report.
func (p *rtcpPacket) reports() []byte {
	size := int(p.count) * receptionBlock
	switch p.kind {
	case rtcp.TypeReceiverReport:
		return p.body[rtcpSSRC:][:size]
	case rtcp.TypeSenderReport:
		return p.body[rtcpSSRC+senderInfo:][:size]
	default:
		return nil
	}
}

// wishes are the entries of a full intra request.
func (p *rtcpPacket) wishes() []byte {
	if p.kind == rtcp.TypePayloadSpecificFeedback && p.count == formatFIR {
		return p.body[2*rtcpSSRC:]
	}
	return nil
}

// reception reads a reception report (RFC 3550 section 6.4.1).
func reception(b []byte) Remark {
	return Remark{
		Kind: RemarkReception, SSRC: binary.BigEndian.Uint32(b),
		LossShare: float64(b[4]) / 256, Lost: binary.BigEndian.Uint32(b[4:]) & 0xffffff,
		LastReport: binary.BigEndian.Uint32(b[16:]), SinceReport: binary.BigEndian.Uint32(b[20:]),
	}
}

// remark reads a feedback message; false: it is none, or says nothing of use.
func (p *rtcpPacket) remark() (Remark, bool) {
	switch {
	case p.kind == rtcp.TypeTransportSpecificFeedback && p.count == formatNACK:
		return Remark{Kind: RemarkMissing, SSRC: p.media(), missing: p.body[2*rtcpSSRC:]}, true
	case p.kind != rtcp.TypePayloadSpecificFeedback:
		return Remark{}, false
	case p.count == formatPLI:
		return Remark{Kind: RemarkKeyframe, SSRC: p.media()}, true
	case p.count == formatREMB:
		return estimate(p.body[2*rtcpSSRC:])
	}
	return Remark{}, false
}

func (p *rtcpPacket) media() uint32 { return binary.BigEndian.Uint32(p.body[rtcpSSRC:]) }

// estimate reads a receiver's estimate (draft-alvestrand-rmcat-remb-03 section 2.2): 6
// bits of exponent and 18 of mantissa.
func estimate(b []byte) (Remark, bool) {
	if len(b) < rembLeast || string(b[:4]) != "REMB" {
		return Remark{}, false
	}
	bits := uint64(b[5]&3)<<16 | uint64(binary.BigEndian.Uint16(b[6:]))
	rate := float64(bits) * float64(uint64(1)<<(b[5]>>2))
	return Remark{Kind: RemarkEstimate, BitsASecond: rate}, true
}
