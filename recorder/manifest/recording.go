package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"avhub/recorder/ledger"
)

// Recording is what a manifest adds up to.
type Recording struct {
	Begin
	Segments     []*SegmentState
	Gaps         []*GapState
	TrackGaps    []TrackGap
	Marks        []Mark
	Clocks       []Clock
	Explanations map[int]Explanation // by gap
	Countersigns map[int]Countersign // by gap
	Stamps       []Stamp
	Held         *Hold // nil: no legal hold
	Seal         *Seal // nil: it has not ended
	SealEntry    uint64
	Last         uint64 // number of the last entry
	Restarts     int
}

// SegmentState is a segment as far as it is written.
type SegmentState struct {
	Segment
	Parts    []PartState
	Frames   map[int]uint64 // of its tracks, by id
	Ended    *SegmentEnd    // nil: it is being written
	Archived *Archived
	Gone     *Tombstone // its file was deleted here
}

// PartState is what playback needs of a part.
type PartState struct {
	Offset   int64
	Size     int64
	Start    Micros
	Duration Micros
	Keyframe bool
}

// GapState is a gap with its end, if it has ended.
type GapState struct {
	Gap
	Ended *GapEnd
}

// End is how far the segment reaches.
func (s *SegmentState) End() Micros {
	if s.Ended != nil {
		return s.Ended.End
	}
	if n := len(s.Parts); n > 0 {
		return s.Parts[n-1].Start + s.Parts[n-1].Duration
	}
	return s.Start
}

// Bytes is how much of the segment's file counts.
func (s *SegmentState) Bytes() int64 {
	if s.Ended != nil {
		return s.Ended.Size
	}
	if n := len(s.Parts); n > 0 {
		return s.Parts[n-1].Offset + s.Parts[n-1].Size
	}
	return s.Size
}

// End is how far the timeline reaches.
func (r *Recording) End() Micros {
	if r.Seal != nil {
		return r.Seal.End
	}
	var end Micros
	if n := len(r.Segments); n > 0 {
		end = r.Segments[n-1].End()
	}
	if n := len(r.Gaps); n > 0 {
		end = max(end, r.Gaps[n-1].End())
	}
	return end
}

// End is the gap's end, or its beginning while it lasts.
func (g *GapState) End() Micros {
	if g.Ended != nil {
		return g.Ended.End
	}
	return g.Start
}

// OpenGap is the gap that has not ended, or nil.
func (r *Recording) OpenGap() *GapState {
	if n := len(r.Gaps); n > 0 && r.Gaps[n-1].Ended == nil {
		return r.Gaps[n-1]
	}
	return nil
}

// At is the hub's UTC at a time on the timeline: Zero, moved by the settings of the
// wall clock since.
func (r *Recording) At(m Micros) time.Time {
	t := r.Zero.Add(m.Duration())
	for _, c := range r.Clocks {
		if c.At <= m {
			t = t.Add(time.Duration(c.StepMS) * time.Millisecond)
		}
	}
	return t
}

// ErrNotWhole says that a manifest does not add up.
var ErrNotWhole = errors.New("the manifest does not add up: run avhub verify on it")

// Take adds the next entry. It checks what later entries rest on; whether all of
// it is true, avhub verify tells.
func (r *Recording) Take(e ledger.Entry) error {
	if err := r.take(e); err != nil {
		return fmt.Errorf("entry %d (%s): %w", e.N, e.Kind, err)
	}
	r.Last = e.N
	return nil
}

func (r *Recording) take(e ledger.Entry) error {
	switch e.Kind {
	case ledger.KindHeader, ledger.KindHead, ledger.KindRecovered:
		return nil
	case KindBegin:
		if r.Begin.ID != "" {
			return fmt.Errorf("it begins twice: %w", ErrNotWhole)
		}
		if err := Decode(e, &r.Begin); err != nil {
			return err
		}
		if r.Begin.Format != Format || r.Begin.ID == "" {
			return fmt.Errorf("its format is %q, this program knows %s", r.Begin.Format, Format)
		}
		return nil
	}
	if r.Begin.ID == "" {
		return fmt.Errorf("it stands before the beginning: %w", ErrNotWhole)
	}
	if r.Seal != nil && !annexes[e.Kind] {
		return fmt.Errorf("it stands after the seal: %w", ErrNotWhole)
	}
	take, ok := takers[e.Kind]
	if !ok {
		return fmt.Errorf("its kind is unknown: %w", ErrNotWhole)
	}
	return take(r, e)
}

// Decode reads an entry's body and takes no member that it does not know.
func Decode(e ledger.Entry, to any) error {
	d := json.NewDecoder(bytes.NewReader(e.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("%w: %w", err, ErrNotWhole)
	}
	return nil
}

// Read reads a recording's folder.
func Read(dir string) (*Recording, error) {
	r := &Recording{}
	if err := ledger.NewTail(dir).Read(r.Take); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	if r.Begin.ID == "" {
		return nil, fmt.Errorf("recording %s: its manifest is empty", dir)
	}
	return r, nil
}

// IsOwnFile tells whether a recording's folder holds a file of this name that is no
// segment: its manifest, head, seal or keys, or what a crash has left of one.
func IsOwnFile(name string) bool {
	return ledger.Manifest.Owns(name) || strings.TrimSuffix(name, ".new") == SealFileName
}
