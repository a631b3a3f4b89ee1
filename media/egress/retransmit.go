package egress

import (
	"encoding/binary"
	"math/bits"
	"time"

	"golang.org/x/time/rate"

	"avhub/media/egress/udpout"
)

// Limits of retransmission for one viewer: what an honest viewer asks for at
// 20 % loss of an 8 Mbit/s stream, and no more.
const (
	resendRate  = 500 // packets/s
	resendBurst = 500
)

// twiceFrom is the share of lost packets from which a retransmission leaves
// twice: if it were lost too, the picture would stand for another round trip.
const twiceFrom = 0.02

// retransmit sends again what a negative acknowledgement (RFC 4585 section
// 6.2.1) names, as far as the stream still has it and the viewer's allowance goes.
func (v *Viewer) retransmit(r Remark, now time.Time) {
	b := udpout.AcquireSmall()
	defer b.Release()
	v.mu.Lock()
	defer v.mu.Unlock()
	out := v.bySSRC(r.SSRC)
	if out == nil || v.gone.Load() {
		return
	}
	if v.resend == nil {
		v.resend = rate.NewLimiter(resendRate, resendBurst)
	}
	allowed := true
	for rest := r.missing; len(rest) >= fciEntry; rest = rest[fciEntry:] {
		first, mask := binary.BigEndian.Uint16(rest), uint32(binary.BigEndian.Uint16(rest[2:]))<<1|1
		v.nacks.Add(uint64(bits.OnesCount32(mask)))
		for ; mask != 0; mask &= mask - 1 {
			if allowed = allowed && v.resend.AllowN(now, 1); !allowed {
				break
			}
			v.again(out, b, first+uint16(bits.TrailingZeros32(mask)))
		}
		v.ignored.Add(uint64(bits.OnesCount32(mask)))
	}
}

// again sends one packet once more. Under SRTP a number must never carry two
// different packets: it leaves under the retransmission's own SSRC and numbers
// (RFC 4588), or with the very bytes it had the first time. v.mu is held.
func (v *Viewer) again(o *Output, b *udpout.Batch, seq uint16) {
	u, i, stamp := o.numbers.find(seq)
	if u == nil {
		return
	}
	if o.REDPayloadType != 0 && o.RTXPayloadType == 0 {
		return // the next packet has brought it; and what goes with a frame may be another now
	}
	payloads, pt := o.payloads(u)
	o.again = Run{
		Payloads: payloads, From: i, To: i + 1, SSRC: o.SSRC, PayloadType: pt, Seq: seq, Stamp: stamp,
		Marker: o == v.Video, Extensions: &o.Extensions,
	}
	copies := 1
	if o.RTXPayloadType != 0 {
		o.again.SSRC, o.again.PayloadType = o.RTXSSRC, o.RTXPayloadType
		o.again.Again, o.again.Original = true, seq
		o.Extensions.leave(time.Now())
		if v.adapt.loss >= twiceFrom {
			copies = 2
		}
	}
	for range copies {
		if o.again.Again {
			o.again.Seq = o.rtxSeq
			o.rtxSeq++
		}
		v.failed.Add(uint64(v.Transport.Send(b, &o.again)))
	}
	v.resent.Add(1)
}

func (v *Viewer) bySSRC(ssrc uint32) *Output {
	for _, o := range v.outputs() {
		if o != nil && o.SSRC == ssrc {
			return o
		}
	}
	return nil
}
