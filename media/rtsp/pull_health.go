package rtsp

import (
	"fmt"
	"math"
	"time"

	"avhub/media"
)

// What makes a session that delivers a degraded one.
const (
	lossShare       = 0.01             // of the packets
	lossWindow      = 5 * time.Second  // over which loss is judged
	clockWindow     = 30 * time.Second // over which clock corrections are counted
	clockLimit      = 3                // corrections in it that are normal at most
	deviationLimit  = 0.01             // share by which a sender's clock may be wrong
	minLossJudgment = 100              // packets; fewer say nothing
)

// look is one track's figures at one moment, counted since the session opened.
type look struct {
	video                bool
	quiet                time.Duration // since the last whole unit, or since opening
	units, packets, lost uint64
	corrections          int
	deviation            float64
}

// health judges looks. It has no clock of its own.
type health struct {
	stall    time.Duration // a track may be quiet so long
	patience time.Duration // and a picture so much longer while there is sound
	silent   time.Duration // a session that never gave a packet ends after this
	hold     time.Duration // a fault must be gone so long before the state is live again
	keep     bool          // never end the session: a stall only degrades it
	opened   time.Time

	past     []pastLook
	live     bool
	picture  bool // there was one
	fault    *media.Cause
	faultEnd time.Time // when the fault was last seen
}

type pastLook struct {
	at            time.Time
	packets, lost uint64
	corrections   int
}

// verdict is what a look comes to.
type verdict struct {
	state     media.State // Live, Degraded, or "" while nothing has come
	cause     *media.Cause
	end       *media.Cause // not nil: end the session, for this reason
	soundOnly bool         // with end: sound kept coming
}

func (h *health) judge(now time.Time, tracks []look) verdict {
	video, audio := worst(tracks, true), worst(tracks, false)
	end, soundOnly := h.ended(now, video, audio)
	if end != nil && h.keep {
		h.live, h.fault, h.faultEnd = true, end, now
	} else if end != nil {
		v := verdict{end: end, soundOnly: soundOnly}
		if soundOnly {
			v.state, v.cause = media.Degraded, end
		}
		return v
	}
	h.remember(now, tracks)
	if h.live && video != nil && video.units > 0 {
		h.picture = true
	}
	if !h.live && !begun(video, audio, h.stall) {
		return verdict{}
	}
	h.live = true
	if c := h.find(now, video, audio, tracks); c != nil {
		h.fault, h.faultEnd = c, now
	}
	if h.fault != nil && now.Sub(h.faultEnd) >= h.hold {
		h.fault = nil
	}
	if h.fault != nil {
		return verdict{state: media.Degraded, cause: h.fault}
	}
	return verdict{state: media.Live}
}

// begun tells whether the session is up: the picture is there, or sound of a
// camera that has no picture, or sound alone for so long that it is a fault.
func begun(video, audio *look, stall time.Duration) bool {
	if video == nil {
		return audio.units > 0
	}
	return video.units > 0 || audio != nil && audio.units > 0 && video.quiet >= stall
}

// worst is the track of a kind that has been quiet longest; nil without any.
func worst(tracks []look, video bool) *look {
	var w *look
	for i := range tracks {
		if t := &tracks[i]; t.video == video && (w == nil || t.quiet > w.quiet) {
			w = t
		}
	}
	return w
}

func (h *health) ended(now time.Time, video, audio *look) (cause *media.Cause, soundOnly bool) {
	nothing := packets(video)+packets(audio) == 0
	if nothing && now.Sub(h.opened) >= h.silent {
		return &media.Cause{Code: media.CauseTimeout, Detail: "agreed to send and sends nothing: check the camera, and that a firewall lets its packets through"}, false
	}
	if nothing {
		return nil, false
	}
	silent := func(t *look) bool { return t != nil && t.quiet >= h.stall }
	switch {
	case video == nil && silent(audio):
		return &media.Cause{Code: media.CauseAudioStalled, Detail: fmt.Sprintf("has sent no sound for %s: check the camera", seconds(audio.quiet))}, false
	case silent(video) && (audio == nil || silent(audio)):
		return &media.Cause{Code: media.CauseVideoStalled, Detail: fmt.Sprintf("has sent nothing for %s: check the camera and the network", seconds(video.quiet))}, false
	case silent(video) && video.quiet >= h.stall+h.patience:
		return pictureless(video), true
	}
	return nil, false
}

func pictureless(video *look) *media.Cause {
	return &media.Cause{Code: media.CauseVideoStalled, Detail: fmt.Sprintf("sends sound but has sent no picture for %s: restart the camera", seconds(video.quiet))}
}

// find is the gravest fault there is now.
func (h *health) find(now time.Time, video, audio *look, tracks []look) *media.Cause {
	if video != nil && video.quiet >= h.stall {
		return pictureless(video)
	}
	if audio != nil && audio.quiet >= h.stall {
		return &media.Cause{Code: media.CauseAudioStalled, Detail: "offers sound and sends none: check its microphone setting"}
	}
	last := h.past[len(h.past)-1]
	if from := h.since(now.Add(-lossWindow)); last.packets-from.packets+last.lost-from.lost >= minLossJudgment {
		lost, all := float64(last.lost-from.lost), float64(last.packets-from.packets+last.lost-from.lost)
		if lost > lossShare*all {
			return &media.Cause{Code: media.CausePacketLoss, Detail: fmt.Sprintf("loses %.1f %% of its packets on the way: use transport tcp, or check the network", 100*lost/all)}
		}
	}
	for _, t := range tracks {
		if math.Abs(t.deviation) > deviationLimit {
			return &media.Cause{Code: media.CauseClock, Detail: fmt.Sprintf("stamps its packets with a clock that is %.1f %% off; it is corrected: update the camera's firmware", 100*t.deviation)}
		}
	}
	if n := last.corrections - h.since(now.Add(-clockWindow)).corrections; n > clockLimit {
		return &media.Cause{Code: media.CauseClock, Detail: fmt.Sprintf("has a clock that had to be corrected %d times in %s: update the camera's firmware", n, seconds(clockWindow))}
	}
	return nil
}

func (h *health) remember(now time.Time, tracks []look) {
	p := pastLook{at: now}
	for _, t := range tracks {
		p.packets += t.packets
		p.lost += t.lost
		p.corrections += t.corrections
	}
	// Looks are taken every 20 ms before the session is live: keep two a second.
	if n := len(h.past); n > 1 && p.at.Sub(h.past[n-2].at) < lookSlow {
		h.past[n-1] = p
	} else {
		h.past = append(h.past, p)
	}
	for len(h.past) > 1 && now.Sub(h.past[1].at) > clockWindow {
		h.past = h.past[1:]
	}
}

// since is the newest look that is at least as old as t, or the oldest kept.
func (h *health) since(t time.Time) pastLook {
	found := h.past[0]
	for _, p := range h.past {
		if p.at.After(t) {
			break
		}
		found = p
	}
	return found
}

func packets(t *look) uint64 {
	if t == nil {
		return 0
	}
	return t.packets
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }
