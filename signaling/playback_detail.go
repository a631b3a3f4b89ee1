package signaling

import (
	"context"
	"time"

	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
)

// RecordingDetail is all that is known of a recording. Its times are seconds since
// its beginning.
type RecordingDetail struct {
	RecordingSummary
	Codings   []Coding           `json:"codings" doc:"how its segments are coded"`
	Files     []RecordingSegment `json:"files"`
	GapList   []RecordingGap     `json:"gap_list"`
	TrackGaps []RecordingGap     `json:"track_gaps" doc:"times in which one track was missing while others went on"`
	Marks     []RecordingMark    `json:"marks"`
	Clocks    []ClockStep        `json:"clocks" doc:"settings of the hub's clock while it was recorded"`
	Held      *RecordingHold     `json:"held" doc:"legal hold"`
	Seal      *RecordingSeal     `json:"seal"`
}

// Coding is how segments are coded that can be played one after the other.
type Coding struct {
	ID     int          `json:"id" doc:"number of the first of the segments, whose initialization serves all"`
	Tracks []CodedTrack `json:"tracks"`
}

// CodedTrack is one track of a coding.
type CodedTrack struct {
	ID         int    `json:"id"`
	Kind       string `json:"kind" enum:"video,audio"`
	Codec      string `json:"codec"`
	Source     string `json:"source" doc:"codec as it came, where it is kept in another form without loss"`
	MIME       string `json:"mime" doc:"RFC 6381"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	SampleRate int    `json:"sample_rate"`
	Channels   int    `json:"channels"`
}

// RecordingSegment is one file of a recording.
type RecordingSegment struct {
	Number   int       `json:"number"`
	File     string    `json:"file"`
	Start    float64   `json:"start"`
	End      float64   `json:"end"`
	UTC      time.Time `json:"utc" doc:"of its first frame"`
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256" doc:"empty while it is being written"`
	Coding   int       `json:"coding" doc:"id of its coding; 0: it cannot be played"`
	Archived bool      `json:"archived"`
	Gone     string    `json:"gone" doc:"why its file is not here: the rule by which it was deleted, or damaged; empty: it is"`
}

// RecordingGap is a time that is not recorded.
type RecordingGap struct {
	Number        int       `json:"number" doc:"0 of a track's gap"`
	Track         int       `json:"track" doc:"0: of all"`
	Start         float64   `json:"start"`
	End           float64   `json:"end"`
	UTC           time.Time `json:"utc"`
	Lasts         bool      `json:"lasts" doc:"it has not ended"`
	Cause         string    `json:"cause"`
	Lawful        bool      `json:"lawful" doc:"it was ordered; else it is a fault, to be explained and signed for"`
	Detail        string    `json:"detail"`
	By            string    `json:"by" doc:"who ordered it"`
	Explanation   string    `json:"explanation"`
	ExplainedBy   string    `json:"explained_by"`
	CountersignBy string    `json:"countersigned_by"`
}

// RecordingMark is a moment with a text.
type RecordingMark struct {
	ID   string  `json:"id"`
	At   float64 `json:"at"`
	Text string  `json:"text"`
	By   string  `json:"by"`
}

// ClockStep is a setting of the hub's wall clock.
type ClockStep struct {
	At   float64 `json:"at"`
	Step float64 `json:"step" doc:"seconds, forward or back"`
}

// RecordingHold is a legal hold.
type RecordingHold struct {
	Reason string `json:"reason"`
	By     string `json:"by"`
}

// RecordingSeal states what the recording holds.
type RecordingSeal struct {
	Ended    time.Time      `json:"ended"`
	Media    float64        `json:"media" doc:"seconds recorded: media and gaps make the length"`
	Restarts int            `json:"restarts" doc:"of the hub while it was recorded"`
	Frames   []FrameAccount `json:"frames"`
}

// FrameAccount counts a track's frames: in = kept + gapped.
type FrameAccount struct {
	Track  int    `json:"track"`
	Kind   string `json:"kind"`
	In     uint64 `json:"in"`
	Kept   uint64 `json:"kept"`
	Gapped uint64 `json:"gapped"`
}

func (s *Server) showRecording(ctx context.Context, in *ByRecording) (*one[RecordingDetail], error) {
	r, err := s.opened(ctx, rooms.SeeRecording, in.ID)
	if err != nil {
		return nil, err
	}
	caller := callerOf(ctx)
	can := func(id string, _ office.RecordingFacts, a rooms.Action) bool {
		return s.o.Office.Can(ctx, caller, a, rooms.RecordingObject, id)
	}
	summary, err := s.o.Library.Summary(in.ID)
	if err != nil {
		return nil, playbackProblem(err)
	}
	d := RecordingDetail{
		RecordingSummary: summaryOf(&summary, can), Codings: []Coding{}, Files: []RecordingSegment{}, GapList: []RecordingGap{},
		TrackGaps: []RecordingGap{}, Marks: []RecordingMark{}, Clocks: []ClockStep{},
	}
	if fault := r.Fault(); fault != nil {
		d.Fault = fault.Error()
	}
	r.Inspect(d.fill)
	return &one[RecordingDetail]{d}, nil
}

// fill takes what a manifest says.
func (d *RecordingDetail) fill(r *manifest.Recording, files []playback.SegmentInfo) {
	known := map[int]bool{}
	for i, seg := range r.Segments {
		info := files[i]
		if c := info.Coding; c > 0 && !known[c] {
			known[c] = true
			d.Codings = append(d.Codings, codingOf(c, r.Segments[c-1].Tracks))
		}
		d.Files = append(d.Files, fileOf(seg, info))
	}
	for _, g := range r.Gaps {
		d.GapList = append(d.GapList, gapOf(r, g))
	}
	for _, g := range r.TrackGaps {
		d.TrackGaps = append(d.TrackGaps, RecordingGap{
			Track: g.ID, Start: secondsOf(g.Start), End: secondsOf(g.End), UTC: r.At(g.Start).UTC(), Cause: string(g.Cause), Lawful: g.Cause.Lawful(), Detail: g.Detail,
		})
	}
	for _, m := range r.Marks {
		d.Marks = append(d.Marks, RecordingMark{m.ID, secondsOf(m.At), m.Text, nameOf(m.By)})
	}
	for _, c := range r.Clocks {
		d.Clocks = append(d.Clocks, ClockStep{secondsOf(c.At), float64(c.StepMS) / 1000})
	}
	if h := r.Held; h != nil {
		d.Held = &RecordingHold{h.Reason, h.By.Name}
	}
	if s := r.Seal; s != nil {
		d.Seal = &RecordingSeal{Ended: s.Ended.UTC(), Media: secondsOf(s.Media), Restarts: s.Restarts, Frames: []FrameAccount{}}
		for _, t := range s.Tracks {
			d.Seal.Frames = append(d.Seal.Frames, FrameAccount{t.ID, t.Kind, t.In, t.Kept, t.Gapped})
		}
	}
}

func codingOf(id int, tracks []manifest.Track) Coding {
	c := Coding{ID: id, Tracks: []CodedTrack{}}
	for _, t := range tracks {
		c.Tracks = append(c.Tracks, CodedTrack{t.ID, t.Kind, t.Codec, t.Source, t.MIME, t.Width, t.Height, t.SampleRate, t.Channels})
	}
	return c
}

func fileOf(s *manifest.SegmentState, info playback.SegmentInfo) RecordingSegment {
	f := RecordingSegment{
		Number: s.Segment.Segment, File: s.File, Start: secondsOf(s.Start), End: secondsOf(s.End()), UTC: s.UTC.UTC(), Bytes: s.Bytes(),
		Coding: info.Coding, Archived: s.Archived != nil,
	}
	if s.Ended != nil {
		f.SHA256 = s.Ended.SHA256
	}
	switch {
	case s.Gone != nil:
		f.Gone = s.Gone.Rule
	case info.Size < f.Bytes:
		f.Gone = "damaged"
	}
	return f
}

func gapOf(r *manifest.Recording, g *manifest.GapState) RecordingGap {
	n := g.Gap.Gap
	gap := RecordingGap{
		Number: n, Start: secondsOf(g.Start), End: secondsOf(g.End()), UTC: g.UTC.UTC(), Lasts: g.Ended == nil, Cause: string(g.Cause), Lawful: g.Cause.Lawful(),
		Detail: g.Detail, By: nameOf(g.By),
	}
	if e, ok := r.Explanations[n]; ok {
		gap.Explanation, gap.ExplainedBy = e.Text, e.By.Name
	}
	if c, ok := r.Countersigns[n]; ok {
		gap.CountersignBy = c.By.Name
	}
	return gap
}

func nameOf(p *manifest.Person) string {
	if p == nil {
		return ""
	}
	return p.Name
}
