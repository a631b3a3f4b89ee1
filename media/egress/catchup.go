package egress

import (
	"context"
	"time"

	"avhub/media"
)

// Pacing of the pictures that a joining viewer catches up on: fast enough to be
// unnoticed, slow enough not to overrun the viewer's socket buffer.
const (
	burstBytes = 64 << 10 // at once, then
	burstPause = 2 * time.Millisecond
	burstKept  = 3 * time.Second // for retransmission
)

// burstStep is the spacing of timestamps within the catch-up, in 90 kHz ticks:
// 1 ms a picture.
const burstStep = 90

// catchUp sends the pictures kept since the last keyframe. Their timestamps
// are pressed together to 1 ms a picture, ending at the newest one's true
// time: the viewer's jitter buffer then takes them for a quick succession that
// has just arrived and shows the newest at once, where true timestamps would
// look like pictures seconds late, and would be played out slowly, seconds
// behind. From the next picture on timestamps are true.
//
// It returns when the viewer has everything up to its v.next.
func (v *Viewer) catchUp(ctx context.Context, s *media.Stream) {
	group, end := s.Group()
	v.mu.Lock()
	v.next, v.first = end, end
	if v.Video == nil {
		v.mu.Unlock()
		return
	}
	for _, u := range group {
		if u.Track == v.Video.Track {
			v.burst = append(v.burst, u)
		}
	}
	v.waiting = len(v.burst) == 0
	if !v.waiting {
		v.first = v.burst[0].Index
	}
	v.burstAt = time.Now()
	burst := v.burst
	v.mu.Unlock()

	sent := 0
	for _, u := range burst {
		if sent += u.Size(); sent > burstBytes {
			sent = u.Size()
			if !pause(ctx, burstPause) {
				return
			}
		}
		v.mu.Lock()
		if !v.gone.Load() {
			v.send(v.Video, u, v.stamp(u))
		}
		v.mu.Unlock()
	}
}

// stamp is the RTP timestamp that a unit has for this viewer: its own, unless
// it was part of the catch-up. v.mu is held.
func (v *Viewer) stamp(u *media.Unit) uint32 {
	n := len(v.burst)
	if n == 0 || u.Track != v.Video.Track || u.Index > v.burst[n-1].Index {
		return u.Stamp
	}
	for i, b := range v.burst {
		if b == u {
			return v.burst[n-1].Stamp - uint32(n-1-i)*burstStep
		}
	}
	return u.Stamp
}

// forgetBurst lets the catch-up's units go; they are not sent again. v.mu is held.
func (v *Viewer) forgetBurst() {
	v.first = v.burst[len(v.burst)-1].Index + 1
	v.burst = nil
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
