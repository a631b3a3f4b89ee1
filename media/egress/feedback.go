package egress

import (
	"time"

	"github.com/pion/rtcp"
	"golang.org/x/time/rate"

	"avhub/media"
)

// feedback answers what a viewer reports: packets it misses are sent again
// from the stream, round trip and loss are noted, wishes for a keyframe are
// passed on.
func (f *Fanout) feedback(v *Viewer, packets []rtcp.Packet, now time.Time) {
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.ReceiverReport:
			for _, r := range p.Reports {
				v.heard(r, now)
			}
		case *rtcp.TransportLayerNack:
			f.retransmit(v, p, now)
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			v.plis.Add(1)
			f.wantKeyframe(now)
		}
	}
}

// retransmit sends again what a negative acknowledgement (RFC 4585 section
// 6.2.1) names, as far as the stream still has it and the viewer's allowance goes.
func (f *Fanout) retransmit(v *Viewer, nack *rtcp.TransportLayerNack, now time.Time) {
	out := v.bySSRC(nack.MediaSSRC)
	if out == nil {
		return
	}
	for _, pair := range nack.Nacks {
		for _, seq := range pair.PacketList() {
			v.nacks.Add(1)
			if !v.allow(now) {
				return
			}
			v.again(out, f.stream, seq)
		}
	}
}

func (v *Viewer) allow(now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.resend == nil {
		v.resend = rate.NewLimiter(resendRate, resendBurst)
	}
	return v.resend.AllowN(now, 1)
}

// again writes one packet once more, with the very bytes it had the first
// time: under SRTP a number must never carry two different packets.
func (v *Viewer) again(out *Output, stream *media.Stream, seq uint16) {
	u := stream.Find(out.Track, seq)
	if u == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if u.Index >= v.next || u.Index < v.first || v.gone.Load() {
		return // it was never sent to this viewer
	}
	v.write(out, u, int(seq-u.Seq), v.stamp(u))
	v.resent.Add(1)
}

func (v *Viewer) bySSRC(ssrc uint32) *Output {
	for _, out := range []*Output{v.Video, v.Audio} {
		if out != nil && out.SSRC == ssrc {
			return out
		}
	}
	return nil
}
