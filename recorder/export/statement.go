package export

import (
	"bytes"
	_ "embed"
	"html/template"
	"time"
)

//go:embed statement.html
var statementHTML string // the head of both

//go:embed gaps.html
var gapsHTML string

//go:embed excerpt.html
var excerptHTML string

var (
	statementWords = template.FuncMap{"clock": clock, "lasting": lasting, "cause": causeWords}
	gapsPage       = statementPage("gaps", gapsHTML)
	excerptPage    = statementPage("excerpt", excerptHTML)
)

func statementPage(name, body string) *template.Template {
	return template.Must(template.Must(template.New(name).Funcs(statementWords).Parse(statementHTML)).Parse(body))
}

// gapView is a gap as the statement shows it.
type gapView struct {
	gap
	From, To time.Time
	Length   float64 // seconds
}

// recordingView is a recording as the statement shows it.
type recordingView struct {
	listing
	Begin, Ends      time.Time
	Length, Recorded float64
	Missing          float64
	GapViews         []gapView
	TrackViews       []gapView
	Unsettled        int // gaps that nobody ordered, not explained and signed for yet
}

func viewOf(l listing) recordingView {
	v := recordingView{listing: l, Begin: l.begins, Ends: l.begins.Add(time.Duration(l.End * float64(time.Second))), Length: l.End, Recorded: l.media.Seconds()}
	for _, g := range l.Gaps {
		v.GapViews = append(v.GapViews, gapView{g, g.from, g.to, g.End - g.Start})
		v.Missing += g.End - g.Start
		if !g.Lawful && g.Signed == "" {
			v.Unsettled++
		}
	}
	for _, g := range l.Tracks {
		v.TrackViews = append(v.TrackViews, gapView{g, g.from, g.to, g.End - g.Start})
	}
	return v
}

// gapStatement is the statement of gaps, to be read, printed and signed: what of the
// time that was asked for is not recorded, why, who ordered it or has explained it.
func gapStatement(c Case, all []listing) ([]byte, error) {
	var views []recordingView
	for _, l := range all {
		views = append(views, viewOf(l))
	}
	var b bytes.Buffer
	err := gapsPage.Execute(&b, map[string]any{"Number": c.Number, "Title": c.Title, "Recordings": views})
	return b.Bytes(), err
}

// excerptStatement says which segments and which bytes an excerpt is.
func excerptStatement(c Case, l *layout) ([]byte, error) {
	names := map[string]string{}
	for _, r := range l.recordings {
		names[r.Folder] = r.Name
	}
	var b bytes.Buffer
	err := excerptPage.Execute(&b, map[string]any{"Number": c.Number, "Title": c.Title, "Excerpt": l.excerpt, "Names": names})
	return b.Bytes(), err
}
