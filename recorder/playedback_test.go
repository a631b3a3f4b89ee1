package recorder

import (
	"bytes"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// playback reads a recording's files as they are finished, and holds each frame against
// what the camera remembers of it.
type playback struct {
	t     *testing.T
	cam   *rtpCam
	zero  manifest.Micros // the recording's beginning on the stream's timeline
	count map[int]uint64  // frames found, by track
	seen  map[int]*seen
	open  map[int]manifest.Segment
	worst struct{ skew, place manifest.Micros } // of sound against picture; of a frame against its time
}

// seen is how far a track was read.
type seen struct {
	first, last int
	missing     uint64
	off         manifest.Micros // where the last frame stands against when it was taken
}

func newPlayback(t *testing.T, cam *rtpCam) *playback {
	return &playback{t: t, cam: cam, count: map[int]uint64{}, seen: map[int]*seen{}, open: map[int]manifest.Segment{}}
}

// told takes what a manifest has taken; a file that was read is deleted.
func (p *playback) told(e Told) {
	switch b := e.Body.(type) {
	case manifest.Segment:
		p.open[b.Segment] = b
	case manifest.SegmentEnd:
		p.file(filepath.Join(e.Dir, p.open[b.Segment].File), p.open[b.Segment], b)
		delete(p.open, b.Segment)
	}
}

func (p *playback) file(path string, s manifest.Segment, e manifest.SegmentEnd) {
	raw, err := os.ReadFile(path)
	if err != nil {
		p.t.Error(err)
		return
	}
	if err := os.Truncate(path, 0); err != nil { // the disk is for others too
		p.t.Error(err)
	}
	if int64(len(raw)) != e.Size {
		p.t.Errorf("%s has %d bytes, its manifest says %d", s.File, len(raw), e.Size)
	}
	p.cam.mu.Lock()
	defer p.cam.mu.Unlock()
	r := bytes.NewReader(raw)
	for at := s.Size; at < int64(len(raw)); {
		frag, err := fmp4.ReadFragment(r, at, int64(len(raw)))
		if err != nil {
			p.t.Errorf("%s at %d: %v", s.File, at, err)
			return
		}
		at += frag.Size
		for _, ft := range frag.Tracks {
			for _, described := range s.Tracks {
				if described.ID == ft.ID {
					p.track(described, ft, raw)
				}
			}
		}
	}
}

// track reads a part of a track.
func (p *playback) track(s manifest.Track, ft fmp4.FragmentTrack, raw []byte) {
	index := 0
	if s.Kind == "audio" && len(p.cam.tracks) > 1 {
		index = 1
	}
	cam := p.cam.tracks[index]
	at := ft.Base + s.Base
	for _, sample := range ft.Samples {
		p.count[s.ID]++
		place := ticksToMicros(at+int64(sample.Shift), s.Timescale)
		n, ok := cam.number(raw[sample.Offset : sample.Offset+sample.Size])
		if !ok {
			n = p.nextOf(s.ID, cam, place)
		}
		p.frame(s, cam, n, place)
		at += int64(sample.Duration)
	}
}

// nextOf is the number of a frame that does not say it: none is missing.
func (p *playback) nextOf(id int, cam *camTrack, at manifest.Micros) int {
	if before := p.seen[id]; before != nil {
		return before.last + 1
	}
	at += p.zero
	n := sort.Search(len(cam.taken), func(i int) bool { return manifest.MicrosOf(cam.taken[i]+cam.every/2) >= at })
	return n
}

// frame is one that was found at a place.
func (p *playback) frame(s manifest.Track, cam *camTrack, n int, at manifest.Micros) {
	seenHere := p.seen[s.ID]
	if seenHere == nil {
		seenHere = &seen{first: n, last: n - 1}
		p.seen[s.ID] = seenHere
	}
	switch {
	case n < len(cam.taken) && n > seenHere.last:
		seenHere.missing += uint64(n - seenHere.last - 1)
	default:
		p.t.Errorf("track %d: frame %d after frame %d", s.ID, n, seenHere.last)
		return
	}
	seenHere.last = n
	if p.zero == 0 {
		p.zero = manifest.MicrosOf(cam.taken[n]) - at
	}
	seenHere.off = at + p.zero - manifest.MicrosOf(cam.taken[n])
	p.worst.place = max(p.worst.place, abs(seenHere.off))
	for id, other := range p.seen {
		if id != s.ID {
			p.worst.skew = max(p.worst.skew, abs(other.off-seenHere.off))
		}
	}
}

func abs(m manifest.Micros) manifest.Micros { return max(m, -m) }
