package recorder

import (
	"time"

	"avhub/media"
	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// sink is where a cutter's work goes. What is said of gaps and notes is kept by the
// sink until it can be written; only media may fail.
type sink interface {
	// begin names the next segment; its file comes to be with the part that follows.
	begin(s manifest.Segment, header []byte)
	// part writes a part. After an error the segment is over, and ends before it.
	part(p manifest.Part, media *fmp4.Part) error
	// end finishes the segment; false: nothing of it is left, its number is free.
	end(e manifest.SegmentEnd) bool
	note(kind string, body any)
	// ready tells whether it makes sense to write again after an error.
	ready() bool
}

// cutting says how a recording is cut.
type cutting struct {
	part    time.Duration // longest part
	segment time.Duration // after which the next keyframe begins a new file
}

// Bounds of what counts as recorded without a gap.
const (
	stallAfter  = 3 * time.Second // of silence on all tracks
	holeAfter   = time.Second     // of the source's time between two frames
	paramsAfter = 2 * time.Second // waiting for what describes the picture
	retryAfter  = time.Second     // a disk that failed
	maxGroup    = 16 << 20        // bytes kept to begin again at a keyframe
	lateMost    = 9 * time.Second // a frame comes after others of its time: the format bears 10 s
)

// cutter cuts a stream's units into parts, segments and gaps. It has no goroutine
// and no clock: every call says when it is, on the stream's timeline.
type cutter struct {
	o    cutting
	out  sink
	why  func(since time.Duration) (manifest.Cause, string) // why nothing has come since
	wall func() wallTime

	line     timeline
	tracks   []*track
	accounts []*account
	end      manifest.Micros // how far segments and gaps reach
	segments int
	gaps     int
	sequence uint32
	media    manifest.Micros // in segments that have ended
	gapped   manifest.Micros

	seg      *segment
	gap      *gap
	held     []*media.Unit // to begin with: since a keyframe, or while waiting
	spare    bool          // held are in the gap's account; else in none yet
	heldSize int
	keep     bool // held may be used: no order forbids it
	broken   bool // the disk failed; tried again
	tried    time.Duration
	waiting  time.Duration // since when for parameter sets; 0: not
	heard    time.Duration // when the last unit came
	began    time.Duration
	stopAt   manifest.Micros // beyond it nothing is recorded; 0: not known
	stopped  time.Duration   // when that was said
	done     bool
	clock    clockWatch
}

// segment is the one being written.
type segment struct {
	stated   manifest.Segment
	tracks   []*track // that its header describes
	parts    int
	opened   manifest.Micros // where its picture began
	oldest   time.Duration   // arrival of the first frame that is in no part yet; 0: none
	head     manifest.Micros // how far its parts reach
	frames   map[int]uint64
	keyframe bool          // the part in hand begins with one
	pictured bool          // it has pictures, written or in hand
	mid      bool          // the first of them is no keyframe
	base     map[int]int64 // by track: the file's zero on the recording's timeline, in ticks; nil before the first part
}

// gap is the one that lasts.
type gap struct {
	stated manifest.Gap
	frames map[int]uint64
}

// setTracks takes the tracks that the stream has from now on.
func (c *cutter) setTracks(tracks []media.Track) {
	c.refuseHeld()
	c.closeSegment(0)
	for _, t := range c.tracks {
		c.endMissing(t)
	}
	c.tracks = nil
	video, audio := 0, 0
	for _, in := range tracks {
		id, kind := 2+2*audio, "audio"
		if in.Kind.Video() {
			id, kind = 1+2*video, "video"
			video++
		} else {
			audio++
		}
		c.tracks = append(c.tracks, newTrack(in, c.account(id, kind)))
	}
}

// account is the one of a track by its id, which stays while codecs change.
func (c *cutter) account(id int, kind string) *account {
	for _, a := range c.accounts {
		if a.id == id {
			return a
		}
	}
	a := &account{id: id, kind: kind}
	c.accounts = append(c.accounts, a)
	return a
}

// unit takes the next unit of the stream.
func (c *cutter) unit(u *media.Unit, at time.Duration) {
	if c.done || u.Track >= len(c.tracks) {
		return
	}
	t := c.tracks[u.Track]
	pos := c.place(u, t, at)
	if c.stopAt > 0 && pos >= c.stopAt {
		if t == c.primary() {
			c.finish()
		}
		return
	}
	missed := t.missed(u)
	t.account.in += 1 + missed
	t.rhythm(pos, missed)
	c.heard = at
	if missed > 0 {
		c.overran(t, missed, pos)
	}
	if c.gap != nil && (c.ordered() || c.broken) {
		c.hold(u, t)
		return
	}
	c.take(u, t, pos, at)
}

// place is a unit's time on the recording's timeline. The first unit after a restart
// settles how the stream's timeline lies to it.
func (c *cutter) place(u *media.Unit, t *track, at time.Duration) manifest.Micros {
	if !c.line.known {
		c.line.begin(onStream(u, t.in.ClockRate) - max(c.clock.since(u.UTC), c.end).Duration())
	}
	return c.line.at(onStream(u, t.in.ClockRate))
}

// ordered tells whether the gap that lasts was ordered by a person.
func (c *cutter) ordered() bool { return c.gap != nil && c.gap.stated.Cause.Lawful() }

// primary is the track that a recording's cuts go by: the first with a picture, else
// the first.
func (c *cutter) primary() *track {
	for _, t := range c.tracks {
		if t.video() && t.codec != "" {
			return t
		}
	}
	for _, t := range c.tracks {
		if t.codec != "" {
			return t
		}
	}
	return nil
}

// take puts a unit that is to be kept where it belongs.
func (c *cutter) take(u *media.Unit, t *track, pos manifest.Micros, at time.Duration) {
	changed := t.learn(u)
	if t.codec == "" {
		c.skip(t, pos, manifest.CauseCodec, t.in.Kind.String())
		return
	}
	if t.waits(u, pos) {
		c.passOver(t, pos)
		return
	}
	if c.seg == nil {
		if c.wait(u, at) {
			return
		}
		c.open(u, t, pos)
	}
	if c.seg == nil {
		c.drop(t) // held units were taken in between, and the disk failed
		return
	}
	if hole := pos - c.headAll(); hole > manifest.MicrosOf(c.hole()) {
		c.lost(pos, hole)
		c.next(u, t, pos)
	} else if c.cutHere(u, t, pos, changed) {
		c.settle(t, u)
		c.closeSegment(pos)
		c.next(u, t, pos)
	}
	if c.seg == nil {
		c.drop(t) // the disk failed, or no track can be described
		return
	}
	if !c.seg.describes(t) {
		c.skip(t, pos, manifest.CauseNoKeyframe, "what describes the picture has not come yet")
		return
	}
	if c.seg.head-pos > manifest.MicrosOf(lateMost) {
		c.skip(t, pos, manifest.CauseNetwork, "it came too late to be kept in its place")
		return
	}
	c.add(u, t, at)
}

// next begins the segment after one that was closed, unless the disk failed at that.
func (c *cutter) next(u *media.Unit, t *track, pos manifest.Micros) {
	if !c.broken {
		c.openSegment(u, t, pos)
	}
}

func (s *segment) describes(t *track) bool {
	for _, d := range s.tracks {
		if d == t {
			return true
		}
	}
	return false
}

// wait holds the first units back until the tracks can be described, for a while.
func (c *cutter) wait(u *media.Unit, at time.Duration) bool {
	p := c.primary()
	if p.describable() || c.waiting > 0 && at-c.waiting > paramsAfter {
		c.waiting = 0
		return false
	}
	if c.waiting == 0 {
		c.waiting = max(at, 1)
	}
	c.held, c.spare = append(c.held, u), false
	return true
}

// open begins a segment after a gap or at the very beginning, and takes what was
// held back for it.
func (c *cutter) open(u *media.Unit, t *track, pos manifest.Micros) {
	held := c.held
	c.held, c.heldSize = nil, 0
	if len(held) == 0 {
		c.openSegment(u, t, pos)
		return
	}
	first := held[0]
	c.openSegment(first, c.tracks[first.Track], c.place(first, c.tracks[first.Track], 0))
	for _, h := range held {
		ht := c.tracks[h.Track]
		if c.seg == nil {
			c.drop(ht)
			continue
		}
		c.take(h, ht, c.place(h, ht, 0), c.heard)
	}
}
