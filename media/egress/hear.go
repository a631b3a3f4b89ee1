package egress

import (
	"time"
)

// healEvery bounds how often one viewer's wish for a keyframe is answered with
// the pictures kept, and healBytes how many of them.
const (
	healEvery = time.Second
	healBytes = 2 << 20
)

// Feedback answers what a viewer says by RTCP.
func (f *Fanout) Feedback(v *Viewer, said Feedback) {
	for r, ok := said.Next(); ok; r, ok = said.Next() {
		f.Hear(v, r)
	}
}

// Hear answers one remark: packets that are missing are sent again from the stream, round
// trip, loss and bandwidth are noted, wishes for a keyframe are answered.
func (f *Fanout) Hear(v *Viewer, r Remark) {
	now := time.Now()
	switch r.Kind {
	case RemarkReception:
		v.received(r, now)
	case RemarkMissing:
		v.retransmit(r, now)
	case RemarkEstimate:
		v.estimated(r.BitsASecond, now)
	case RemarkKeyframe:
		f.heal(v, r.SSRC, now)
	}
}

// received works out round trip and loss from a reception report.
func (v *Viewer) received(r Remark, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	o := v.bySSRC(r.SSRC)
	if o == nil {
		return
	}
	if o == v.Video {
		v.lost.Store(r.Lost)
		v.lossy(r.LossShare, now)
	}
	if sent := o.reports.sentAt(r.LastReport); !sent.IsZero() {
		held := time.Duration(r.SinceReport) * time.Second / 65536
		v.rtt.Store(int64(max(0, now.Sub(sent)-held)))
	}
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
