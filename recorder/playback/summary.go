package playback

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Summary is what a list says of a recording.
type Summary struct {
	ID, Source, Name, Set string
	Labels                map[string]string
	Begin                 time.Time       // hub UTC at the beginning of its timeline
	Length                manifest.Micros // of the timeline, gaps included
	Gaps                  manifest.Micros // of it
	GapCount              int
	Segments              int
	Bytes                 int64
	Sealed                bool   // it has ended
	Value                 string // integrity check value of what is sealed
	Fault                 string // why it can be read only in part
}

// End is where it ends, or where it has got to.
func (s *Summary) End() time.Time { return s.Begin.Add(s.Length.Duration()) }

// summarized is a summary with what it was made of.
type summarized struct {
	Summary
	sealed  time.Time // when seal.json was changed last
	counted *counted  // of what is still being written
}

// maxSeal is the longest seal.json that is read: ten thousand segments.
const maxSeal = 8 << 20

// summary finds a recording's; ok false: there is no manifest.
func (l *Library) summary(p place) (s *summarized, ok bool) {
	dir := p.dir(l.o.Dir)
	s, known := l.summaries.get(p.id)
	info, err := os.Stat(filepath.Join(dir, manifest.SealFileName))
	if known && err == nil && s.sealed.Equal(info.ModTime()) {
		return s, true
	}
	if err == nil {
		if s, err := sealedSummary(p, dir); err == nil {
			s.sealed = info.ModTime()
			l.summaries.put(p.id, s, 1)
			return s, true
		}
	}
	// It is being written, or cannot be read so easily.
	if !known || s.counted == nil {
		s = &summarized{counted: newCounted(dir)}
		l.summaries.put(p.id, s, 1)
	}
	next, err := s.counted.summary(p)
	if errors.Is(err, fs.ErrNotExist) {
		l.summaries.remove(p.id)
		return nil, false
	}
	return &summarized{Summary: next}, true
}

// sealedSummary reads the beginning of a manifest and its seal.
func sealedSummary(p place, dir string) (*summarized, error) {
	f, err := os.Open(filepath.Join(dir, manifest.SealFileName))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxSeal))
	if err != nil {
		return nil, err
	}
	var seal manifest.SealFile
	if err := json.Unmarshal(raw, &seal); err != nil {
		return nil, err
	}
	begin, err := readBegin(dir)
	if err != nil {
		return nil, err
	}
	if begin.ID != p.id || seal.Recording != p.id || seal.Format != manifest.SealFormat {
		return nil, fmt.Errorf("recording %s: %w", p.id, manifest.ErrNotWhole)
	}
	s := &summarized{Summary: summaryOf(p, &begin)}
	s.Length, s.Gaps, s.GapCount, s.Segments, s.Bytes = seal.Seal.End, seal.Seal.Gaps, seal.Seal.GapCount, seal.Seal.Segments, seal.Seal.Bytes
	s.Sealed, s.Value = true, seal.Value
	return s, nil
}

func summaryOf(p place, b *manifest.Begin) Summary {
	s := Summary{ID: p.id, Source: b.Source, Name: b.Name, Set: b.Set, Labels: b.Labels, Begin: b.Zero}
	if s.Source == "" {
		s.Source = p.source
	}
	if s.Begin.IsZero() {
		s.Begin, _ = time.Parse(time.DateOnly, p.day) // as near as can be told
	}
	return s
}

// readBegin reads the recording's entry, one of the manifest's first.
func readBegin(dir string) (b manifest.Begin, err error) {
	f, err := os.Open(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		return b, err
	}
	defer f.Close()
	lines := bufio.NewReaderSize(io.LimitReader(f, 4*ledger.MaxLine), 16<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return b, fmt.Errorf("its manifest has no beginning: %w", manifest.ErrNotWhole)
		}
		e, err := ledger.ParseLine(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			return b, err
		}
		if e.Kind == manifest.KindBegin {
			return b, json.Unmarshal(e.Body, &b)
		}
	}
}
