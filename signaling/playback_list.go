package signaling

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"

	"avhub/recorder/playback"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// RecordingSummary is a recording as lists show it.
type RecordingSummary struct {
	ID       string            `json:"id"`
	Source   string            `json:"source"`
	Name     string            `json:"name" doc:"of the source, as it was then"`
	Set      string            `json:"set" doc:"recordings of one set belong on one timeline; empty: by itself"`
	For      string            `json:"for" doc:"always, hand or hearing"`
	Hearing  string            `json:"hearing" doc:"id"`
	Case     string            `json:"case" doc:"id"`
	Number   string            `json:"number" doc:"案号"`
	Title    string            `json:"title" doc:"of the hearing"`
	Labels   map[string]string `json:"labels" doc:"all that it was labelled with"`
	Begin    time.Time         `json:"begin"`
	End      time.Time         `json:"end" doc:"how far it reaches"`
	Length   float64           `json:"length" doc:"seconds, gaps included"`
	Gaps     float64           `json:"gaps" doc:"seconds of it that were not recorded"`
	GapCount int               `json:"gap_count"`
	Segments int               `json:"segments"`
	Bytes    int64             `json:"bytes"`
	Sealed   bool              `json:"sealed" doc:"it has ended; false: it is being written, or waits for the hub to go on"`
	Value    string            `json:"value" doc:"integrity check value of what is sealed"`
	Fault    string            `json:"fault" doc:"why it can be read only in part; empty: it can be read"`
	// May is what the caller may do with it.
	May RecordingAbilities `json:"may"`
}

// RecordingAbilities are what one may do with a recording.
type RecordingAbilities struct {
	Play    bool `json:"play"`
	Export  bool `json:"export" doc:"take it away as a file"`
	Mark    bool `json:"mark"`
	Explain bool `json:"explain" doc:"say in writing why there is a gap"`
	Sign    bool `json:"sign" doc:"sign such an explanation, if one leads the hearing"`
	Hold    bool `json:"hold" doc:"put a legal hold on it, or on its case"`
}

type recordingsInput struct {
	Source  string    `query:"source" maxLength:"63"`
	Case    string    `query:"case" maxLength:"100" doc:"a case's id, or a part of its number"`
	Hearing string    `query:"hearing" maxLength:"63" doc:"id"`
	Court   string    `query:"court" maxLength:"63" doc:"id: recordings of this court and of those below it"`
	Site    string    `query:"site" maxLength:"63" doc:"id of the place"`
	Set     string    `query:"set" maxLength:"100"`
	From    time.Time `query:"from" doc:"some of it was recorded then or later"`
	To      time.Time `query:"to" doc:"it began before"`
	After   string    `query:"after" maxLength:"400" doc:"next of the page before"`
	Limit   int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type recordingPage struct {
	Items []RecordingSummary `json:"items"`
	Next  string             `json:"next" doc:"to go on with; empty: that was all"`
}

type recordingPageOutput struct{ Body recordingPage }

// seesRecording tells what a caller may do with a recording.
type seesRecording func(id string, f office.RecordingFacts, a rooms.Action) bool

func (s *Server) listRecordings(ctx context.Context, in *recordingsInput) (*recordingPageOutput, error) {
	sees, err := s.o.Office.SeesRecordings(ctx, callerOf(ctx))
	if err != nil {
		return nil, officeProblem(err)
	}
	out := &recordingPageOutput{recordingPage{Items: []RecordingSummary{}}}
	if s.o.Library == nil {
		return out, nil
	}
	within, err := s.courtsBelow(ctx, in.Court)
	if err != nil {
		return nil, err
	}
	q := playback.Query{
		Source: in.Source, Set: in.Set, Labels: map[string]string{}, From: in.From, To: in.To, After: in.After, Limit: in.Limit,
		Keep: func(r *playback.Summary) bool {
			return (within == nil || within[r.Labels[record.LabelCourt]]) && ofCase(r.Labels, in.Case) && sees(r.ID, factsOfLabels(r.Source, r.Labels), rooms.SeeRecording)
		},
	}
	if in.Hearing != "" {
		q.Labels[record.LabelHearing] = in.Hearing
	}
	if in.Site != "" {
		q.Labels[record.LabelSite] = in.Site
	}
	page, err := s.o.Library.List(ctx, q)
	if errors.Is(err, playback.ErrCursor) {
		p := problem(http.StatusUnprocessableEntity, "invalid", "the page cannot be found")
		p.Errors = []FieldError{{"query.after", err.Error()}}
		return nil, p
	}
	if err != nil {
		return nil, officeProblem(err)
	}
	for i := range page.Items {
		out.Body.Items = append(out.Body.Items, summaryOf(&page.Items[i], sees))
	}
	out.Body.Next = page.Next
	return out, nil
}

// courtsBelow are a court and those below it; nil: no court was asked for. A court
// that is not there any more has its recordings still.
func (s *Server) courtsBelow(ctx context.Context, court string) (map[string]bool, error) {
	if court == "" {
		return nil, nil
	}
	all, err := s.o.Office.Courts(ctx, callerOf(ctx))
	if err != nil {
		return nil, officeProblem(err)
	}
	within := map[string]bool{court: true}
	for grown := true; grown; {
		grown = false
		for _, c := range all {
			if within[c.Parent] && !within[c.ID] {
				within[c.ID], grown = true, true
			}
		}
	}
	return within, nil
}

// ofCase tells whether a recording belongs to a case, by its id or a part of its
// number. Brackets are typed in more than one way.
func ofCase(labels map[string]string, text string) bool {
	return text == "" || labels[record.LabelCase] == text || strings.Contains(plainNumber(labels[record.LabelNumber]), plainNumber(text))
}

var brackets = strings.NewReplacer("(", "（", ")", "）", "〔", "（", "〕", "）", "[", "（", "]", "）", " ", "")

func plainNumber(text string) string { return brackets.Replace(text) }

func summaryOf(r *playback.Summary, sees seesRecording) RecordingSummary {
	labels := maps.Clone(r.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	return RecordingSummary{
		ID: r.ID, Source: r.Source, Name: r.Name, Set: r.Set, For: labels[record.LabelFor], Hearing: labels[record.LabelHearing],
		Case: labels[record.LabelCase], Number: labels[record.LabelNumber], Title: labels[record.LabelTitle], Labels: labels,
		Begin: r.Begin.UTC(), End: r.End().UTC(), Length: secondsOf(r.Length), Gaps: secondsOf(r.Gaps), GapCount: r.GapCount, Segments: r.Segments,
		Bytes: r.Bytes, Sealed: r.Sealed, Value: r.Value, Fault: r.Fault,
		May: abilitiesOf(r, sees),
	}
}

func abilitiesOf(r *playback.Summary, sees seesRecording) RecordingAbilities {
	may := func(a rooms.Action) bool { return sees(r.ID, factsOfLabels(r.Source, r.Labels), a) }
	return RecordingAbilities{
		Play: may(rooms.PlayBack), Export: may(rooms.ExportCaseFile), Mark: may(rooms.MarkHearing),
		Explain: may(rooms.ExplainGap), Sign: may(rooms.SignGap), Hold: may(rooms.HoldRecording),
	}
}
