package egress

import (
	"time"

	"github.com/pion/rtcp"
	"golang.org/x/time/rate"

	"avhub/media/egress/udpout"
)

// healEvery bounds how often one viewer's wish for a keyframe is answered with
// the pictures kept, and healBytes how many of them.
const (
	healEvery = time.Second
	healBytes = 2 << 20
)

// twiceFrom is the share of lost packets from which a retransmission leaves
// twice: if it were lost too, the picture would stand for another round trip.
const twiceFrom = 0.02

// feedback answers what a viewer reports: packets it misses are sent again
// from the stream, round trip, loss and bandwidth are noted, wishes for a
// keyframe are answered.
func (f *Fanout) feedback(v *Viewer, packets []rtcp.Packet, now time.Time) {
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.ReceiverReport:
			for _, r := range p.Reports {
				v.heard(r, now)
			}
		case *rtcp.TransportLayerNack:
			v.retransmit(p, now)
		case *rtcp.ReceiverEstimatedMaximumBitrate:
			v.estimated(float64(p.Bitrate), now)
		case *rtcp.PictureLossIndication:
			f.heal(v, p.MediaSSRC, now)
		case *rtcp.FullIntraRequest:
			for _, entry := range p.FIR {
				f.heal(v, entry.SSRC, now)
			}
		}
	}
}

// retransmit sends again what a negative acknowledgement (RFC 4585 section
// 6.2.1) names, as far as the stream still has it and the viewer's allowance goes.
func (v *Viewer) retransmit(nack *rtcp.TransportLayerNack, now time.Time) {
	b := udpout.AcquireSmall()
	defer b.Release()
	v.mu.Lock()
	defer v.mu.Unlock()
	out := v.bySSRC(nack.MediaSSRC)
	if out == nil || v.gone.Load() {
		return
	}
	if v.resend == nil {
		v.resend = rate.NewLimiter(resendRate, resendBurst)
	}
	for _, pair := range nack.Nacks {
		for i, mask := 0, uint32(pair.LostPackets)<<1|1; mask != 0; i, mask = i+1, mask>>1 {
			if mask&1 == 0 {
				continue
			}
			v.nacks.Add(1)
			if !v.resend.AllowN(now, 1) {
				v.ignored.Add(1)
				continue
			}
			v.again(out, b, pair.PacketID+uint16(i))
		}
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

// heal answers a viewer's wish for a keyframe: with the pictures kept since the
// last one if they are few enough, else by asking the source.
func (f *Fanout) heal(v *Viewer, ssrc uint32, now time.Time) {
	v.plis.Add(1)
	v.mu.Lock()
	o := v.Video
	switch {
	case o == nil || o.home == nil || ssrc != 0 && ssrc != o.SSRC:
		v.mu.Unlock()
		return
	case o.busy || now.Sub(v.healed) < healEvery || v.gone.Load():
		v.mu.Unlock()
		v.ignored.Add(1)
		return
	}
	home, track, waiting := o.home, o.Track, o.waiting
	v.healed = now
	size := home.cached(track)
	if size > 0 && size <= healBytes && !waiting {
		o.busy = true // live units wait from here on
	}
	v.mu.Unlock()
	if size == 0 || size > healBytes || waiting {
		home.wantKeyframe(now)
		return
	}
	home.start(func() { v.catchUp(home.ctx, home, o, track) })
}
