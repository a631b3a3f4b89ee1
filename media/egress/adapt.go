package egress

import "time"

// Level is what a viewer is served of what it asked for.
type Level int32

// Levels, from the best down.
const (
	LevelFull    Level = iota
	LevelThinned       // without pictures that no other picture needs
	LevelLower         // the source's smaller stream
)

// When a viewer is given less, and more again. Less quickly: what the way does
// not carry comes late or not at all. More slowly, and after each failure more
// slowly still: a picture that changes to and fro is worse than a small one.
const (
	overFor      = time.Second      // the way is over its limit for so long: less
	lossLimit    = 0.2              // a share of lost packets that no retransmission mends
	roomFor      = 10 * time.Second // of calm, before more is tried
	roomMost     = 160 * time.Second
	provenAfter  = 30 * time.Second // more was right if nothing happened for so long
	estimateFits = 0.9              // an estimate below this share of what is sent means less
	estimateKept = 5 * time.Second  // how long an estimate says something
	settleFor    = 2 * time.Second  // after each change, before the next
)

// adapt decides how much of a stream a viewer is sent, by what it reports. It is
// guarded by Viewer.mu.
type adapt struct {
	level     Level
	thin      bool // the stream has pictures that can be left out
	changed   time.Time
	estimate  float64 // bit/s
	estimated time.Time
	loss      float64
	over      time.Time // since when it is over the limit; zero: it is not
	calm      time.Time // since when nothing speaks against more
	hold      time.Duration
	noLower   time.Time // until then there is no smaller stream

	rate    float64 // bit/s sent, measured
	rateAt  time.Time
	rateSum uint64
}

// measure works out what is sent to the viewer.
func (a *adapt) measure(bytes uint64, now time.Time) {
	if a.rateAt.IsZero() {
		a.rateAt, a.rateSum = now, bytes
		return
	}
	if d := now.Sub(a.rateAt); d >= time.Second {
		a.rate = float64(bytes-a.rateSum) * 8 / d.Seconds()
		a.rateAt, a.rateSum = now, bytes
	}
}

// judge says which level to go to.
func (a *adapt) judge(now time.Time, hasLower bool) Level {
	fresh := !a.estimated.IsZero() && now.Sub(a.estimated) < estimateKept
	over := a.loss > lossLimit || fresh && a.rate > 0 && a.estimate < estimateFits*a.rate
	if !over {
		a.over = time.Time{}
		return a.more(now)
	}
	a.calm = time.Time{}
	if a.over.IsZero() {
		a.over = now
	}
	if now.Sub(a.over) < overFor || now.Sub(a.changed) < settleFor {
		return a.level
	}
	switch {
	case a.level == LevelFull && a.thin:
		return LevelThinned
	case a.level < LevelLower && hasLower:
		return LevelLower
	case a.level == LevelFull:
		return LevelThinned
	}
	return a.level
}

// more says whether it is time to try the next better level.
func (a *adapt) more(now time.Time) Level {
	if a.calm.IsZero() {
		a.calm = now
	}
	if a.level == LevelFull {
		if now.Sub(a.changed) > provenAfter {
			a.hold = roomFor
		}
		return LevelFull
	}
	if now.Sub(a.calm) < max(a.hold, roomFor) || now.Sub(a.changed) < max(a.hold, roomFor) {
		return a.level
	}
	return LevelFull
}

// move notes a change. A step down soon after a step up makes the next step up
// wait twice as long.
func (a *adapt) move(to Level, now time.Time) {
	if to > a.level && a.level == LevelFull && !a.changed.IsZero() && now.Sub(a.changed) < provenAfter {
		a.hold = min(2*max(a.hold, roomFor), roomMost)
	}
	a.level, a.changed, a.over, a.calm = to, now, time.Time{}, time.Time{}
}

// lower moves to the smaller stream, or stays with what there is.
func (v *Viewer) lower() {
	err := v.Lower()
	if err == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	now := time.Now()
	v.adapt.move(LevelThinned, now)
	v.adapt.noLower = now.Add(roomFor)
	v.level.Store(int32(LevelThinned))
}

// estimated takes what the viewer says its way carries.
func (v *Viewer) estimated(bitrate float64, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	bitrate = min(bitrate, 1e15) // what a viewer may say is more than a number holds
	v.estimate.Store(uint64(bitrate))
	v.adapt.estimate, v.adapt.estimated = bitrate, now
	v.reconsider(now)
}

// lossy takes the share of packets that did not arrive. v.mu is held.
func (v *Viewer) lossy(share float64, now time.Time) {
	v.adapt.loss = share
	v.reconsider(now)
}

// reconsider changes the level if it is time to. v.mu is held.
func (v *Viewer) reconsider(now time.Time) {
	a := &v.adapt
	a.measure(v.bytes.Load(), now)
	from, to := a.level, a.judge(now, v.Lower != nil && now.After(a.noLower))
	if from == to || v.base == nil || v.gone.Load() {
		return
	}
	a.move(to, now)
	v.level.Store(int32(to))
	switch {
	case to == LevelLower:
		v.base.start(v.lower)
	case from == LevelLower:
		v.base.start(v.Higher)
	}
}
