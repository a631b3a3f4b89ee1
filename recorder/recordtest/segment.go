package recordtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"avhub/recorder/fmp4"
	"avhub/recorder/manifest"
)

// segment is one in the making. The whole file is held in memory.
type segment struct {
	*builder
	number int
	file   []byte
	start  manifest.Micros
	head   manifest.Micros // how far its parts reach
	parts  int
	base   map[int]int64
	frames map[int]uint64

	held    map[int][]fmp4.Sample // of the part in hand, by track
	first   map[int]int64         // decoding time of the first of them
	opened  time.Duration         // when the part in hand began
	begun   bool
	keyed   bool // it begins with a keyframe
	primary *track
}

// record plays the clip into a segment until its length is reached.
func (s *segment) record(leaveOpen bool) error {
	s.primary, s.frames, s.base = s.tracks[0], map[int]uint64{}, map[int]int64{}
	begin := s.primary.at()
	s.start = s.primary.micros(s.primary.ticks(begin))
	s.head = s.start
	if err := s.header(); err != nil {
		return err
	}
	for {
		next := s.primary
		for _, t := range s.tracks[1:] {
			if t.at() < next.at() {
				next = t
			}
		}
		if next == s.primary {
			key, at := next.keyframe(), next.at()
			if key && at-begin >= s.o.Length {
				break
			}
			if s.begun && (key && !s.keyed || at-s.opened >= s.o.Part) {
				if err := s.flush(); err != nil {
					return err
				}
			}
			if !s.begun {
				s.begun, s.opened, s.keyed = true, at, key
			}
		}
		s.take(next)
	}
	if err := s.flush(); err != nil {
		return err
	}
	s.end = s.head
	if err := os.WriteFile(filepath.Join(s.dir, manifest.SegmentFile(s.number)), s.file, 0o640); err != nil {
		return err
	}
	if leaveOpen {
		return nil
	}
	return s.finish()
}

// take puts a track's next frame into the part in hand.
func (s *segment) take(t *track) {
	if s.held == nil {
		s.held, s.first = map[int][]fmp4.Sample{}, map[int]int64{}
	}
	f, id := t.take(), t.stated.ID
	if _, ok := s.first[id]; !ok {
		s.first[id] = f.dts
	}
	s.held[id] = append(s.held[id], fmp4.Sample{
		Data: f.data, Duration: uint32(t.ticks(t.at()) - f.dts), Shift: f.shift, Sync: f.keyframe || !t.described.Codec.Video(),
	})
}

func (s *segment) header() error {
	zero, shown := s.start, manifest.Micros(math.MaxInt64)
	for _, t := range s.tracks {
		dts := t.ticks(t.at())
		zero = min(zero, t.micros(dts))
		shown = min(shown, t.micros(dts+s.shiftOf(t)))
	}
	stated := manifest.Segment{Segment: s.number, File: manifest.SegmentFile(s.number), Start: s.start, UTC: s.utc(s.start)}
	stated.MidGroup = s.primary.described.Codec.Video() && !s.primary.keyframe()
	var described []fmp4.Track
	for _, t := range s.tracks {
		d, m := t.described, t.stated
		m.Base = t.ticks(zero.Duration())
		d.Start = t.ticks(shown.Duration()) - m.Base
		s.base[m.ID] = m.Base
		described, stated.Tracks = append(described, d), append(stated.Tracks, m)
	}
	header, err := fmp4.Header(described)
	if err != nil {
		return err
	}
	s.file = header
	stated.Size = int64(len(header))
	stated.SHA256, stated.SM3 = s.sums(header)
	return s.add(manifest.KindSegment, stated)
}

// shiftOf is by how much a track's next frame is shown after it is decoded.
func (s *segment) shiftOf(t *track) int64 {
	sample := t.clip.Samples[t.i]
	return t.ticks(t.loop+sample.PTS) - t.ticks(t.at())
}

// flush writes the part in hand.
func (s *segment) flush() error {
	if !s.begun {
		return nil
	}
	s.parts++
	s.sequence++
	part := fmp4.Part{Sequence: s.sequence, UTC: s.utc(s.head)}
	stated := manifest.Part{Segment: s.number, Part: s.parts, Offset: int64(len(s.file)), Start: s.head, UTC: s.utc(s.head), Keyframe: s.keyed}
	for _, t := range s.tracks {
		id := t.stated.ID
		samples := s.held[id]
		if len(samples) == 0 {
			continue
		}
		nalus := t.described.Codec == fmp4.H264 || t.described.Codec == fmp4.H265
		part.Tracks = append(part.Tracks, fmp4.PartTrack{ID: id, Base: max(0, s.first[id]-s.base[id]), NALUs: nalus, Samples: samples})
		stated.Tracks = append(stated.Tracks, manifest.PartTrack{ID: id, Frames: len(samples), RTP: uint32(s.first[id])})
		s.frames[id] += uint64(len(samples))
		c := s.count(t)
		c.In += uint64(len(samples))
		c.Kept += uint64(len(samples))
	}
	before := len(s.file)
	s.file = part.Append(s.file)
	stated.Size = int64(len(s.file) - before)
	stated.SHA256, stated.SM3 = s.sums(s.file[before:])
	head := s.primary.micros(s.primary.ticks(s.primary.at()))
	stated.Duration = head - s.head
	s.head, s.begun, s.held, s.first = head, false, nil, nil
	return s.add(manifest.KindPart, stated)
}

func (s *segment) finish() error {
	e := manifest.SegmentEnd{
		Segment: s.number, Size: int64(len(s.file)), Start: s.start, End: s.head, UTC: s.utc(s.head), Parts: s.parts,
	}
	e.SHA256, e.SM3 = s.sums(s.file)
	e.CRC32 = fmt.Sprintf("%08x", crc32.ChecksumIEEE(s.file))
	for _, t := range s.tracks {
		e.Tracks = append(e.Tracks, manifest.TrackCount{ID: t.stated.ID, Frames: s.frames[t.stated.ID]})
	}
	s.media += s.head - s.start
	s.bytes += e.Size
	s.files = append(s.files, manifest.SealedFile{File: manifest.SegmentFile(s.number), Size: e.Size, SHA256: e.SHA256, SM3: e.SM3})
	if err := s.add(manifest.KindSegmentEnd, e); err != nil {
		return err
	}
	return s.sign()
}

func (b *builder) sums(data []byte) (sha, other string) {
	sum := sha256.Sum256(data)
	if b.o.SM3 {
		more := sm3.Sum(data)
		other = hex.EncodeToString(more[:])
	}
	return hex.EncodeToString(sum[:]), other
}

// WriteSeal writes seal.json.
func WriteSeal(dir string, s manifest.SealFile) error {
	raw, err := s.Marshal()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, manifest.SealFileName), raw, 0o640)
}
