package recorder

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/packet"
	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// paper is a sink that only writes down what it is told.
type paper struct {
	lines []string
	kept  map[int]int // frames by track
	fail  func(part int) error
	parts int
	full  bool
}

func (p *paper) begin(s manifest.Segment, _ []byte) {
	p.add("segment %d at %v%s", s.Segment, s.Start.Duration(), map[bool]string{true: " mid group"}[s.MidGroup])
}

func (p *paper) part(s manifest.Part, _ *fmp4.Part) error {
	p.parts++
	if p.fail != nil {
		if err := p.fail(p.parts); err != nil {
			return err
		}
	}
	for _, t := range s.Tracks {
		p.kept[t.ID] += t.Frames
	}
	return nil
}

func (p *paper) end(e manifest.SegmentEnd) bool {
	if e.Parts > 0 {
		p.add("end at %v", e.End.Duration().Round(time.Millisecond))
	}
	return e.Parts > 0
}

func (p *paper) note(kind string, body any) {
	switch b := body.(type) {
	case manifest.Gap:
		p.add("gap at %v: %s", b.Start.Duration().Round(time.Millisecond), b.Cause)
	case manifest.GapEnd:
		p.add("gap ends at %v", b.End.Duration().Round(time.Millisecond))
	case manifest.TrackGap:
		p.add("track %d missing from %v to %v: %s", b.ID, b.Start.Duration().Round(time.Millisecond), b.End.Duration().Round(time.Millisecond), b.Cause)
	default:
		p.add("%s", kind)
	}
}

func (p *paper) ready() bool { return !p.full }

func (p *paper) add(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

// bench plays a source into a cutter by a clock of its own.
type bench struct {
	t     *testing.T
	c     *cutter
	paper *paper
	at    time.Duration
	n     [2]uint64 // ordinals
	fps   int
	gop   int
	since int // pictures since the keyframe
	sps   []byte
}

var (
	testSPS  = []byte{0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xca, 0x3c, 0x58, 0xb9, 0x20}
	otherSPS = []byte{0x67, 0x42, 0xc0, 0x1e, 0xda, 0x01, 0x40, 0x16, 0xec, 0x04, 0x40, 0x00, 0x00, 0x03, 0x00, 0x40, 0x00, 0x00, 0x0c, 0xa3, 0xc5, 0x8b, 0x92}
	testPPS  = []byte{0x68, 0xce, 0x0f, 0xc8}
)

func newBench(t *testing.T, kinds ...packet.Kind) *bench {
	b := &bench{t: t, fps: 25, gop: 50, sps: testSPS, paper: &paper{kept: map[int]int{}}}
	b.c = &cutter{o: cutting{500 * time.Millisecond, 10 * time.Second}, out: b.paper}
	b.c.why = func(time.Duration) (manifest.Cause, string) { return manifest.CauseSourceOffline, "" }
	b.c.wall = func() wallTime { return wallTime{epoch.Add(b.at), b.at} }
	b.c.clock.zero = epoch
	b.c.line.begin(0)
	b.tracks(kinds...)
	return b
}

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func (b *bench) tracks(kinds ...packet.Kind) {
	var tracks []media.Track
	for _, k := range kinds {
		rate := map[packet.Kind]int{packet.H264: 90000, packet.Opus: 48000, packet.PCMA: 8000}[k]
		m := media.Track{Kind: k, ClockRate: rate}
		if !k.Video() {
			m.SampleRate, m.Channels = rate, 1
		}
		tracks = append(tracks, m)
	}
	b.c.setTracks(tracks)
}

// video sends a picture of the present moment.
func (b *bench) video() { b.videoOf(b.at) }

// videoOf sends a picture of another moment now.
func (b *bench) videoOf(at time.Duration) {
	u := &media.Unit{Track: 0, Ordinal: b.n[0], PTS: durationToTicks(at, 90000), UTC: epoch.Add(at), Data: [][]byte{{0x41, 0x9a, 1}}}
	if b.since%b.gop == 0 {
		u.Keyframe, u.Data = true, [][]byte{b.sps, testPPS, {0x65, 0x88, 1}}
	}
	b.since++
	b.n[0]++
	b.c.unit(u, b.at)
}

// sound sends 20 ms of it on a track.
func (b *bench) sound(track int) {
	u := &media.Unit{Track: track, Ordinal: b.n[track], Keyframe: true, UTC: epoch.Add(b.at)}
	u.PTS, u.Data = durationToTicks(b.at, 48000), [][]byte{{0x08 << 3, 0}} // SILK-only wide band, 10 ms
	if b.c.tracks[track].in.Kind == packet.PCMA {
		u.PTS, u.Data = durationToTicks(b.at, 8000), [][]byte{make([]byte, 160)}
	}
	b.n[track]++
	b.c.unit(u, b.at)
}

// play sends pictures, and sound where there is a second track, for a while.
func (b *bench) play(d time.Duration) {
	for end := b.at + d; b.at < end; b.at += 20 * time.Millisecond {
		if b.at%(time.Second/time.Duration(b.fps)) == 0 {
			b.video()
		}
		if len(b.c.tracks) > 1 {
			b.sound(1)
		}
		b.c.tick(b.at)
	}
}

// wait lets time pass.
func (b *bench) wait(d time.Duration) {
	for end := b.at + d; b.at < end; b.at += 20 * time.Millisecond {
		b.c.tick(b.at)
	}
}

func (b *bench) stop() {
	b.c.stop(b.at)
	b.wait(2 * time.Second)
	if !b.c.done {
		b.t.Fatal("it does not end")
	}
}

func (b *bench) expect(want ...string) {
	b.t.Helper()
	if !slices.Equal(b.paper.lines, want) {
		b.t.Errorf("cut like this:\n%q\nwant\n%q", b.paper.lines, want)
	}
	seal := b.c.seal()
	for _, t := range seal.Tracks {
		if t.In != t.Kept+t.Gapped || t.Kept != uint64(b.paper.kept[t.ID]) {
			b.t.Errorf("track %d: %d in, %d kept (%d written), %d in gaps", t.ID, t.In, t.Kept, b.paper.kept[t.ID], t.Gapped)
		}
	}
	if d := (seal.Media + seal.Gaps - seal.End).Duration().Abs(); d > 40*time.Millisecond {
		b.t.Errorf("media %v + gaps %v are not %v", seal.Media.Duration(), seal.Gaps.Duration(), seal.End.Duration())
	}
}

func TestSegmentsAreCutAtKeyframes(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264, packet.Opus)
	b.play(25 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 10s", "segment 2 at 10s", "end at 20s", "segment 3 at 20s", "end at 25s")
}

func TestASourceThatIsAwayIsAGap(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.play(4 * time.Second)
	b.wait(20 * time.Second)
	b.since = 0
	b.play(2 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 4s", "gap at 4s: source_offline", "gap ends at 24s", "segment 2 at 24s", "end at 26s")
}

func TestAShortHoleIsAGapToo(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.play(4 * time.Second)
	b.wait(2 * time.Second)
	b.play(2 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 4s", "gap at 4s: source_offline", "gap ends at 6s", "segment 2 at 6s", "end at 8s")
}

func TestAPictureEveryTwoSecondsIsNoGap(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.gop = 1
	for range 20 {
		b.video()
		b.wait(2 * time.Second)
	}
	b.stop()
	gaps := 0
	for _, l := range b.paper.lines {
		if len(l) > 6 && l[:6] == "gap at" {
			gaps++
		}
	}
	if gaps > 2 { // before the rhythm is known
		t.Errorf("%d gaps: %q", gaps, b.paper.lines)
	}
}

func TestSoundGoesOnWithoutThePicture(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264, packet.PCMA)
	b.play(2 * time.Second)
	for end := b.at + 6*time.Second; b.at < end; b.at += 20 * time.Millisecond {
		b.sound(1)
		b.c.tick(b.at)
	}
	b.since = 0
	b.play(2 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "track 1 missing from 2s to 8s: network_loss", "end at 10s")
}

func TestNoKeyframeForAMinute(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264, packet.Opus)
	b.since = 1
	b.gop = 1 << 30
	b.play(65 * time.Second)
	b.since = 0
	b.play(2 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 20s", "segment 2 at 20s", "end at 40s", "segment 3 at 40s", "end at 1m0s",
		"segment 4 at 1m0s", "end at 1m5s", "track 1 missing from 0s to 1m4.96s: no_keyframe", "segment 5 at 1m5s", "end at 1m7s")
}

func TestOtherParameterSetsBeginAnotherFile(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.play(4 * time.Second)
	b.sps = otherSPS
	b.play(4 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 4s", "segment 2 at 4s", "end at 8s")
}

func TestOtherCodecsBeginAnotherFile(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264, packet.Opus)
	b.play(4 * time.Second)
	b.tracks(packet.H264)
	b.n, b.since = [2]uint64{}, 0
	b.play(2 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 4s", "segment 2 at 4s", "end at 6s")
}

func TestUnitsThatTheReaderMissedAreInAGap(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.play(2 * time.Second)
	b.n[0] += 25
	b.at += time.Second
	b.since = 0
	b.play(2 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 2s", "gap at 2s: overload", "gap ends at 3s", "segment 2 at 3s", "end at 5s")
	if g := b.c.seal().Tracks[0].Gapped; g != 25 {
		t.Errorf("%d frames in gaps", g)
	}
}

func TestAnOrderInterrupts(t *testing.T) {
	t.Parallel()
	for cause, want := range map[manifest.Cause][]string{
		// Begins at the keyframe of the pause.
		manifest.CauseAdjournment: {"segment 1 at 0s", "end at 3s", "gap at 3s: adjournment", "gap ends at 8s", "segment 2 at 8s", "end at 11s"},
		// Nothing of the time without the public comes into the recording.
		manifest.CauseClosedSession: {"segment 1 at 0s", "end at 3s", "gap at 3s: closed_session", "gap ends at 9s", "gap at 9s: no_keyframe", "gap ends at 10s", "segment 2 at 10s", "end at 11s"},
	} {
		b := newBench(t, packet.H264)
		b.play(3 * time.Second)
		b.c.pause(b.at, cause, "", &manifest.Person{ID: "u1"})
		b.play(6 * time.Second)
		b.c.goOn(b.at)
		b.play(2 * time.Second)
		b.stop()
		b.expect(want...)
	}
}

func TestAFailedWriteIsTriedInANewFile(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.paper.fail = func(part int) error {
		if part == 3 {
			return errors.New("input/output error")
		}
		return nil
	}
	b.play(4 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 840ms", "segment 2 at 840ms mid group", "end at 2s", "segment 3 at 2s", "end at 4s")
}

func TestAFullDiskIsAGapAndItGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	b.paper.fail = func(int) error {
		if b.paper.full {
			return errors.New("no space left on device")
		}
		return nil
	}
	b.play(4 * time.Second)
	b.paper.full = true
	b.play(9 * time.Second)
	b.paper.full = false
	b.play(3 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "end at 3.6s", "gap at 3.6s: disk", "gap ends at 12s", "segment 2 at 12s", "end at 16s")
}

func TestTheClocksSettingIsNoted(t *testing.T) {
	t.Parallel()
	b := newBench(t, packet.H264)
	var step time.Duration
	b.c.wall = func() wallTime { return wallTime{epoch.Add(b.at + step), b.at} }
	b.play(2 * time.Second)
	step = 10 * time.Second
	b.play(2 * time.Second)
	b.stop()
	b.expect("segment 1 at 0s", "clock", "end at 4s")
	if d := b.c.clock.at(0).Sub(epoch); d != step {
		t.Errorf("the clock's setting by %v counts as %v", step, d)
	}
}

func TestNothingEverComes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.wait(10 * time.Second)
	b.stop()
	b.expect("gap at 0s: source_offline", "gap ends at 10s")
}
