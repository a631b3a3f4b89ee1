package webrtc

import (
	"context"
	"time"

	"github.com/pion/rtcp"
)

// How often a publisher is asked for a keyframe. Browsers send one only when
// asked: a recording needs them now and then, viewers when they say so. Each
// costs as much as a second of pictures.
const (
	keyframeInterval = 4 * time.Second // without anybody's wish
	keyframePause    = time.Second     // after each, whoever wishes
)

// WantKeyframe asks a publisher for a keyframe: at once, or when a second has
// passed since it was last asked. It never blocks; a viewer's session does
// nothing with it.
func (x *Session) WantKeyframe() {
	select {
	case x.wishes <- struct{}{}:
	default: // one is waiting already
	}
}

// askForKeyframes asks at once, at each wish and at intervals, until ctx ends.
func askForKeyframes(ctx context.Context, wishes <-chan struct{}, ask func()) {
	regular, pause := time.NewTimer(keyframeInterval), time.NewTimer(keyframePause)
	defer regular.Stop()
	defer pause.Stop()
	for {
		ask()
		regular.Reset(keyframeInterval)
		pause.Reset(keyframePause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		select {
		case <-wishes:
		case <-regular.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *publishing) requestKeyframe(ssrc uint32) {
	// Fails only when the session has ended.
	_ = p.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}})
}
