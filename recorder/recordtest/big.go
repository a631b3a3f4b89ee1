package recordtest

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"avhub/recorder/fmp4"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// partsASegment is how many parts a segment of [Big] has: a minute's.
const partsASegment = 120

// BigOptions of a recording with a long manifest.
type BigOptions struct {
	Lines int  // at least so many
	Media bool // its files too; else they are gone by a tombstone
	Frame int  // bytes of each part's frame; below two: two
	Key   ed25519.PrivateKey
}

// Big makes a sealed recording of sound alone, whose manifest has any number of
// lines: a million of them are six days, and take a few seconds.
func Big(dir string, big BigOptions) (*Recording, error) {
	o := Options{Room: "court-1", NoPicture: true, Key: big.Key, Source: "court-1"}
	o.setDefaults()
	tracks, err := tracksOf(&o)
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(dir, ledger.Options{
		Key: o.Key, Purpose: manifest.Purpose, Name: ledger.Manifest, Unlocked: true, NoSync: true, HeadEvery: -1,
		Now: func() time.Time { return o.Zero },
	})
	if err != nil {
		return nil, err
	}
	b := &builder{o: &o, dir: dir, ledger: l, tracks: tracks, counts: map[int]*manifest.TrackSeal{}}
	if err := b.big(big); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &Recording{Dir: dir, Public: o.Key.Public().(ed25519.PublicKey), Head: b.head}, l.Close()
}

func (b *builder) big(o BigOptions) error {
	begin := b.o
	begin.Segments, begin.Open = 0, true
	if err := b.all(); err != nil { // the beginning alone
		return err
	}
	// A segment's parts, its beginning, its end and its head, and what stands around all.
	for lines := 7; lines < o.Lines; lines += partsASegment + 3 {
		s := &segment{builder: b, number: len(b.files) + 1, primary: b.tracks[0], start: b.end, head: b.end, base: map[int]int64{}, frames: map[int]uint64{}}
		if err := s.many(o); err != nil {
			return err
		}
	}
	files := make([]string, len(b.files))
	for i, f := range b.files {
		files[i] = f.File
	}
	if err := b.seal(); err != nil {
		return err
	}
	for ; !o.Media && len(files) > 0; files = files[min(len(files), 1000):] {
		t := manifest.Tombstone{Files: files[:min(len(files), 1000)], Rule: "retention", Reason: "made without"}
		if err := b.add(manifest.KindTombstone, t); err != nil {
			return err
		}
	}
	return b.sign()
}

// many makes a segment of many parts of one frame each.
func (s *segment) many(o BigOptions) error {
	if err := s.header(); err != nil {
		return err
	}
	t := s.primary
	bodies := make([]any, 0, partsASegment)
	const length = 500_000
	frame := make([]byte, max(2, o.Frame))
	frame[0] = 0x08 << 3 // SILK, 10 ms
	duration := uint32(t.described.Timescale / 2)
	for range partsASegment {
		s.parts++
		s.sequence++
		part := fmp4.Part{Sequence: s.sequence, UTC: s.utc(s.head), Tracks: []fmp4.PartTrack{{
			ID: t.stated.ID, Base: int64(duration) * int64(s.parts-1), Samples: []fmp4.Sample{{Data: [][]byte{frame}, Duration: duration, Sync: true}},
		}}}
		frame[1] = byte(s.sequence)
		before := len(s.file)
		s.file = part.Append(s.file)
		stated := manifest.Part{
			Segment: s.number, Part: s.parts, Offset: int64(before), Size: int64(len(s.file) - before), Start: s.head, Duration: length, UTC: s.utc(s.head),
			Keyframe: true, Tracks: []manifest.PartTrack{{ID: t.stated.ID, Frames: 1, RTP: uint32(s.sequence) * duration}},
		}
		stated.SHA256, stated.SM3 = s.sums(s.file[before:])
		s.head += length
		raw, err := json.Marshal(stated)
		if err != nil {
			return err
		}
		bodies = append(bodies, json.RawMessage(raw))
	}
	s.frames[t.stated.ID] += partsASegment
	c := s.count(t)
	c.In += partsASegment
	c.Kept += partsASegment
	if _, err := s.ledger.Append(context.Background(), manifest.KindPart, s.utc(s.start), bodies...); err != nil {
		return err
	}
	s.end = s.head
	t.loop += partsASegment * length * time.Microsecond
	if o.Media {
		if err := os.WriteFile(filepath.Join(s.dir, manifest.SegmentFile(s.number)), s.file, 0o640); err != nil {
			return err
		}
	}
	return s.finish()
}
