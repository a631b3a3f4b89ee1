package recorder

import (
	"flag"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"avhub/media/packet"
	"avhub/recorder/manifest"
)

// hours is how long the recordings of [TestHours] are. What happens is the same in a
// short one, closer together; make integration has it happen in six hours.
var hours = flag.Duration("hours", 12*time.Minute, "length of TestHours' recordings")

// TestHours records four sources for hours, in fake time, through what happens in hours:
// clocks that run too fast or too slow, timestamps that begin again at zero, clocks that
// are set, cameras that restart and that are given other pictures or codecs, sessions
// that are adjourned. What came in is in the files or in a gap, to the frame.
func TestHours(t *testing.T) {
	h := *hours / 6 // an hour of the story
	video := func(every time.Duration, ppm float64) *camTrack {
		// The timestamps begin again at zero in the middle of the recording.
		return &camTrack{kind: packet.H264, rate: 90000, every: every, ppm: ppm, gop: 50, base: wrapsAfter(3*h, 90000)}
	}
	stories := map[string]struct {
		tracks []*camTrack
		events []event
		gaps   []manifest.Cause
	}{
		"fast clock": {
			tracks: []*camTrack{video(40*time.Millisecond, 200), {kind: packet.AAC, rate: 16000, every: 64 * time.Millisecond, ppm: 200, base: wrapsAfter(3*h+time.Minute, 16000)}},
			events: []event{
				{h, func(s *story) { s.hubClock(10 * time.Second) }},
				{5 * h, func(s *story) { s.hubClock(-10 * time.Second) }},
			},
		},
		"slow clock, adjourned": {
			tracks: []*camTrack{video(time.Second/15, -200), {kind: packet.Opus, rate: 48000, every: 20 * time.Millisecond, ppm: -200, base: wrapsAfter(2*h, 48000)}},
			events: []event{
				{h, func(s *story) { s.cam.leap(10 * time.Second) }},
				{2 * h, func(s *story) { s.pause(manifest.CauseAdjournment) }},
				{2*h + h/6, func(s *story) { s.session.Resume() }},
				{4 * h, func(s *story) { s.pause(manifest.CauseClosedSession) }},
				{4*h + h/12, func(s *story) { s.session.Resume() }},
				{5 * h, func(s *story) { s.cam.leap(-10 * time.Second) }},
			},
			gaps: []manifest.Cause{manifest.CauseAdjournment, manifest.CauseClosedSession},
		},
		"two crystals, restarts": {
			tracks: []*camTrack{video(40*time.Millisecond, 200), {kind: packet.PCMA, rate: 8000, every: 40 * time.Millisecond, ppm: -200, base: wrapsAfter(3*h, 8000)}},
			events: []event{
				{h, (*story).restart}, {2 * h, (*story).restart}, {3 * h, (*story).restart}, {5 * h, (*story).restart},
			},
			gaps: []manifest.Cause{manifest.CauseSourceOffline, manifest.CauseSourceOffline, manifest.CauseSourceOffline, manifest.CauseSourceOffline},
		},
		"other pictures, other codecs": {
			tracks: []*camTrack{video(80*time.Millisecond, 0), {kind: packet.Opus, rate: 48000, every: 20 * time.Millisecond}},
			events: []event{
				{h, func(s *story) { s.cam.set(otherSPS) }},
				{2 * h, func(s *story) { s.codec(packet.AAC, 16000, 64*time.Millisecond) }},
				{4 * h, func(s *story) { s.codec(packet.Opus, 48000, 20*time.Millisecond) }},
			},
			gaps: []manifest.Cause{manifest.CauseSourceOffline, manifest.CauseSourceOffline},
		},
	}
	for name, st := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, spill := t.TempDir(), t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := &story{t: t, cam: newRTPCam(t, st.tracks...)}
				s.back = newPlayback(t, s.cam)
				s.begin(root, spill)
				for _, e := range st.events {
					time.Sleep(time.Until(s.begun.Add(e.at)))
					e.do(s)
				}
				time.Sleep(time.Until(s.begun.Add(*hours)))
				s.check(s.end(), st.gaps)
			})
		})
	}
}

// wrapsAfter is the timestamp that a clock begins with to be at zero after a while.
func wrapsAfter(d time.Duration, rate int) uint32 { return -uint32(durationToTicks(d, rate)) }

// event is what happens after a while.
type event struct {
	at time.Duration
	do func(*story)
}

// story is a recording and its source.
type story struct {
	t       *testing.T
	cam     *rtpCam
	back    *playback
	r       *Recorder
	session *Session
	begun   time.Time
	step    atomic.Int64 // of the hub's clock, in nanoseconds
	steps   int
}

func (s *story) begin(root, spill string) {
	s.cam.on()
	time.Sleep(3 * time.Second)
	s.r = newRecorder(s.t, root, func(o *Options) {
		o.SpillDir, o.Told = spill, s.back.told
		o.wall = func() time.Time { return time.Now().Add(time.Duration(s.step.Load())) }
	})
	session, err := s.r.Start(Request{Source: "court-1", From: s.cam})
	if err != nil {
		s.t.Fatal(err)
	}
	s.session, s.begun = session, time.Now()
}

func (s *story) end() *manifest.Recording {
	rec := stop(s.t, s.session)
	s.cam.off()
	if err := s.r.Close(); err != nil {
		s.t.Error(err)
	}
	return rec
}

// hubClock sets the hub's clock.
func (s *story) hubClock(by time.Duration) {
	s.step.Add(int64(by))
	s.steps++
}

func (s *story) pause(cause manifest.Cause) {
	if err := s.session.Pause(cause, "", &manifest.Person{ID: "u1", Name: "王"}); err != nil {
		s.t.Error(err)
	}
}

// restart is the camera's: it is away for 20 s, and its timestamps begin anywhere.
func (s *story) restart() {
	s.cam.off()
	s.cam.change(func(_ int, t *camTrack) { t.base = t.base*7 + 12345 })
	time.Sleep(20 * time.Second)
	s.cam.on()
}

// codec gives the camera's sound another codec, for which it restarts.
func (s *story) codec(kind packet.Kind, rate int, every time.Duration) {
	s.cam.off()
	s.cam.change(func(i int, t *camTrack) {
		if i == 1 {
			t.kind, t.rate, t.every = kind, rate, every
		}
	})
	time.Sleep(5 * time.Second)
	s.cam.on()
}

// check holds the recording's account against what the camera has sent and what the
// files hold.
func (s *story) check(rec *manifest.Recording, causes []manifest.Cause) {
	t := s.t
	whole(t, rec)
	for _, tr := range rec.Seal.Tracks {
		if s.back.count[tr.ID] != tr.Kept {
			t.Errorf("track %d: %d frames are in the files, the seal says %d", tr.ID, s.back.count[tr.ID], tr.Kept)
		}
		n := s.back.seen[tr.ID]
		if n == nil {
			t.Errorf("track %d: none of its frames were found", tr.ID)
			continue
		}
		if sent := uint64(n.last - n.first + 1); sent != tr.In || n.missing != tr.Gapped {
			t.Errorf("track %d: %d were sent and %d are not in the files; the seal says %d and %d", tr.ID, sent, n.missing, tr.In, tr.Gapped)
		}
		t.Logf("track %d: in %d = kept %d + in gaps %d", tr.ID, tr.In, tr.Kept, tr.Gapped)
	}
	if asked := s.begun.Add(*hours).Sub(rec.Zero); (rec.Seal.End.Duration() - asked).Abs() > 40*time.Millisecond {
		t.Errorf("it reaches %v, asked for were %v", rec.Seal.End.Duration(), asked)
	}
	if len(rec.Clocks) != s.steps {
		t.Errorf("%d settings of the clock are noted, of %d", len(rec.Clocks), s.steps)
	}
	if w := s.back.worst; w.skew > 40_000 || w.place > 60_000 {
		t.Errorf("sound and picture are %v apart, a frame stands %v from where it belongs", w.skew.Duration(), w.place.Duration())
	}
	t.Logf("sound against picture %v, a frame against its time %v at most; %d segments", s.back.worst.skew.Duration(), s.back.worst.place.Duration(), len(rec.Segments))
	var found []manifest.Cause
	for _, g := range rec.Gaps {
		found = append(found, g.Cause)
		t.Logf("gap %d at %v of %v: %s %s", g.Gap.Gap, g.Start.Duration(), (g.End() - g.Start).Duration(), g.Cause, g.Detail)
	}
	if len(found) != len(causes) {
		t.Errorf("gaps by %v, want %v", found, causes)
		return
	}
	for i := range causes {
		if found[i] != causes[i] {
			t.Errorf("gap %d by %s, want %s", i+1, found[i], causes[i])
		}
	}
}
