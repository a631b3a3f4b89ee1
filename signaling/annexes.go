package signaling

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"avhub/recorder"
	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// annexes are the routes of what people add to recordings: marks, the clerk's
// explanation of a gap, the judge's signature under it, legal holds. Each stands in the
// recording's signed manifest, with who did it, and in the audit.
func (s *Server) annexes(api huma.API) {
	register(api, http.MethodPost, "/api/v1/recordings/{id}/marks", "add-mark", "Mark a moment of a recording", http.StatusCreated, s.addMark)
	register(api, http.MethodPut, "/api/v1/recordings/{id}/gaps/{gap}/explanation", "explain-gap", "Say why something was not recorded; a signature under another text is void", http.StatusOK, s.explainGap)
	register(api, http.MethodPut, "/api/v1/recordings/{id}/gaps/{gap}/signature", "sign-gap", "Sign the explanation of a gap, as the hearing's presiding judge", http.StatusOK, s.signGap)
	register(api, http.MethodPut, "/api/v1/recordings/{id}/hold", "hold-recording", "Put a recording that belongs to no case under a legal hold, or lift it", http.StatusOK, s.holdRecording)
	register(api, http.MethodPut, "/api/v1/cases/{id}/hold", "hold-case", "Put all recordings of a case, those to come too, under a legal hold, or lift it", http.StatusOK, s.holdCase)
}

// annexTo does something to a recording in the name of who asks: policy, audit, and then
// what make returns goes into its manifest.
func (s *Server) annexTo(ctx context.Context, a office.Ask, kind string, make func(*playback.Recording) (any, error)) error {
	a.Kind = rooms.RecordingObject
	return s.o.Office.DoFor(ctx, callerOf(ctx), a, func() error {
		l, err := s.library()
		if err != nil {
			return err
		}
		r, err := l.Open(a.ID)
		if err != nil {
			return err
		}
		if r.Fault() != nil {
			return problem(http.StatusConflict, "damaged", "the recording's manifest is not whole, nothing can be added to it: run avhub verify on it")
		}
		body, err := make(r)
		if err != nil {
			return err
		}
		if s.o.Annex == nil {
			return errNoRecorder
		}
		if kind == manifest.KindHold {
			err = s.o.Holds().Put(ctx, r.Dir(), body.(manifest.Hold))
		} else {
			err = s.o.Annex(ctx, r.Dir(), kind, body)
		}
		if err != nil {
			return err
		}
		s.tellAnnex(r, kind, body)
		return nil
	})
}

// tellAnnex makes known what was added.
func (s *Server) tellAnnex(r *playback.Recording, kind string, body any) {
	var t recorder.Told
	r.View(func(m *manifest.Recording) {
		t = recorder.Told{ID: m.ID, Source: m.Source, Dir: r.Dir(), Labels: m.Labels, Kind: kind, Body: body}
	})
	TellRecording(s.events, s.o.Catalog.Facts, t)
}

// personOf is the caller as manifests name people.
func personOf(c office.Caller, role rooms.Role) manifest.Person {
	name := c.FullName
	if name == "" {
		name = c.Who.Name
	}
	return manifest.Person{ID: c.Principal.User, Name: name, Role: string(role)}
}

type markInput struct {
	ByRecording
	Body struct {
		At   float64 `json:"at" minimum:"0" maximum:"316224000" doc:"seconds since the recording's beginning"`
		Text string  `json:"text" maxLength:"8000"`
	}
}

func (s *Server) addMark(ctx context.Context, in *markInput) (*one[RecordingMark], error) {
	text := strings.TrimSpace(in.Body.Text)
	if err := rooms.CheckExplanation("text", text); err != nil {
		return nil, officeProblem(err)
	}
	by := personOf(callerOf(ctx), "")
	m := manifest.Mark{ID: login.NewID(), At: manifest.Micros(in.Body.At*1e6 + 0.5), Text: text, By: &by}
	ask := office.Ask{Action: rooms.MarkHearing, ID: in.ID, Detail: map[string]string{"at": clockOf(m.At), "text": text}}
	err := s.annexTo(ctx, ask, manifest.KindMark, func(r *playback.Recording) (any, error) {
		if m.At > r.End() {
			return nil, rooms.FieldError{Field: "at", Err: errors.New("the recording ends before")}
		}
		return m, nil
	})
	if err != nil {
		return nil, playbackProblem(err)
	}
	return &one[RecordingMark]{RecordingMark{m.ID, secondsOf(m.At), m.Text, by.Name}}, nil
}

type gapInput struct {
	ByRecording
	Gap  int `path:"gap" minimum:"1"`
	Body struct {
		Text string `json:"text" maxLength:"8000" doc:"the explanation; to sign it: the one that is signed, word for word"`
	}
}

// gapFor finds a gap that wants an explanation.
func gapFor(m *manifest.Recording, number int) (*manifest.GapState, error) {
	if number > len(m.Gaps) {
		return nil, problem(http.StatusNotFound, "not_found", "the recording has no gap "+strconv.Itoa(number))
	}
	g := m.Gaps[number-1]
	if g.Cause.Lawful() {
		return nil, problem(http.StatusConflict, "ordered", "this interruption was ordered and needs no explanation")
	}
	return g, nil
}

func (s *Server) explainGap(ctx context.Context, in *gapInput) (*one[RecordingGap], error) {
	text := strings.TrimSpace(in.Body.Text)
	if err := rooms.CheckExplanation("text", text); err != nil {
		return nil, officeProblem(err)
	}
	e := manifest.Explanation{Gap: in.Gap, Text: text, By: personOf(callerOf(ctx), rooms.Clerk)}
	ask := office.Ask{Action: rooms.ExplainGap, ID: in.ID, Detail: map[string]string{"gap": strconv.Itoa(in.Gap), "text": text}}
	err := s.annexTo(ctx, ask, manifest.KindExplanation, func(r *playback.Recording) (_ any, err error) {
		r.View(func(m *manifest.Recording) { _, err = gapFor(m, in.Gap) })
		return e, err
	})
	return s.gapNow(in, err)
}

func (s *Server) signGap(ctx context.Context, in *gapInput) (*one[RecordingGap], error) {
	caller := callerOf(ctx)
	c := manifest.Countersign{Gap: in.Gap, By: personOf(caller, rooms.Judge)}
	ask := office.Ask{Action: rooms.SignGap, ID: in.ID, Detail: map[string]string{"gap": strconv.Itoa(in.Gap), "text": in.Body.Text}}
	err := s.annexTo(ctx, ask, manifest.KindCountersign, func(r *playback.Recording) (any, error) {
		var hearing string
		var err error
		r.View(func(m *manifest.Recording) {
			hearing = m.Labels[record.LabelHearing]
			if _, err = gapFor(m, in.Gap); err == nil {
				err = signable(m, in.Gap, in.Body.Text, c.By)
			}
		})
		if err != nil {
			return nil, err
		}
		leads, err := s.o.Office.Leads(ctx, caller, hearing)
		if err == nil && !leads {
			err = problem(http.StatusForbidden, "authority", "the presiding judge of the hearing signs, or the judge who sits alone")
		}
		return c, err
	})
	return s.gapNow(in, err)
}

// signable tells whether somebody may put their name under the text that they have read.
func signable(m *manifest.Recording, gap int, text string, by manifest.Person) error {
	e, ok := m.Explanations[gap]
	switch {
	case !ok:
		return problem(http.StatusConflict, "unexplained", "the clerk has not explained this gap yet: there is nothing to sign")
	case e.Text != strings.TrimSpace(text):
		return problem(http.StatusConflict, "stale", "the explanation was changed meanwhile: read it again")
	case e.By.ID == by.ID:
		return problem(http.StatusForbidden, "authority", "whoever has written the explanation does not sign it as the judge")
	}
	return nil
}

// gapNow is a gap as it is after a change.
func (s *Server) gapNow(in *gapInput, err error) (*one[RecordingGap], error) {
	if err != nil {
		return nil, playbackProblem(err)
	}
	r, err := s.o.Library.Open(in.ID)
	if err != nil {
		return nil, playbackProblem(err)
	}
	var out one[RecordingGap]
	r.View(func(m *manifest.Recording) { out.Body = gapOf(m, m.Gaps[in.Gap-1]) })
	return &out, nil
}
