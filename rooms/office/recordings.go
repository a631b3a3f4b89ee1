package office

import (
	"context"
	"errors"

	"avhub/rooms"
)

// RecordingFacts are what the policy asks about a recording: where it was made,
// and for which hearing.
type RecordingFacts struct {
	Source      string
	Court, Site string         // empty: those of the source now
	Kind        rooms.SiteKind // likewise
	Hearing     string         // empty: for none
}

// recordingObject is what the policy asks about a recording. One of a hearing is
// that of the hearing's court and people; any other that of the court where it was
// made, and of nobody.
func (o *Office) recordingObject(id string, f RecordingFacts, hearing func(string) (rooms.Object, error)) (rooms.Object, error) {
	object := rooms.Object{Kind: rooms.RecordingObject, ID: id, Site: f.Site, SiteKind: f.Kind, Hearing: f.Hearing}
	court := f.Court
	if facts, ok := o.o.Facts(f.Source); ok && court == "" {
		now := o.world.Load().source(f.Source, facts, o.o.Now())
		object.Courts, object.Site, object.SiteKind = now.Courts, now.Site, now.SiteKind
	}
	if court != "" {
		object.Courts = o.world.Load().courts.Path(court)
	}
	if f.Hearing == "" {
		return object, nil
	}
	h, err := hearing(f.Hearing)
	switch {
	case errors.Is(err, ErrUnknown): // the hearing is not known here any more: nobody's own
		return object, nil
	case err != nil:
		return rooms.Object{}, err
	}
	object.Courts, object.People, object.Over = h.Courts, h.People, h.Over
	return object, nil
}

// SeesRecordings asks whether a caller may know of recordings at all, and returns
// which: for lists. What it asks the database about a hearing it asks once.
func (o *Office) SeesRecordings(ctx context.Context, c Caller) (sees func(id string, f RecordingFacts, a rooms.Action) bool, err error) {
	if !o.sees(c, rooms.SeeRecording) {
		_, err := o.mayAny(ctx, c, rooms.SeeRecording, nil)
		return nil, err
	}
	c.Free()
	type answer struct {
		object rooms.Object
		err    error
	}
	hearings := map[string]answer{}
	ask := func(id string) (rooms.Object, error) {
		known, ok := hearings[id]
		if !ok {
			known.object, known.err = o.courtObject(ctx, rooms.HearingObject, id)
			hearings[id] = known
		}
		return known.object, known.err
	}
	return func(id string, f RecordingFacts, a rooms.Action) bool {
		object, err := o.recordingObject(id, f, ask)
		return err == nil && o.decide(c, a, object).OK
	}, nil
}
