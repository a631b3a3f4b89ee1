package recorder

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"avhub/media"
	"avhub/media/mediatest"
	"avhub/media/packet"
	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// hell plays steps into a stream, and what comes out of it into a cutter.
type hell struct {
	t      *testing.T
	stream *media.Stream
	feed   *media.Feed
	reader *media.Reader
	c      *cutter
	m      *memory
	at     time.Duration
	rtp    [3]uint32
	sps    []byte
	step   time.Duration // of the hub's clock
}

func newHell(t *testing.T, rtp uint32) *hell {
	h := &hell{t: t, stream: media.NewStream("hell"), rtp: [3]uint32{rtp, rtp, rtp}, sps: mediatest.SPS}
	h.m = &memory{t: t, files: map[string][]byte{}}
	h.m.take(manifest.KindBegin, manifest.Begin{Format: manifest.Format, ID: "hell", Source: "court-1", Zero: epoch})
	h.c = &cutter{o: cutting{500 * time.Millisecond, 5 * time.Second}, out: h.m}
	h.c.why = func(time.Duration) (manifest.Cause, string) { return manifest.CauseNetwork, "" }
	h.c.wall = func() wallTime { return wallTime{epoch.Add(h.at + h.step), h.at} }
	h.c.clock.zero = epoch
	h.c.line.begin(0)
	h.open(packet.AAC, 16000)
	h.c.setTracks(ownTracks(h.stream))
	return h
}

// open connects the camera, with a picture and two sounds.
func (h *hell) open(kind packet.Kind, rate int) {
	sound := media.Track{Kind: kind, ClockRate: rate, SampleRate: rate, Channels: 1}
	if kind == packet.AAC {
		sound.Config = []byte{0x14, 0x08}
	}
	feed, err := h.stream.Open([]media.Track{
		{Kind: packet.H264, ClockRate: 90000}, sound, {Kind: packet.PCMA, ClockRate: 8000, SampleRate: 8000, Channels: 1},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.feed = feed
	if h.reader == nil {
		h.reader = h.stream.Subscribe(media.ReaderOptions{Rest: true})
	}
}

// What a step does beside sending a frame.
const (
	hellKey   = 1 << 0
	hellTrack = 3 << 1 // 0 picture, 1 and 2 sound, 3 nothing is sent
	hellWhat  = 3
)

// do takes one step.
func (h *hell) do(s mediatest.Step) {
	h.at += s.After
	h.c.tick(h.at)
	switch s.What >> hellWhat {
	case 1:
		h.c.pause(h.at, manifest.CauseAdjournment, "", nil)
	case 2:
		h.c.pause(h.at, manifest.CauseClosedSession, "", nil)
	case 3:
		h.c.goOn(h.at)
	case 4:
		h.m.full = !h.m.full
	case 5:
		if bytes.Equal(h.sps, otherSPS) {
			h.sps = mediatest.SPS
		} else {
			h.sps = otherSPS
		}
	case 6: // away and back
		h.feed.Close()
		h.read()
		h.open(h.stream.Tracks()[1].Kind, h.stream.Tracks()[1].ClockRate)
	case 7: // another codec
		h.feed.Close()
		h.read()
		if h.stream.Tracks()[1].Kind == packet.AAC {
			h.open(packet.Opus, 48000)
		} else {
			h.open(packet.AAC, 16000)
		}
	case 8:
		h.step += time.Duration(s.RTP) * time.Millisecond
	}
	track := int(s.What&hellTrack) >> 1
	if track < 3 {
		h.send(track, s)
	}
	h.read()
}

func (h *hell) send(track int, s mediatest.Step) {
	h.rtp[track] += uint32(s.RTP)
	p := media.Packet{RTP: h.rtp[track], Marker: true, Lost: s.Lost, Arrived: h.stream.Epoch().Add(h.at)}
	payloads := [][]byte{{0x41, 0x9a, byte(s.RTP), 0x80}}
	switch {
	case track == 2:
		payloads = [][]byte{make([]byte, 160+s.Lost)}
	case track == 1 && h.stream.Tracks()[1].Kind == packet.AAC:
		payloads = [][]byte{{0, 16, 0, 4 << 3, 0x21, 0, 0, byte(s.RTP)}}
	case track == 1:
		payloads = [][]byte{{31 << 3, byte(s.RTP)}}
	case s.What&hellKey != 0:
		payloads = [][]byte{h.sps, mediatest.PPS, {0x65, 0x88, byte(s.RTP), 0x80}}
	}
	for i, b := range payloads {
		q := p
		q.Payload, q.Marker = b, i == len(payloads)-1
		_ = h.feed.Packet(track, q) // what is malformed is counted there
	}
}

// read does what a session's intake and writer do.
func (h *hell) read() {
	for {
		u, _, err := h.reader.Poll()
		switch {
		case errors.Is(err, media.ErrChanged):
			h.reader = h.stream.Subscribe(media.ReaderOptions{Oldest: true, Rest: true})
			h.c.setTracks(ownTracks(h.stream))
			for _, t := range h.c.tracks {
				t.begun = true
			}
		case err != nil:
			h.t.Fatal(err)
		case u == nil:
			return
		default:
			h.c.unit(u, u.Arrived.Sub(h.stream.Epoch()))
		}
	}
}

// end stops the recording, and checks that it is whole: what verify checks, and the files.
func (h *hell) end() {
	t := h.t
	h.m.full = false
	h.c.stop(h.at)
	for range 100 {
		h.at += 100 * time.Millisecond
		h.c.tick(h.at)
	}
	if !h.c.done {
		t.Fatal("it does not end")
	}
	seal := h.c.seal()
	h.m.take(manifest.KindSeal, seal)
	if off := seal.Media + seal.Gaps - seal.End; abs(off) > 40_000 {
		t.Errorf("media %v and gaps %v are not %v", seal.Media.Duration(), seal.Gaps.Duration(), seal.End.Duration())
	}
	kept, gapped := map[int]uint64{}, map[int]uint64{}
	for _, s := range h.m.rec.Segments {
		h.file(s, kept)
	}
	for _, g := range h.m.rec.Gaps {
		for _, n := range g.Ended.Tracks {
			gapped[n.ID] += n.Frames
		}
	}
	for _, g := range h.m.rec.TrackGaps {
		gapped[g.ID] += g.Frames
	}
	for _, tr := range seal.Tracks {
		if tr.In != tr.Kept+tr.Gapped || tr.Kept != kept[tr.ID] || tr.Gapped != gapped[tr.ID] {
			t.Errorf("track %d: %d in, %d kept (%d in the files), %d in gaps (%d by the entries)", tr.ID, tr.In, tr.Kept, kept[tr.ID], tr.Gapped, gapped[tr.ID])
		}
	}
	h.timeline()
}

// timeline checks that segments and gaps follow each other.
func (h *hell) timeline() {
	var at manifest.Micros
	segments, gaps := h.m.rec.Segments, h.m.rec.Gaps
	for len(segments)+len(gaps) > 0 {
		var from, until manifest.Micros
		if len(gaps) == 0 || len(segments) > 0 && (segments[0].Start < gaps[0].Start || segments[0].Start == gaps[0].Start && segments[0].End() == segments[0].Start) {
			from, until = segments[0].Start, segments[0].End()
			segments = segments[1:]
		} else {
			from, until = gaps[0].Start, gaps[0].End()
			gaps = gaps[1:]
		}
		if from < at || from-at > manifest.MicrosOf(maxUnnoticed) || until < from {
			h.t.Errorf("from %v to %v stands behind what ends at %v", from.Duration(), until.Duration(), at.Duration())
		}
		at = until
	}
}

// file reads a segment.
func (h *hell) file(s *manifest.SegmentState, kept map[int]uint64) {
	raw := h.m.files[s.File]
	last := map[int]int64{}
	r := bytes.NewReader(raw)
	for at := s.Size; at < int64(len(raw)); {
		frag, err := fmp4.ReadFragment(r, at, int64(len(raw)))
		if err != nil {
			h.t.Fatalf("%s at %d of %d: %v", s.File, at, len(raw), err)
		}
		at += frag.Size
		for _, track := range frag.Tracks {
			kept[track.ID] += uint64(len(track.Samples))
			if end, ok := last[track.ID]; ok && track.Base < end {
				h.t.Errorf("%s: track %d goes on at %d, it was at %d already", s.File, track.ID, track.Base, end)
			}
			dts := track.Base
			for _, sample := range track.Samples {
				last[track.ID] = dts + 1
				if sample.Duration == 0 {
					h.t.Errorf("%s: a frame of track %d without duration", s.File, track.ID)
				}
				dts += int64(sample.Duration)
			}
		}
	}
}

// TestTimestampsFromHell records what no camera should send: nothing is lost without a
// word, and ffprobe reads the files.
func TestTimestampsFromHell(t *testing.T) {
	t.Parallel()
	for name, seed := range mediatest.Hell() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHell(t, 1<<32-90_000)
			h.c.o.segment = time.Minute
			for i, s := range mediatest.Steps(seed) {
				if h.at > 3*time.Minute {
					break // one picture a gap makes one file a picture
				}
				h.do(s)
				if i%2 == 0 { // sound as it should be
					h.do(mediatest.Step{RTP: int32(s.After/time.Microsecond) * 16 / 500, What: 1 << 1})
				}
			}
			h.end()
			for i, tr := range h.c.seal().Tracks {
				if sent := h.stream.Stats()[i].Units; tr.In != sent {
					t.Errorf("track %d: %d units came in, the stream had %d", tr.ID, tr.In, sent)
				}
			}
			dir := t.TempDir()
			for file, raw := range h.m.files {
				path := filepath.Join(dir, file)
				if err := os.WriteFile(path, raw, 0o600); err != nil {
					t.Fatal(err)
				}
				if out, err := exec.Command("ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", path).CombinedOutput(); err != nil {
					t.Errorf("%s: %v: %s", file, err, out)
				}
			}
		})
	}
}

// TestAnythingInAnyOrder does what [FuzzRecording] does, by dice: a picture or a sound as it
// should be most of the time, and now and then anything.
func TestAnythingInAnyOrder(t *testing.T) {
	t.Parallel()
	for range 200 {
		seed := rand.Uint64()
		dice := rand.New(rand.NewPCG(seed, 0))
		h := newHell(t, dice.Uint32())
		for i := range 300 {
			s := mediatest.Step{RTP: 3600, After: 40 * time.Millisecond, What: byte(dice.IntN(3) << 1)}
			if s.What&hellTrack != 0 {
				s.RTP, s.After = 640, 0
			}
			if i%25 == 0 {
				s.What = hellKey
			}
			switch dice.IntN(12) {
			case 0:
				s.What |= byte(dice.IntN(9) << hellWhat)
			case 1:
				s.RTP = int32(dice.Uint32())
			case 2:
				s.After = time.Duration(dice.IntN(6000)) * time.Millisecond
			case 3:
				s.Lost = dice.IntN(8)
			}
			h.do(s)
		}
		h.end()
		if t.Failed() {
			t.Fatalf("by dice of %d", seed)
		}
	}
}

// FuzzRecording does to a recording what a fuzzer thinks of: timestamps, orders, a full
// disk, a clock that is set, other parameters and codecs, in any order.
func FuzzRecording(f *testing.F) {
	hell := mediatest.Hell()
	for _, name := range slices.Sorted(maps.Keys(hell)) {
		f.Add(uint32(1<<32-90_000), hell[name])
	}
	f.Fuzz(func(t *testing.T, rtp uint32, data []byte) {
		h := newHell(t, rtp)
		for _, s := range mediatest.Steps(data) {
			h.do(s)
		}
		h.end()
	})
}
