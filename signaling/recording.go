package signaling

import (
	"context"
	"errors"
	"time"

	"avhub/recorder"
	"avhub/recorder/manifest"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// Recording is how a source is being recorded.
type Recording struct {
	State   string       `json:"state" enum:"recording,gap,failed,off" doc:"failed: it must be recorded and cannot be"`
	Why     string       `json:"why" doc:"of a gap: its cause; of a failure: what went wrong"`
	Running []RunningNow `json:"running"`
}

// RunningNow is one recording that goes on.
type RunningNow struct {
	ID      string    `json:"id"`
	For     string    `json:"for" enum:"always,hand,hearing"`
	Hearing string    `json:"hearing" doc:"id; empty unless for a hearing"`
	Started time.Time `json:"started" doc:"beginning of its timeline"`
	Length  float64   `json:"length" doc:"seconds"`
	Bytes   int64     `json:"bytes"`
	Gap     string    `json:"gap" doc:"cause of the gap that lasts; empty: it is being recorded"`
}

type recordingOutput struct{ Body Recording }

// recordingOf says how a source is being recorded.
func recordingOf(k *record.Keeper, source string) Recording {
	out := Recording{State: "off", Running: []RunningNow{}}
	if k == nil {
		return out
	}
	st := k.State(source)
	for _, r := range st.Recordings {
		now := RunningNow{
			ID: r.ID, For: r.Labels[record.LabelFor], Hearing: r.Labels[record.LabelHearing],
			Started: r.Started, Length: r.Length.Seconds(), Bytes: r.Bytes,
		}
		if r.Gap != nil {
			now.Gap = string(r.Gap.Cause)
			if out.State == "off" {
				out.State, out.Why = "gap", now.Gap
			}
		} else {
			out.State, out.Why = "recording", ""
		}
		out.Running = append(out.Running, now)
	}
	if len(st.Failed) > 0 {
		out.State, out.Why = "failed", st.Failed[0]
	}
	return out
}

func (s *Server) getRecording(ctx context.Context, in *ByID) (*recordingOutput, error) {
	if err := s.may(ctx, rooms.SeeStatus, rooms.SourceObject, in.ID); err != nil {
		return nil, err
	}
	return &recordingOutput{recordingOf(s.o.Keeper(), in.ID)}, nil
}

func (s *Server) startRecording(ctx context.Context, in *ByID) (*recordingOutput, error) {
	caller := callerOf(ctx)
	err := s.o.Office.Do(ctx, caller, rooms.Record, rooms.SourceObject, in.ID, map[string]string{"command": "start"}, func() error {
		if s.o.Keeper() == nil {
			return errNoRecorder
		}
		_, err := s.o.Keeper().Start(in.ID, record.Order{User: caller.Who.ID, Name: caller.Who.Name, At: time.Now()})
		return err
	})
	if err != nil {
		return nil, recordProblem(err)
	}
	s.o.Catalog.Changed(in.ID)
	return &recordingOutput{recordingOf(s.o.Keeper(), in.ID)}, nil
}

func (s *Server) stopRecording(ctx context.Context, in *ByID) (*recordingOutput, error) {
	err := s.o.Office.Do(ctx, callerOf(ctx), rooms.Record, rooms.SourceObject, in.ID, map[string]string{"command": "stop"}, func() error {
		if s.o.Keeper() == nil {
			return errNoRecorder
		}
		_, err := s.o.Keeper().Stop(ctx, in.ID)
		return err
	})
	if err != nil {
		return nil, recordProblem(err)
	}
	s.o.Catalog.Changed(in.ID)
	return &recordingOutput{recordingOf(s.o.Keeper(), in.ID)}, nil
}

var errNoRecorder = problem(503, "no_recorder", "this hub records nothing yet: try again in a moment")

func recordProblem(err error) error {
	switch {
	case errors.Is(err, record.ErrRuns), errors.Is(err, record.ErrNotByHand):
		return problem(409, "recording", err.Error())
	case errors.Is(err, record.ErrUnknownSource):
		return errUnknownSource
	case errors.Is(err, record.ErrFailed):
		return problem(503, "recording", err.Error())
	}
	return officeProblem(err)
}

// TellRecording makes what a recording's manifest has taken known to those who may
// know of its source.
func TellRecording(events *Events, facts func(id string) (office.Facts, bool), t recorder.Told) {
	kind, ok := toldKinds[t.Kind]
	if !ok {
		return
	}
	f, known := facts(t.Source)
	if !known {
		return
	}
	events.publishSource(kind, t.Source, &f, RecordingEvent{Recording: t.ID, Source: t.Source, Hearing: t.Labels[record.LabelHearing], What: t.Body}, time.Now())
}

// RecordingEvent is what the recordings' events carry.
type RecordingEvent struct {
	Recording string `json:"recording"`
	Source    string `json:"source"`
	Hearing   string `json:"hearing,omitempty"`
	What      any    `json:"what"` // the entry of the manifest, see docs/evidence-format.md
}

// toldKinds are the events of recordings.
var toldKinds = map[string]string{
	manifest.KindSegment: "recording.segment", manifest.KindGap: "recording.gap", manifest.KindGapEnd: "recording.gap_end", manifest.KindSeal: "recording.sealed",
	manifest.KindMark: "recording.mark", manifest.KindExplanation: "recording.explained", manifest.KindCountersign: "recording.signed", manifest.KindHold: "recording.hold",
}

// TellStoring makes something known about the archive or the recordings' disk to those
// who look after the hub.
func TellStoring(events *Events, kind string, data map[string]string) {
	events.Publish(kind, rooms.SeeMetrics, rooms.Object{Kind: rooms.HubObject}, data, time.Now())
}
