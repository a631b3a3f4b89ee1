package main

import (
	"context"
	"log/slog"

	"avhub/recorder"
	"avhub/recorder/playback"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// annexer adds to recordings' manifests, and has the archive take what was added.
func (s *storing) annexer(films *recorder.Recorder) func(ctx context.Context, dir, kind string, body any) error {
	return func(ctx context.Context, dir, kind string, body any) error {
		err := films.Annex(ctx, dir, kind, body)
		if err == nil && s.archive != nil {
			s.archive.Changed(dir)
		}
		return err
	}
}

// keepHolds carries the legal holds of cases into their recordings.
func (s *storing) keepHolds(films *recorder.Recorder, library *playback.Library, desk *office.Office, log *slog.Logger) *record.Holds {
	o := record.HoldOptions{Cases: desk.Holds, Annex: s.annexer(films), Log: log, Recordings: recordingsOfCases(library)}
	if s.archive != nil {
		o.Archive = s.archive.Hold
	}
	return record.NewHolds(o)
}

// recordingsOfCases finds the recordings of cases in a library.
func recordingsOfCases(library *playback.Library) func(context.Context, func(string) bool) (map[string]record.Held, error) {
	return func(ctx context.Context, wanted func(string) bool) (map[string]record.Held, error) {
		all, err := library.All(ctx, func(s *playback.Summary) bool { return wanted(s.Labels[record.LabelCase]) })
		found := map[string]record.Held{}
		for _, s := range all {
			if dir, ok := library.Dir(s.ID); ok {
				found[s.ID] = record.Held{Dir: dir, Case: s.Labels[record.LabelCase]}
			}
		}
		return found, err
	}
}
