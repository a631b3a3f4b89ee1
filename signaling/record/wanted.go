package record

import (
	"maps"
	"slices"
	"strings"

	"avhub/configs"
	"avhub/recorder"
	"avhub/recorder/manifest"
	"avhub/rooms"
)

// What a recording is for, beside hearings.
const (
	always = "always"
	hand   = "hand"
)

// Labels that recordings carry.
const (
	LabelFor     = "for"     // always, hand or hearing
	LabelHearing = "hearing" // its id
	LabelCase    = "case"    // id
	LabelNumber  = "number"  // 案号
	LabelTitle   = "title"
	LabelCourt   = "court"
	LabelSite    = "site"      // id of the place
	LabelKind    = "site_kind" // courtroom, detention_centre …
	LabelBy      = "by"        // who started it by hand
)

// want is a recording that must be.
type want struct {
	source  configs.Source
	hearing *rooms.Hearing
	labels  map[string]string
	from    recorder.Source // nil: the source's line
}

// wanted is all that must be recorded now.
func (k *Keeper) wanted(hearings []rooms.Hearing, numbers map[string]string) (map[key]want, error) {
	all := map[key]want{}
	sources := k.o.Sources()
	for _, s := range sources {
		if s.Record == configs.RecordAlways {
			all[key{s.ID, always}] = want{source: s, labels: labels(s, always)}
		}
		if o, ok := k.byHand[s.ID]; ok {
			l := labels(s, hand)
			l[LabelBy] = o.Name
			all[key{s.ID, hand}] = want{source: s, labels: l}
		}
	}
	for i := range hearings {
		h := &hearings[i]
		if !everRecorded(h) {
			continue
		}
		if err := k.wantSent(all, h, numbers[h.ID]); err != nil {
			return nil, err
		}
		if h.Site == "" {
			continue
		}
		for _, s := range sources {
			if s.Place() != h.Site || s.Record == configs.RecordNever {
				continue
			}
			all[key{s.ID, h.ID}] = want{source: s, hearing: h, labels: hearingLabels(labels(s, LabelHearing), h, numbers[h.ID])}
		}
	}
	return all, nil
}

// wantSent adds what participants send in a hearing's room.
func (k *Keeper) wantSent(all map[key]want, h *rooms.Hearing, number string) error {
	if k.o.Sent == nil {
		return nil
	}
	var known []string
	for _, b := range k.o.Recorder.Suspended() {
		if at := keyOf(b); at.what == h.ID {
			known = append(known, b.Source)
		}
	}
	sent, err := k.o.Sent(*h, known)
	if err != nil {
		return err
	}
	for _, x := range sent {
		l := map[string]string{LabelFor: LabelHearing, LabelSite: h.Site}
		all[key{x.ID, h.ID}] = want{source: configs.Source{ID: x.ID, Name: x.Name}, hearing: h, labels: hearingLabels(l, h, number), from: x.From}
	}
	return nil
}

// hearingLabels adds what a recording of a hearing says of it.
func hearingLabels(l map[string]string, h *rooms.Hearing, number string) map[string]string {
	l[LabelHearing], l[LabelCase], l[LabelNumber], l[LabelTitle], l[LabelCourt] = h.ID, h.Case, number, h.Title, h.Court
	maps.DeleteFunc(l, func(_, v string) bool { return v == "" })
	return l
}

// everRecorded tells whether the recorder had to run at any time of the hearing.
func everRecorded(h *rooms.Hearing) bool {
	return h.Recording || len(rooms.RecordedSpans(h.History)) > 0
}

func labels(s configs.Source, purpose string) map[string]string {
	l := map[string]string{LabelFor: purpose, LabelCourt: s.Court, LabelSite: s.Place(), LabelKind: string(s.Site)}
	maps.DeleteFunc(l, func(_, v string) bool { return v == "" })
	return l
}

func compare(a, b key) int {
	if c := strings.Compare(a.source, b.source); c != 0 {
		return c
	}
	return strings.Compare(a.what, b.what)
}

// begin starts a recording, or goes on with the one that a restart has interrupted.
func (k *Keeper) begin(at key, w want) (*recorder.Session, error) {
	line := w.from
	if line == nil {
		var err error
		if line, err = k.o.Line(at.source); err != nil {
			return nil, err
		}
	}
	for _, b := range k.o.Recorder.Suspended() {
		if keyOf(b) == at {
			return k.o.Recorder.Continue(b.ID, line)
		}
	}
	set := ""
	if w.hearing != nil {
		set = w.hearing.ID
	}
	return k.o.Recorder.Start(recorder.Request{Source: at.source, Name: w.source.Name, Set: set, Labels: w.labels, From: line})
}

// keyOf is what a recording was for.
func keyOf(b manifest.Begin) key {
	what := b.Labels[LabelFor]
	if what == LabelHearing {
		what = b.Labels[LabelHearing]
	}
	return key{b.Source, what}
}

// obey does to a recording what its hearing's state says.
func (k *Keeper) obey(r *running, h rooms.Hearing) {
	r.version = h.Version
	if h.Recording {
		if r.paused || interrupted(r.session) {
			r.session.Resume()
		}
		r.paused = false
		return
	}
	cause, event := reason(h)
	if g := r.session.Status().Gap; g != nil && g.Cause == cause {
		r.paused = true // since before a restart
		return
	}
	var by *manifest.Person
	if event.By.User != "" {
		by = &manifest.Person{ID: event.By.User, Name: event.By.Name}
	}
	if err := r.session.Pause(cause, event.Why, by); err != nil {
		k.o.Log.Error("a recording could not be interrupted", "recording", r.session.ID(), "err", err)
		return
	}
	r.paused = true
}

// interrupted tells whether an order's gap lasts, as after a restart.
func interrupted(s *recorder.Session) bool {
	g := s.Status().Gap
	return g != nil && g.Cause.Lawful()
}

// reason is why a hearing that has begun is not recorded now, and the event that made
// it so.
func reason(h rooms.Hearing) (manifest.Cause, rooms.Event) {
	var event rooms.Event
	for _, e := range slices.Backward(h.History) {
		event = e
		if e.From != e.To || e.Command == rooms.CommandStopRecording {
			break
		}
	}
	switch h.State {
	case rooms.StateAdjourned:
		return manifest.CauseAdjournment, event
	case rooms.StateClosedSession:
		return manifest.CauseClosedSession, event
	case rooms.StateOffRecord:
		return manifest.CauseMediation, event
	}
	return manifest.CauseOperator, event
}
