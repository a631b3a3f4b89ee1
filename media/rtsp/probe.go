package rtsp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"avhub/media"
	"avhub/media/packet"
)

// Report is what a probe of a camera found.
type Report struct {
	OK            bool         // picture or sound has come
	Cause         *media.Cause // why not
	Transport     Transport    // that worked; "" when none
	Elapsed       time.Duration
	FirstKeyframe time.Duration     // from the start of the probe; 0 when none came
	Video, Audio  *media.TrackStats // nil without
	Findings      []Finding
	Notes         []string // what the camera offers and the hub leaves out
}

// Finding is something about a camera that is worth knowing before it is used.
type Finding struct {
	Code   string // no_audio, no_video, b_frames, h265_browsers, long_keyframe_interval, no_parameter_sets, aac_transcoded, packet_loss, clock
	Level  string // ok, note or warn
	Detail string
}

// How long a probe looks at most and at least, and what it waits for.
const (
	probeLimit    = 6 * time.Second
	probeLeast    = 1500 * time.Millisecond // a bit rate takes a second
	probeSound    = 20                      // frames
	longKeyframes = 4 * time.Second
)

// Probe connects to a camera, looks at what it sends for up to six seconds and
// says what it found. It ends early when it has seen two keyframes and enough
// sound.
func Probe(ctx context.Context, url string, transport Transport) Report {
	return ProbeWith(ctx, PullOptions{URL: url, Transport: transport})
}

// ProbeWith is Probe with all options of a pull.
func ProbeWith(ctx context.Context, o PullOptions) Report {
	start := time.Now()
	// Time to connect comes on top of the time to look.
	o.setDefaults()
	ctx, stop := context.WithTimeout(ctx, o.Timeout+probeLimit)
	defer stop()
	stream := media.NewStream("probe")
	defer stream.Close()
	opened := make(chan Session, 1)
	tell := o.OnOpen
	o.OnOpen = func(s Session) {
		tell(s)
		select {
		case opened <- s:
		default:
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- Pull(ctx, stream, o, func(media.Status) {}) }()
	p := &probe{stream: stream, opened: opened, ended: ended}
	p.look()
	r := p.report(start)
	stop()
	if !p.over {
		<-ended
	}
	return r
}

// probe is a probe under way.
type probe struct {
	stream  *media.Stream
	opened  <-chan Session
	ended   <-chan error
	session Session
	err     error // of the pull
	over    bool  // the pull has ended
	first   time.Time
}

// look waits until enough was seen, the time is over, or the pull has ended.
func (p *probe) look() {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var since time.Time
	for {
		select {
		case p.err = <-p.ended:
			p.over = true
			return
		case s := <-p.opened:
			p.session, since = s, time.Now()
		case <-tick.C:
		}
		if u := p.stream.LastKeyframe(); u != nil && p.first.IsZero() {
			p.first = u.Arrived
		}
		if since.IsZero() {
			continue
		}
		seen := time.Since(since)
		if seen >= probeLimit || seen >= probeLeast && p.enough() {
			return
		}
	}
}

func (p *probe) enough() bool {
	for _, s := range p.stream.Stats() {
		if s.Kind.Video() && s.Keyframes < 2 || !s.Kind.Video() && s.Units < probeSound {
			return false
		}
	}
	return true
}

func (p *probe) report(start time.Time) Report {
	r := Report{Elapsed: time.Since(start), Transport: p.session.Transport, Notes: p.session.Notes}
	if !p.first.IsZero() {
		r.FirstKeyframe = p.first.Sub(start)
	}
	for _, s := range p.stream.Stats() {
		if s.Kind.Video() {
			r.Video = &s
		} else {
			r.Audio = &s
		}
		r.OK = r.OK || s.Units > 0
	}
	var why *Error
	switch {
	case errors.As(p.err, &why) && !r.OK:
		r.Cause = &why.Cause
	case !r.OK:
		r.Cause = &media.Cause{Code: media.CauseTimeout, Detail: "the camera agreed to send and sent nothing in time: check it, and the network"}
	default:
		r.find(p.session)
	}
	return r
}

// find says what is worth knowing of a camera that works.
func (r *Report) find(s Session) {
	add := func(code, level, detail string, args ...any) {
		r.Findings = append(r.Findings, Finding{code, level, fmt.Sprintf(detail, args...)})
	}
	switch v := r.Video; {
	case v == nil:
		add("no_video", "note", "The camera offers no picture.")
	case v.Units == 0:
		add("no_video", "warn", "The camera offers a picture and sends none: restart it.")
	default:
		r.findInPicture(v, s, add)
	}
	switch a := r.Audio; {
	case a == nil:
		add("no_audio", "note", "The camera offers no sound: switch its microphone on if there should be some.")
	case a.Units == 0:
		add("no_audio", "warn", "The camera offers sound and sends none: check its microphone setting.")
	case a.Kind == packet.AAC:
		add("aac_transcoded", "note", "Browsers take no AAC: the hub makes Opus of it for them, which needs ffmpeg. G.711 or Opus would pass as it is.")
	}
	for _, t := range []*media.TrackStats{r.Video, r.Audio} {
		if t == nil {
			continue
		}
		if all := t.Packets + t.Lost; all > 0 && float64(t.Lost) > lossShare*float64(all) {
			add("packet_loss", "warn", "%.1f %% of the %s packets were lost on the way: use transport tcp, or check the network.", 100*float64(t.Lost)/float64(all), t.Kind)
		}
		if t.Corrections > 1 || t.ClockDeviation > deviationLimit || t.ClockDeviation < -deviationLimit {
			add("clock", "warn", "The camera's clock for %s is wrong; the hub corrects it. Update its firmware.", t.Kind)
		}
	}
}

func (r *Report) findInPicture(v *media.TrackStats, s Session, add func(code, level, detail string, args ...any)) {
	if v.Kind == packet.H265 {
		add("h265_browsers", "warn", "Many browsers do not show H.265: give the source an H.264 sub stream, or set the camera to H.264.")
	}
	if v.Video.Reorder {
		add("b_frames", "warn", "The picture has B-frames, which no browser plays live: set the camera to profile Baseline or Main without B-frames.")
	}
	switch {
	case v.Keyframes < 2:
		add("long_keyframe_interval", "warn", "No second keyframe came within %.0f s: set the camera's I-frame interval to 2 s.", probeLimit.Seconds())
	case v.KeyframeInterval > longKeyframes:
		add("long_keyframe_interval", "warn", "A keyframe comes only every %.1f s: set the camera's I-frame interval to 2 s.", v.KeyframeInterval.Seconds())
	}
	if s.NoParams {
		add("no_parameter_sets", "note", "The camera's description has no parameter sets; they are taken from the stream.")
	}
}
