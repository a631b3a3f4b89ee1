package signaling

import (
	"context"
	"net/http"
	"strings"

	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// holdBody is a hold that is to be put on or lifted.
type holdBody struct {
	On     bool   `json:"on"`
	Reason string `json:"reason" maxLength:"2000" doc:"why; it is kept"`
}

type holdRecordingInput struct {
	ByRecording
	Body holdBody
}

type holdCaseInput struct {
	AnyID
	Body holdBody
}

// HoldState is a legal hold as it is now.
type HoldState struct {
	On     bool   `json:"on"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

func (s *Server) holdRecording(ctx context.Context, in *holdRecordingInput) (*one[HoldState], error) {
	caller := callerOf(ctx)
	hold := manifest.Hold{On: in.Body.On, Reason: strings.TrimSpace(in.Body.Reason), By: personOf(caller, "")}
	ask := office.Ask{Action: rooms.HoldRecording, ID: in.ID, Reason: hold.Reason, Detail: map[string]string{"hold": onOrOff(hold.On)}}
	err := s.annexTo(ctx, ask, manifest.KindHold, func(r *playback.Recording) (_ any, err error) {
		if s.o.Holds() == nil {
			return nil, errNoRecorder
		}
		r.View(func(m *manifest.Recording) {
			switch {
			case m.Labels[record.LabelCase] != "":
				err = problem(http.StatusConflict, "of_a_case", "it belongs to a case: put the hold on the case, or lift it there")
			case (m.Held != nil) == hold.On:
				err = office.ErrSameHold
			}
		})
		return hold, err
	})
	if err != nil {
		return nil, playbackProblem(err)
	}
	return &one[HoldState]{HoldState{hold.On, hold.Reason, hold.By.Name}}, nil
}

func (s *Server) holdCase(ctx context.Context, in *holdCaseInput) (*one[HoldState], error) {
	c, err := s.o.Office.HoldCase(ctx, callerOf(ctx), in.ID, in.Body.On, strings.TrimSpace(in.Body.Reason))
	if err != nil {
		return nil, officeProblem(err)
	}
	s.o.Holds().Stir()
	return &one[HoldState]{HoldState{c.Hold.On, c.Hold.Reason, c.Hold.By.Name}}, nil
}

func onOrOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
