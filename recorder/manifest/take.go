package manifest

import (
	"fmt"

	"avhub/recorder/ledger"
)

// takers add an entry's body to a recording, by kind.
var takers = map[string]func(*Recording, ledger.Entry) error{
	KindSegment:     takeSegment,
	KindPart:        takePart,
	KindSegmentEnd:  takeSegmentEnd,
	KindGap:         takeGap,
	KindGapEnd:      takeGapEnd,
	KindTrackGap:    func(r *Recording, e ledger.Entry) error { return appendTo(&r.TrackGaps, e) },
	KindClock:       func(r *Recording, e ledger.Entry) error { return appendTo(&r.Clocks, e) },
	KindMark:        func(r *Recording, e ledger.Entry) error { return appendTo(&r.Marks, e) },
	KindStamp:       func(r *Recording, e ledger.Entry) error { return appendTo(&r.Stamps, e) },
	KindRepaired:    takeRepaired,
	KindSeal:        takeSeal,
	KindExplanation: takeExplanation,
	KindCountersign: takeCountersign,
	KindArchived:    takeArchived,
	KindHold:        takeHold,
	KindTombstone:   takeTombstone,
}

func appendTo[T any](list *[]T, e ledger.Entry) error {
	var body T
	if err := Decode(e, &body); err != nil {
		return err
	}
	*list = append(*list, body)
	return nil
}

// open is the segment being written, or nil.
func (r *Recording) open() *SegmentState {
	if n := len(r.Segments); n > 0 && r.Segments[n-1].Ended == nil {
		return r.Segments[n-1]
	}
	return nil
}

func takeSegment(r *Recording, e ledger.Entry) error {
	var body Segment
	if err := Decode(e, &body); err != nil {
		return err
	}
	if r.open() != nil || body.Segment != len(r.Segments)+1 || body.Size <= 0 || body.Start < r.End() {
		return fmt.Errorf("segment %d cannot begin here: %w", body.Segment, ErrNotWhole)
	}
	if body.File != SegmentFile(body.Segment) {
		return fmt.Errorf("segment %d has the file name %q: %w", body.Segment, body.File, ErrNotWhole)
	}
	r.Segments = append(r.Segments, &SegmentState{Segment: body, Frames: map[int]uint64{}})
	return nil
}

// SegmentFile is the name of a segment's file.
func SegmentFile(segment int) string { return fmt.Sprintf("%06d.mp4", segment) }

func takePart(r *Recording, e ledger.Entry) error {
	body, _, _, ok := quickPart(e.Body)
	if !ok {
		body = Part{}
		if err := Decode(e, &body); err != nil {
			return err
		}
	}
	s := r.open()
	if s == nil || body.Segment != s.Segment.Segment || body.Part != len(s.Parts)+1 ||
		body.Offset != s.Bytes() || body.Size <= 0 || body.Start < s.Start || body.Duration < 0 {
		return fmt.Errorf("part %d of segment %d cannot stand here: %w", body.Part, body.Segment, ErrNotWhole)
	}
	s.Parts = append(s.Parts, PartState{body.Offset, body.Size, body.Start, body.Duration, body.Keyframe})
	for _, t := range body.Tracks {
		s.Frames[t.ID] += uint64(t.Frames)
	}
	return nil
}

func takeSegmentEnd(r *Recording, e ledger.Entry) error {
	var body SegmentEnd
	if err := Decode(e, &body); err != nil {
		return err
	}
	s := r.open()
	if s == nil || body.Segment != s.Segment.Segment || body.Size != s.Bytes() || body.Parts != len(s.Parts) || body.End < s.Start {
		return fmt.Errorf("segment %d cannot end here: %w", body.Segment, ErrNotWhole)
	}
	s.Ended = &body
	return nil
}

func takeGap(r *Recording, e ledger.Entry) error {
	var body Gap
	if err := Decode(e, &body); err != nil {
		return err
	}
	if r.OpenGap() != nil || r.open() != nil || body.Gap != len(r.Gaps)+1 || !body.Cause.Valid() {
		return fmt.Errorf("gap %d (%s) cannot begin here: %w", body.Gap, body.Cause, ErrNotWhole)
	}
	r.Gaps = append(r.Gaps, &GapState{Gap: body})
	return nil
}

func takeGapEnd(r *Recording, e ledger.Entry) error {
	var body GapEnd
	if err := Decode(e, &body); err != nil {
		return err
	}
	g := r.OpenGap()
	if g == nil || body.Gap != g.Gap.Gap || body.End < g.Start {
		return fmt.Errorf("gap %d cannot end here: %w", body.Gap, ErrNotWhole)
	}
	g.Ended = &body
	if g.Cause == CauseHubRestart {
		r.Restarts++
	}
	return nil
}

func takeRepaired(r *Recording, e ledger.Entry) error {
	var body Repaired
	return Decode(e, &body)
}

func takeSeal(r *Recording, e ledger.Entry) error {
	var body Seal
	if err := Decode(e, &body); err != nil {
		return err
	}
	if r.open() != nil || r.OpenGap() != nil || body.Segments != len(r.Segments) {
		return fmt.Errorf("it cannot be sealed like this: %w", ErrNotWhole)
	}
	r.Seal, r.SealEntry = &body, e.N
	return nil
}

func takeExplanation(r *Recording, e ledger.Entry) error {
	var body Explanation
	if err := Decode(e, &body); err != nil {
		return err
	}
	if body.Gap < 1 || body.Gap > len(r.Gaps) {
		return fmt.Errorf("there is no gap %d: %w", body.Gap, ErrNotWhole)
	}
	put(&r.Explanations, body.Gap, body)
	delete(r.Countersigns, body.Gap) // another text needs another signature
	return nil
}

func takeCountersign(r *Recording, e ledger.Entry) error {
	var body Countersign
	if err := Decode(e, &body); err != nil {
		return err
	}
	if _, ok := r.Explanations[body.Gap]; !ok {
		return fmt.Errorf("gap %d has no explanation to sign: %w", body.Gap, ErrNotWhole)
	}
	put(&r.Countersigns, body.Gap, body)
	return nil
}

func put[T any](to *map[int]T, key int, value T) {
	if *to == nil {
		*to = map[int]T{}
	}
	(*to)[key] = value
}

func takeArchived(r *Recording, e ledger.Entry) error {
	var body Archived
	if err := Decode(e, &body); err != nil {
		return err
	}
	for _, s := range r.Segments {
		if s.File == body.File {
			s.Archived = &body
		}
	}
	return nil
}

func takeHold(r *Recording, e ledger.Entry) error {
	var body Hold
	if err := Decode(e, &body); err != nil {
		return err
	}
	r.Held = nil
	if body.On {
		r.Held = &body
	}
	return nil
}

func takeTombstone(r *Recording, e ledger.Entry) error {
	var body Tombstone
	if err := Decode(e, &body); err != nil {
		return err
	}
	for _, file := range body.Files {
		for _, s := range r.Segments {
			if s.File == file {
				s.Gone = &body
			}
		}
	}
	return nil
}
