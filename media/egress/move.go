package egress

import (
	"context"
	"time"
)

// settlePause is how often it is looked whether a viewer has caught up.
const settlePause = 5 * time.Millisecond

// Lower moves a viewer's picture to this fan-out's stream at once: to the
// pictures since its last keyframe, then live. The sound stays where it is.
// Leave ends it.
func (f *Fanout) Lower(ctx context.Context, v *Viewer, track int) error {
	for !v.reserve() {
		if !pause(ctx, settlePause) {
			return ctx.Err()
		}
	}
	v.catchUp(ctx, f, v.Video, track)
	if v.isWaiting() {
		f.wantKeyframe(time.Now())
	}
	f.drop(v) // it may be here already, about to leave
	return f.take(v)
}

// reserve stops a viewer's picture for a catch-up, unless one is under way.
func (v *Viewer) reserve() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Video.busy {
		return false
	}
	v.Video.busy = true
	return true
}

// Raise moves a viewer's picture back to the stream it was attached to, at its
// next keyframe; until then it goes on as it is. moved is called when that has
// happened.
func (v *Viewer) Raise(moved func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.goBack(moved)
}

// Pause stops sending the picture, and goes on with it: from the pictures since the last
// keyframe, as for a viewer that has just come. The sound goes on meanwhile.
func (v *Viewer) Pause(paused bool) {
	v.mu.Lock()
	o := v.Video
	if o == nil || o.home == nil || v.paused == paused || v.gone.Load() {
		v.paused = paused
		v.mu.Unlock()
		return
	}
	v.paused = paused
	again := !paused && !o.busy
	home, track := o.home, o.Track
	if again {
		o.busy = true // live units wait from here on
	}
	v.mu.Unlock()
	if again {
		home.start(func() {
			v.catchUp(home.ctx, home, o, track)
			if v.isWaiting() {
				home.wantKeyframe(time.Now())
			}
		})
	}
}

// Keep takes Raise back. It reports false if that has happened already.
func (v *Viewer) Keep() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Video == nil || v.Video.home == v.base {
		return false
	}
	v.Video.coming = nil
	return true
}

// goBack is called with v.mu held.
func (v *Viewer) goBack(moved func()) {
	if o := v.Video; o != nil && o.home != v.base {
		_, end := v.base.stream.Group()
		o.coming = &coming{v.base, v.track, end, moved}
	}
}

// Leave takes a viewer that has been moved on off this fan-out. It is not for
// the one that it was attached to.
func (f *Fanout) Leave(v *Viewer) { f.drop(v) }

// lose deals with the end of one of a viewer's streams: the one it was attached
// to ends the viewer, from another one it goes back.
func (v *Viewer) lose(f *Fanout, err error) {
	v.mu.Lock()
	own := f == v.base
	if !own && v.Video != nil && v.Video.home == f {
		v.goBack(nil)
	}
	v.mu.Unlock()
	if own && v.Ended != nil {
		v.Ended(err)
	}
}
