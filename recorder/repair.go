package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"avhub/recorder/fmp4"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// suspended is a recording that neither runs nor is sealed.
type suspended struct {
	dir    string
	ledger *ledger.Ledger
	rec    *manifest.Recording
}

// repairAll repairs every recording that was open when the hub went away. One that
// cannot be repaired stays as it is, and stops nothing else.
func (r *Recorder) repairAll() error {
	open, err := r.marked()
	if err != nil {
		return fmt.Errorf("recordings: %w", err)
	}
	for id, dir := range open {
		s, err := r.repair(id, dir)
		switch {
		case err != nil:
			r.o.Log.Error("a recording could not be repaired; it stays as it is, look at it with avhub verify", "dir", dir, "err", err)
		case s != nil:
			r.suspended[id] = s
		}
	}
	return nil
}

// repair brings a recording's folder into order: nil if there is nothing to go on with.
func (r *Recorder) repair(id, dir string) (*suspended, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, r.unmark(id)
	}
	l, err := ledger.Open(dir, r.ledgerOptions())
	if err != nil {
		return nil, err
	}
	s, err := r.mend(dir, l)
	if err != nil || s == nil {
		err = errors.Join(err, l.Close())
	}
	if s == nil && err == nil {
		err = r.unmark(id)
	}
	return s, err
}

func (r *Recorder) mend(dir string, l *ledger.Ledger) (*suspended, error) {
	rec := &manifest.Recording{}
	if err := ledger.NewTail(dir).Read(rec.Take); err != nil {
		return nil, err
	}
	if rec.Begin.ID == "" {
		return nil, nil // a crash at its very beginning: the manifest says of nothing
	}
	if rec.Seal != nil {
		return nil, r.mendSeal(dir, l, rec)
	}
	m := &mender{dir: dir, ledger: l, rec: rec, hash: files{sm3: r.o.SM3}}
	if err := m.segment(); err != nil {
		return nil, err
	}
	if err := m.foreign(); err != nil {
		return nil, err
	}
	if rec.OpenGap() == nil {
		end := rec.End()
		gap := manifest.Gap{Gap: len(rec.Gaps) + 1, Start: end, UTC: rec.At(end), Cause: manifest.CauseHubRestart, Detail: "the hub ended without stopping"}
		if err := m.add(manifest.KindGap, gap); err != nil {
			return nil, err
		}
	}
	_, err := l.Sign(context.Background())
	return &suspended{dir: dir, ledger: l, rec: rec}, err
}

// mendSeal completes what lacks after the manifest's seal.
func (r *Recorder) mendSeal(dir string, l *ledger.Ledger, rec *manifest.Recording) error {
	head, err := l.Sign(context.Background())
	if err != nil {
		return err
	}
	if head.N == 0 { // it was signed before the crash
		if head, err = ledger.ReadHead(dir); err != nil {
			return err
		}
	}
	return r.finishSeal(dir, rec.Begin, *rec.Seal, head)
}

// mender repairs one recording.
type mender struct {
	dir    string
	ledger *ledger.Ledger
	rec    *manifest.Recording
	hash   files // only its hashing
}

// add appends an entry, and takes it into the recording.
func (m *mender) add(kind string, body any) error {
	if _, err := m.ledger.Append(context.Background(), kind, time.Now(), body); err != nil {
		return err
	}
	fresh := &manifest.Recording{}
	if err := ledger.NewTail(m.dir).Read(fresh.Take); err != nil {
		return err
	}
	*m.rec = *fresh
	return nil
}

// segment finishes the file in hand: whole parts that the manifest does not know yet
// are taken in, the rest is cut off.
func (m *mender) segment() error {
	n := len(m.rec.Segments)
	if n == 0 || m.rec.Segments[n-1].Ended != nil {
		return nil
	}
	s := m.rec.Segments[n-1]
	path := filepath.Join(m.dir, s.File)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	size := st.Size()
	var adopted []manifest.Part
	for at := s.Bytes(); ; {
		p, next, err := m.adopt(f, s, len(adopted), at, size)
		if err != nil {
			break // what follows is no whole part
		}
		adopted = append(adopted, p)
		at = next
	}
	end := s.Bytes()
	if len(adopted) > 0 {
		last := adopted[len(adopted)-1]
		end = last.Offset + last.Size
	}
	if size > end {
		if err := errors.Join(f.Truncate(end), f.Sync()); err != nil {
			return err
		}
	}
	for _, p := range adopted {
		if err := m.add(manifest.KindPart, p); err != nil {
			return err
		}
	}
	if dropped := max(0, size-end); dropped > 0 || len(adopted) > 0 {
		if err := m.add(manifest.KindRepaired, manifest.Repaired{Segment: s.Segment.Segment, Size: end, Dropped: dropped, Adopted: len(adopted)}); err != nil {
			return err
		}
	}
	return m.finish(f)
}

// adopt describes the whole part that stands at a place of the file.
func (m *mender) adopt(f *os.File, s *manifest.SegmentState, before int, at, size int64) (manifest.Part, int64, error) {
	frag, err := fmp4.ReadFragment(f, at, size)
	if err != nil {
		return manifest.Part{}, 0, err
	}
	raw := make([]byte, frag.Size)
	if _, err := f.ReadAt(raw, at); err != nil && err != io.EOF {
		return manifest.Part{}, 0, err
	}
	p := manifest.Part{Segment: s.Segment.Segment, Part: len(s.Parts) + before + 1, Offset: at, Size: frag.Size, UTC: frag.UTC, Recovered: true}
	p.SHA256, p.SM3 = m.hash.sum(raw)
	p.Start = s.End()
	end := p.Start
	for _, t := range frag.Tracks {
		rate, base := timing(s, t.ID)
		if rate == 0 || len(t.Samples) == 0 {
			return manifest.Part{}, 0, fmp4.ErrMalformed
		}
		dts := t.Base + base
		for _, sample := range t.Samples {
			dts += int64(sample.Duration)
		}
		if before > 0 {
			p.Start = max(p.Start, ticksToMicros(t.Base+base, rate))
		}
		end = max(end, ticksToMicros(dts, rate))
		p.Tracks = append(p.Tracks, manifest.PartTrack{ID: t.ID, Frames: len(t.Samples)})
	}
	p.Duration = max(0, end-p.Start)
	p.Keyframe = frag.Tracks[0].Samples[0].Sync
	return p, at + frag.Size, nil
}

// timing is a track's timescale, and where its file's zero lies.
func timing(s *manifest.SegmentState, id int) (rate int, base int64) {
	for _, t := range s.Tracks {
		if t.ID == id {
			return t.Timescale, t.Base
		}
	}
	return 0, 0
}

// finish ends the repaired segment in the manifest.
func (m *mender) finish(f *os.File) error {
	s := m.rec.Segments[len(m.rec.Segments)-1]
	h := newHashes(m.hash.sm3)
	if _, err := io.Copy(hashWriter{h}, io.NewSectionReader(f, 0, s.Bytes())); err != nil {
		return err
	}
	e := manifest.SegmentEnd{
		Segment: s.Segment.Segment, Size: s.Bytes(), Start: s.Start, End: s.End(), UTC: m.rec.At(s.End()), Parts: len(s.Parts),
	}
	e.SHA256, e.SM3 = h.sums()
	e.CRC32 = h.check()
	for _, t := range s.Tracks {
		e.Tracks = append(e.Tracks, manifest.TrackCount{ID: t.ID, Frames: s.Frames[t.ID]})
	}
	if err := m.add(manifest.KindSegmentEnd, e); err != nil {
		return err
	}
	return m.pictureless(m.rec.Segments[len(m.rec.Segments)-1])
}

// pictureless notes that a file holds sound only: the crash came before the keyframe that
// was waited for, and before the track's gap was noted. Players go by that.
func (m *mender) pictureless(s *manifest.SegmentState) error {
	for _, t := range s.Tracks {
		if t.Kind != "video" || s.Frames[t.ID] > 0 {
			continue
		}
		noted := slices.ContainsFunc(m.rec.TrackGaps, func(g manifest.TrackGap) bool { return g.ID == t.ID && g.End > s.Start && g.Start < s.End() })
		if noted {
			continue
		}
		if err := m.add(manifest.KindTrackGap, manifest.TrackGap{ID: t.ID, Start: s.Start, End: s.End(), Cause: manifest.CauseNoKeyframe, Detail: noKeyframe}); err != nil {
			return err
		}
	}
	return nil
}

type hashWriter struct{ h hashes }

func (w hashWriter) Write(b []byte) (int, error) { w.h.write(b); return len(b), nil }

// foreign takes away a file that was begun and that the manifest knows nothing of.
func (m *mender) foreign() error {
	next := manifest.SegmentFile(len(m.rec.Segments) + 1)
	st, err := os.Stat(filepath.Join(m.dir, next))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(m.dir, next)); err != nil {
		return err
	}
	return m.add(manifest.KindRepaired, manifest.Repaired{Segment: len(m.rec.Segments) + 1, Dropped: st.Size()})
}
